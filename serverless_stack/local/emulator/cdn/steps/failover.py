"""Origin groups ("Optimize high availability with CloudFront origin failover")."""

from ..config import OriginGroup
from ..exchange import Exchange, Next
from ..messages import Response

METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def try_origins(exchange: Exchange, proceed: Next) -> Response:
    """Fetch from the origins of a group in turn, until one answers without a failure.

    Functions of the origin's events, which are below, run for each.
    """
    group = group_of(exchange)
    if group is None:
        return await proceed(exchange)
    members = exchange.origins()
    request, target = exchange.request, exchange.target
    response: Response | None = None
    for origin in members if request.method in METHODS else members[:1]:
        exchange.request, exchange.target = request, origin
        response = await proceed(exchange)
        if not _fails(response, group):
            break
    exchange.request, exchange.target = request, target
    return response if response is not None else await proceed(exchange)


def group_of(exchange: Exchange) -> OriginGroup | None:
    """Return the origin group that a request goes to, if any."""
    if exchange.target is None:
        return exchange.distribution.config.groups.get(exchange.behaviour.target)
    return exchange.target if isinstance(exchange.target, OriginGroup) else None


def _fails(response: Response, group: OriginGroup) -> bool:
    """Return whether the next origin is tried: at listed statuses, and without any response."""
    return response.status in group.statuses or (response.is_own and response.status in (502, 504))
