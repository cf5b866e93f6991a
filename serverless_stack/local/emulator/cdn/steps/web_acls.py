"""The web ACL of a distribution ("Use AWS WAF protections")."""

from ..exchange import Exchange, Next
from ..messages import Response, own_response

BLOCKED = (
    "Request blocked. We can't connect to the server for this app or website at this time. "
    "There might be too much traffic or a configuration error."
)


async def refuse_by_web_acl(exchange: Exchange, proceed: Next) -> Response:
    """Refuse requests that the web ACL of the distribution blocks."""
    acl = exchange.distribution.config.web_acl
    if acl:
        status = exchange.services.blocked_status(acl, exchange.viewer)
        if status is not None:
            return own_response(status, BLOCKED)
    return await proceed(exchange)
