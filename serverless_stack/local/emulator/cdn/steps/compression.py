"""Compression ("Serve compressed files")."""

from ..exchange import Exchange, Next
from ..messages import Response


async def compress(exchange: Exchange, proceed: Next) -> Response:
    """Compress a response before it is cached."""
    return await proceed(exchange)
