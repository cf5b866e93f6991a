"""The last requests, and what the functions got and logged."""

from ...activity import ACTIVITY
from ..requests import ConsoleError, ConsoleRequest, View


def views() -> dict[tuple[str, str], View]:
    """Return the views of this tab."""

    def last(request: ConsoleRequest) -> object:
        return {"exchanges": ACTIVITY.exchanges()}

    def one(request: ConsoleRequest) -> object:
        exchange = ACTIVITY.exchange(request.text("id"))
        if exchange is None:
            raise ConsoleError("this request is not kept any more: only the last 200 are", 404)
        return exchange

    return {("GET", "/api/exchanges"): last, ("GET", "/api/exchange"): one}
