"""Geographic restrictions ("Restrict the geographic distribution of your content")."""

from ..config import Countries
from ..exchange import Exchange, Next
from ..messages import Response, own_response

BLOCKED = (
    "The Amazon CloudFront distribution is configured to block access from your country. "
    "We can't connect to the server for this app or website at this time. "
)


def is_allowed(countries: Countries, country: str) -> bool:
    """Return whether viewers of a country are served."""
    if countries.kind == "none":
        return True
    return (country in countries.codes) == (countries.kind == "whitelist")


async def refuse_countries(exchange: Exchange, proceed: Next) -> Response:
    """Refuse viewers of countries that the distribution does not serve."""
    if is_allowed(exchange.distribution.config.countries, exchange.viewer.country):
        return await proceed(exchange)
    return own_response(403, BLOCKED)
