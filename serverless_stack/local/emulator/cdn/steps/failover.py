"""Origin groups ("Optimize high availability with CloudFront origin failover")."""

from dataclasses import replace

from ..config import Target
from ..exchange import Exchange, Next
from ..messages import ERROR, Response

METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def try_origins(exchange: Exchange, proceed: Next) -> Response:
    """Fetch from the origins of a group in turn, until one answers without a failure.

    Functions of the origin's events, which are below, run for each.
    """
    target, request = exchange.target, exchange.request
    if len(target.origins) < 2:
        return await proceed(exchange)
    count = len(target.origins) if request.method in METHODS else 1
    for origin in target.origins[:count]:
        exchange.request, exchange.target = request, replace(target, origins=(origin,))
        response = await proceed(exchange)
        if not _fails(response, target):
            break
    exchange.request, exchange.target = request, target
    return response


def _fails(response: Response, target: Target) -> bool:
    """Return whether the next origin is tried: at listed statuses, and without any response."""
    is_unavailable = response.is_own and response.outcome == ERROR
    return response.status in target.statuses or is_unavailable
