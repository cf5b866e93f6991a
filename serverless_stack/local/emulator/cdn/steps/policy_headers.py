"""Response headers policies ("Add or remove HTTP headers in responses with a policy")."""

from dataclasses import replace

from ..exchange import Exchange, Next
from ..messages import Response


async def add_policy_headers(exchange: Exchange, proceed: Next) -> Response:
    """Apply the behaviour's response headers policy, save to what CloudFront itself answers."""
    response = await proceed(exchange)
    return response if response.is_own else with_policy_headers(exchange, response)


def with_policy_headers(exchange: Exchange, response: Response) -> Response:
    """Return a response after the behaviour's response headers policy."""
    request = exchange.viewer.request
    headers = exchange.services.add_policy_headers(
        exchange.behaviour, response.headers, request.header("origin"), request.method
    )
    return replace(response, headers=headers)
