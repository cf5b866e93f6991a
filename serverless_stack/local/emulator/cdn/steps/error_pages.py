"""Custom error pages ("Generate custom error responses").

The page is requested through the behaviour of its own path, from the cache like any other, and
keeps its headers. If the page is not available either, the viewer gets the error of its origin.
"""

from dataclasses import replace

from ..exchange import Exchange, Next
from ..messages import FUNCTION_GENERATED, LAMBDA_GENERATED, Response
from .policy_headers import with_policy_headers

_GENERATED = (FUNCTION_GENERATED, LAMBDA_GENERATED)


async def replace_errors(exchange: Exchange, proceed: Next) -> Response:
    """Replace an error by its page, unless a function generated it."""
    response = await proceed(exchange)
    declared = exchange.distribution.config.errors.get(response.status)
    if declared is None or not declared.page or response.outcome in _GENERATED:
        return response
    page = await exchange.fetch(exchange.for_page(declared.page))
    if page.status < 400:
        page = replace(page, status=declared.page_status, reason="")
    return with_policy_headers(exchange, replace(page, outcome=response.outcome))
