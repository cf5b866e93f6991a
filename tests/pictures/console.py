"""Screenshots of the console, with the shop in the local cloud."""

import time
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
_WIDTH, _HEIGHT = 1200, 820


def screenshot(name: str) -> Callable[[], bytes]:
    """Return what takes a screenshot, such as ``requests-dark``."""
    return lambda: _screenshots()[name]


@cache
def _screenshots() -> dict[str, bytes]:
    pictures = {}
    with LocalCloud.start(REPOSITORY, name="pictures") as cloud:
        _use(cloud.deploy().urls.distributions[0].url)
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


def _use(url: str) -> None:
    """Send requests until both caches have answered: a cold function may be too slow for them."""
    for path in ("", "", "style.css"):
        _send("GET", url + path)
    _until(lambda: b'"views": null' not in _send("GET", f"{url}api/products/espresso")[1])
    _send("PUT", f"{url}api/orders/7", _ORDER)
    _until(lambda: _send("GET", f"{url}api/orders/7")[0] == "Redis; hit")


def _send(method: str, url: str, body: bytes | None = None) -> tuple[str, bytes]:
    """Send a request, and return what its answer says about the cache, and its body."""
    headers = {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.headers.get("Cache-Status", ""), answer.read()


def _until(is_done: Callable[[], bool]) -> None:
    for _attempt in range(20):
        if is_done():
            return
        time.sleep(1)
    raise RuntimeError("a cache does not answer")


def _requests(tab: Tab) -> None:
    tab.wait_for("document.querySelector('tbody button')")
    tab.evaluate(
        "[...document.querySelectorAll('tbody button')].find((each) =>"
        " each.innerText.startsWith('PUT')).click()"
    )
    tab.wait_for_text("Event that the handler received", ".detail")
    tab.evaluate(
        "[...document.querySelectorAll('.detail summary')].find((each) =>"
        " each.innerText.startsWith('Event')).click()"
    )
    tab.evaluate("document.querySelector('.detail').scrollIntoView()")


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
