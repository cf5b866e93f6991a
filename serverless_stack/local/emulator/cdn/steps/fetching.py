"""The request to the origin, and what viewers get when it cannot be reached."""

import logging
from dataclasses import replace

from ..exchange import (
    Exchange,
    Next,
    OriginCall,
    OriginTimeoutError,
    OriginUnreachableError,
)
from ..messages import ERROR, MISS, Response, own_response

logger = logging.getLogger("serverless_stack")

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "trailer"})


async def fetch_from_origin(exchange: Exchange, below: Next) -> Response:
    """Fetch from the only origin: 502 if it cannot be reached, 504 if it does not respond."""
    if not exchange.target.origins:
        return own_response(502, "CloudFront wasn't able to connect to the origin.")
    origin = exchange.target.origins[0]
    request = exchange.request
    if origin.host:
        request = request.with_headers(host=origin.host)
    try:
        response = await exchange.services.fetch(OriginCall(origin, request, exchange))
    except OriginTimeoutError as error:
        logger.warning("%s: %s timed out: %s", exchange.distribution.id, origin.domain, error)
        return own_response(504, "CloudFront attempted to establish a connection with the origin.")
    except OriginUnreachableError as error:
        logger.warning("%s: %s is unreachable: %s", exchange.distribution.id, origin.domain, error)
        return own_response(502, "CloudFront wasn't able to connect to the origin.")
    kept = {
        name: values
        for name, values in response.headers.items()
        if name not in _HOP_BY_HOP and not name.startswith("proxy-")
    }
    return replace(response, headers=kept, outcome=MISS if response.status < 400 else ERROR)
