"""Screenshots of the console, with the shop in the local cloud."""

import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path

from serverless_stack.local import endpoint
from serverless_stack.local.cloud import LocalCloud
from tests.browser.chromium import browser
from tests.browser.tab import Tab

REPOSITORY = Path(__file__).parents[2]
_ORDER = b'{"customer": "Ada", "lines": [{"product": "espresso", "quantity": 2}]}'
_WIDTH, _HEIGHT = 1200, 780


def screenshot(name: str) -> Callable[[], bytes]:
    """Return what takes a screenshot, such as ``requests-dark``."""
    return lambda: _screenshots()[name]


@cache
def _screenshots() -> dict[str, bytes]:
    pictures = {}
    with LocalCloud.start(REPOSITORY, name="pictures") as cloud:
        url = cloud.deploy().urls.distributions[0].url
        for method, path, body in (
            ("GET", "", None),
            ("GET", "", None),
            ("GET", "style.css", None),
            ("GET", "api/products/espresso", None),
            ("PUT", "api/orders/7", _ORDER),
            ("GET", "api/orders/7", None),
        ):
            headers = {"Content-Type": "application/json"} if body else {}
            request = urllib.request.Request(url + path, body, headers, method=method)
            urllib.request.urlopen(request).close()
        with browser() as chromium:
            tab = chromium.visitor()
            tab.look(width=_WIDTH, height=_HEIGHT)
            tab.open(endpoint.console_link(cloud.state))
            for place, show in _SHOWN.items():
                tab.evaluate(f"location.hash = '#/{place}'")
                show(tab)
                for colours in ("light", "dark"):
                    tab.look(width=_WIDTH, height=_HEIGHT, dark=colours == "dark")
                    pictures[f"{place}-{colours}"] = tab.screenshot()
    return pictures


def _requests(tab: Tab) -> None:
    tab.wait_for("document.querySelector('tbody button')")
    tab.click("tbody button")
    tab.wait_for_text("Event that the handler received", ".detail")


def _caches(tab: Tab) -> None:
    tab.wait_for("document.querySelector('tbody button')")
    tab.click("tbody button")
    tab.wait_for_text("Looking does not count", ".detail")


def _diagram(tab: Tab) -> None:
    tab.wait_for("document.querySelector('.picture svg')", seconds=120)


def _cdn(tab: Tab) -> None:
    tab.wait_for_text("/index.html", "table")


_SHOWN: dict[str, Callable[[Tab], None]] = {
    "requests": _requests,
    "caches": _caches,
    "cdn": _cdn,
    "diagram": _diagram,
}
NAMES = tuple(f"{place}-{colours}" for place in _SHOWN for colours in ("light", "dark"))
