"""Cors: which web pages may call an API."""

from collections.abc import Sequence
from dataclasses import dataclass

from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class Cors:
    """Which web pages may call an API from a browser.

    Attributes:
        origins: The origins of the pages, such as ``https://example.com``; ``*`` for all.
    """

    origins: Sequence[str]

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)
