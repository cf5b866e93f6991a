"""SecurityHeaders: what a distribution adds to answers, and removes from them."""

from __future__ import annotations

from dataclasses import dataclass

from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class SecurityHeaders:
    """The headers that a distribution adds to answers, and those that it removes.

    Attributes:
        csp: The value of ``Content-Security-Policy``. Default: none.
    """

    csp: str | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)
