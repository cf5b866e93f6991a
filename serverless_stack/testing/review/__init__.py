"""What changes between two templates, and what CloudFormation does because of it."""

from serverless_stack.testing.review.compare import review
from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    Missing,
    PropertyChange,
    ResourceChange,
    Review,
)
from serverless_stack.testing.review.text import render

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
