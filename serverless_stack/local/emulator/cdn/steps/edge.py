"""Lambda@Edge at its four events ("Lambda@Edge event structure")."""

from ..exchange import Exchange, Next
from ..messages import Response


async def run_viewer_events(exchange: Exchange, proceed: Next) -> Response:
    """Run the functions of viewer request and viewer response."""
    return await proceed(exchange)


async def run_origin_events(exchange: Exchange, proceed: Next) -> Response:
    """Run the functions of origin request and origin response."""
    return await proceed(exchange)
