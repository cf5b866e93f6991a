"""A tab: what a person does with a page, and what the page did."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

_SECONDS = 60.0
_QUIET_SECONDS = 0.5
_WAIT_SECONDS = 30.0
_KEYS = {
    "Enter": (13, "\r"),
    "Tab": (9, ""),
    "Escape": (27, ""),
    "ArrowDown": (40, ""),
    "ArrowUp": (38, ""),
    "ArrowLeft": (37, ""),
    "ArrowRight": (39, ""),
    " ": (32, " "),
}

Message = dict[str, Any]


class Driver(Protocol):
    """What a tab needs of its browser."""

    def call(
        self, method: str, params: Mapping[str, Any] | None = None, session: str | None = None
    ) -> Message: ...

    def event(self, session: str, seconds: float) -> Message | None: ...

    def forget_events(self, session: str) -> None: ...


@dataclass
class Page:
    """What a page did while it was loaded.

    Attributes:
        url: Its URL.
        headers: The headers of the document, by name in lower case.
        statuses: The status of each answer of the same origin, by URL.
        problems: Errors in the console, and requests of the same origin that failed.
        workers: The scripts of its workers.
        foreign: The URLs of other origins that it asked for.
    """

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    workers: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)


class Tab:
    """A tab of the browser.

    Args:
        browser: The browser.
        session: The tab's session of the protocol.
    """

    def __init__(self, browser: Driver, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **params: object) -> Message:
        """Call a method of the protocol in this tab."""
        return self._browser.call(method, params, self._session)

    def look(
        self,
        *,
        width: int = 1280,
        height: int = 900,
        scale: float = 1,
        dark: bool = False,
        reduced_motion: bool = True,
    ) -> None:
        """Set the size of the window and the colours that the person prefers."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        if reduced_motion:
            features.append({"name": "prefers-reduced-motion", "value": "reduce"})
        self.call("Emulation.setEmulatedMedia", features=features)

    def open(self, url: str) -> Page:
        """Open a page, and wait until it is loaded and its requests are answered.

        A stream of events is never answered to its end, and is not waited for.
        """
        self._browser.forget_events(self._session)
        answer = self.call("Page.navigate", url=url)
        # Another fragment of the same document loads nothing.
        page, pending, loaded = Page(url), set[str](), "loaderId" not in answer
        urls: dict[str, str] = {}
        origin, deadline, quiet = urlsplit(url).netloc, time.monotonic() + _SECONDS, 0.0
        while time.monotonic() < deadline:
            event = self._browser.event(self._session, 0.05)
            if event is None:
                quiet += 0.05
                if loaded and not pending and quiet >= _QUIET_SECONDS:
                    return page
                continue
            quiet = 0.0
            method, body = event.get("method", ""), event.get("params", {})
            loaded = loaded or method == "Page.loadEventFired"
            if method == "Network.requestWillBeSent":
                target = urlsplit(body["request"]["url"])
                urls[body["requestId"]] = body["request"]["url"]
                if body.get("type") == "Document" and body["frameId"] == answer["frameId"]:
                    pending.clear()  # a script reloads the page: nobody waits for its images
                if body.get("type") == "Script" and "." not in body["requestId"]:
                    page.workers.add(body["request"]["url"])  # which gets the answer itself
                elif target.netloc == origin and body.get("type") != "Other":  # no favicons
                    pending.add(body["requestId"])
                elif target.scheme in ("http", "https") and target.netloc != origin:
                    page.foreign.add(body["request"]["url"])
            elif method in ("Network.loadingFinished", "Network.loadingFailed") or (
                method == "Network.responseReceived"
                and body["response"]["mimeType"] == "text/event-stream"
            ):
                pending.discard(body["requestId"])
            _note(page, method, body, urls, origin)
        waiting = ", ".join(urls[each] for each in sorted(pending)) or "nothing"
        page.problems.append(f"it did not come to rest: it waits for {waiting}")
        return page

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - whatever the page has
        """Return the value of a JavaScript expression, or that of its promise.

        Raises:
            AssertionError: It threw an exception.
        """
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            text = details.get("exception", {}).get("description") or details.get("text")
            raise AssertionError(f"{expression[:200]}: {text}")
        return answer["result"].get("value")

    def wait_for(self, expression: str, *, seconds: float = _WAIT_SECONDS) -> object:
        """Wait until a JavaScript expression is truthy, and return its value.

        Raises:
            AssertionError: It is not within some seconds. The message has the page's text.
        """
        deadline = time.monotonic() + seconds
        while True:
            value: object = self.evaluate(
                f"Promise.resolve({expression}).then((value) => value instanceof Node || value)"
            )
            if value:
                return value
            if time.monotonic() > deadline:
                text = self.evaluate("document.body.innerText")
                raise AssertionError(f"never true: {expression}\nThe page says:\n{text}")
            time.sleep(0.05)

    def wait_for_text(self, text: str, selector: str = "body") -> None:
        """Wait until an element contains a text."""
        where = f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"
        self.wait_for(f"({where}).includes({json.dumps(text)})")

    def click(self, selector: str) -> None:
        """Click with the mouse on the middle of the first element that is shown."""
        self.wait_for(_shown(selector))
        x, y = self.evaluate(
            f"""(() => {{ const item = {_shown(selector)};
            item.scrollIntoView({{block: "center", inline: "nearest"}});
            const box = item.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; }})()"""
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, selector: str, text: str) -> None:
        """Replace the text of a field by typing."""
        self.click(selector)
        self.evaluate(f"{_shown(selector)}.select?.()")
        self.press("Backspace")
        self.call("Input.insertText", text=text)

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key, such as Enter, Tab or Escape."""
        code, text = _KEYS.get(key, (8 if key == "Backspace" else 0, ""))
        common: dict[str, Any] = {
            "key": key,
            "code": "Space" if key == " " else key,
            "windowsVirtualKeyCode": code,
            "modifiers": 8 if shift else 0,
        }
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def focused(self) -> str:
        """Return the name or text of the element that has the keyboard."""
        return str(
            self.evaluate(
                "(document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.innerText || document.activeElement.tagName).trim()"
            )
        )

    def screenshot(self, path: Path | None = None, *, whole: bool = False) -> bytes:
        """Return the page as a PNG, and write it to a file.

        Args:
            path: The file.
            whole: Whether to show what is below the window, too.
        """
        options: dict[str, Any] = {"format": "png"}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            options |= {"captureBeyondViewport": True, "clip": {**size, "scale": 1}}
        image = base64.b64decode(self.call("Page.captureScreenshot", **options)["data"])
        if path is not None:
            path.write_bytes(image)
        return image


def _shown(selector: str) -> str:
    return (
        f"[...document.querySelectorAll({json.dumps(selector)})]"
        ".find((item) => item.getClientRects().length)"
    )


def _note(page: Page, method: str, body: Message, urls: dict[str, str], origin: str) -> None:
    """Note an event; what concerns other origins does not count."""
    if method == "Network.responseReceived":
        response = body["response"]
        if urlsplit(response["url"]).netloc != origin:
            return
        page.statuses[response["url"]] = response["status"]
        if body["type"] == "Document":
            page.headers = {name.lower(): value for name, value in response["headers"].items()}
        if response["status"] >= 400:
            page.problems.append(f"{response['status']} for {response['url']}")
    elif method == "Network.loadingFailed":
        url = urls.get(body["requestId"], "")
        if urlsplit(url).netloc == origin and not body.get("canceled"):
            page.problems.append(f"{body['errorText']} for {url}")
    elif method == "Runtime.exceptionThrown":
        page.problems.append(f"exception: {body['exceptionDetails'].get('text')}")
    elif method == "Runtime.consoleAPICalled" and body["type"] == "error":
        page.problems.append(f"console: {body['args']}")
    elif method == "Log.entryAdded" and body["entry"]["level"] == "error":
        entry = body["entry"]
        if urlsplit(entry.get("url", "")).netloc in ("", origin):
            page.problems.append(f"console: {entry['text']} {entry.get('url', '')}")
