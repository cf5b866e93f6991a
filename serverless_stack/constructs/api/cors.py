"""Cors: which web pages may call an API."""

from collections.abc import Mapping, Sequence
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


def response_headers(cors: Cors) -> Mapping[str, str]:
    """Return the headers of answers that API Gateway gives itself.

    With several origins there are none, because such headers are fixed.

    Args:
        cors: Which web pages may call the API.
    """
    if len(cors.origins) != 1:
        return {}
    return {"Access-Control-Allow-Origin": cors.origins[0]}
