"""What changes between two templates, and what CloudFormation does because of it."""

from serverless_stack.testing.review.compare.templates import review
from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    Missing,
    PropertyChange,
    ResourceChange,
    Review,
)
from serverless_stack.testing.review.reports.text import render

__all__ = [
    "MISSING",
    "Action",
    "Consequence",
    "Missing",
    "PropertyChange",
    "ResourceChange",
    "Review",
    "render",
    "review",
]
