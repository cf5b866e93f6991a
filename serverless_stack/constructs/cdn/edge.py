"""EdgeFunction: a Lambda@Edge function at one event of a behavior."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class EdgeFunction:
    """A function that runs at the edge for each request or response of a behavior.

    Attributes:
        code: The folder of its code.
        event: When it runs.
    """

    code: str | Path
    event: Literal["viewer-request", "origin-request", "origin-response", "viewer-response"]

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)
