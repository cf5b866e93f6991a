"""Origin groups ("Optimize high availability with CloudFront origin failover")."""

from ..exchange import Exchange, Next
from ..messages import Response


async def try_origins(exchange: Exchange, proceed: Next) -> Response:
    """Fetch from the origins of a group in turn."""
    return await proceed(exchange)
