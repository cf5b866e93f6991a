"""Headless Chromium through the DevTools protocol, by a pipe."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from select import select
from typing import Any
from urllib.parse import urlsplit

_SECONDS = 60.0
_QUIET_SECONDS = 0.5

Message = dict[str, Any]


def program() -> str | None:
    """Return the path of Chromium, or None if it is not installed."""
    return shutil.which("chromium") or shutil.which("google-chrome")


@dataclass
class Page:
    """What a page did while it was loaded.

    Attributes:
        url: Its URL.
        statuses: The status of each answer of the same origin, by URL.
        problems: Errors in the console, and requests of the same origin that failed.
        build: The build that the document names.
        workers: The scripts of its workers.
    """

    url: str
    statuses: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    build: str = ""
    workers: set[str] = field(default_factory=set)


class Browser:
    """A browser with one tab for each visitor, whose cookies are his own.

    Args:
        to_browser: The pipe to Chromium.
        from_browser: The pipe from Chromium.
    """

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out, self._in = to_browser, from_browser
        self._buffer = b""
        self._number = 0
        self._events: list[Message] = []

    def visitor(self) -> str:
        """Return the session of a new tab with cookies of its own."""
        context = self._call("Target.createBrowserContext")["browserContextId"]
        target = self._call(
            "Target.createTarget", {"url": "about:blank", "browserContextId": context}
        )["targetId"]
        session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})
        for domain in ("Network", "Page", "Runtime", "Log"):
            self._call(f"{domain}.enable", session=session["sessionId"])
        return str(session["sessionId"])

    def open(self, session: str, url: str) -> Page:
        """Open a page, and wait until it is loaded and its requests are answered."""
        self._events.clear()
        self._call("Page.navigate", {"url": url}, session)
        page, pending, loaded = Page(url), set[str](), False
        urls: dict[str, str] = {}
        origin, deadline, quiet = urlsplit(url).netloc, time.monotonic() + _SECONDS, 0.0
        while time.monotonic() < deadline:
            event = self._events.pop(0) if self._events else self._read(0.05)
            if event is None:
                quiet += 0.05
                if loaded and not pending and quiet >= _QUIET_SECONDS:
                    return page
                continue
            quiet = 0.0
            if event.get("sessionId") != session:
                continue
            method, body = event.get("method", ""), event.get("params", {})
            loaded = loaded or method == "Page.loadEventFired"
            if method == "Network.requestWillBeSent":
                urls[body["requestId"]] = body["request"]["url"]
                if body.get("type") == "Script" and "." not in body["requestId"]:
                    page.workers.add(body["request"]["url"])  # which gets the answer itself
                elif urlsplit(body["request"]["url"]).netloc == origin:
                    pending.add(body["requestId"])
            elif method in ("Network.loadingFinished", "Network.loadingFailed"):
                pending.discard(body["requestId"])
            _note(page, method, body, urls, origin)
        page.problems.append("it did not come to rest")
        return page

    def _call(
        self, method: str, params: Message | None = None, session: str | None = None
    ) -> Message:
        self._number += 1
        message: Message = {"id": self._number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            answer = self._read(1.0)
            if answer is None:
                continue
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: Message = answer["result"]
                return result
            self._events.append(answer)
        raise TimeoutError(f"Chromium did not answer {method}")

    def _read(self, seconds: float) -> Message | None:
        while b"\0" not in self._buffer:
            if not select([self._in], [], [], seconds)[0]:
                return None
            block = os.read(self._in, 1 << 16)
            if not block:
                raise RuntimeError("Chromium has ended")
            self._buffer += block
        text, _nul, self._buffer = self._buffer.partition(b"\0")
        message: Message = json.loads(text)
        return message


def _note(page: Page, method: str, body: Message, urls: dict[str, str], origin: str) -> None:
    """Note an event; what concerns other origins does not count."""
    if method == "Network.responseReceived":
        response = body["response"]
        if urlsplit(response["url"]).netloc != origin:
            return
        page.statuses[response["url"]] = response["status"]
        if body["type"] == "Document":
            headers = {name.lower(): value for name, value in response["headers"].items()}
            page.build = headers.get("x-amz-meta-build", "")
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


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Chromium, and end it afterwards."""
    requests, answers = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The shell puts the pipes where Chromium expects them: 3 to read, 4 to write.
        script = f'exec "$@" 3<&{requests[0]} 4>&{answers[1]}'
        process = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                script,
                "sh",
                str(program()),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--no-proxy-server",
                # Badges and the like of other sites fail at once, and do not count.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--remote-debugging-pipe",
                f"--user-data-dir={profile}",
            ],
            pass_fds=(requests[0], answers[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(requests[0])
        os.close(answers[1])
        try:
            yield Browser(requests[1], answers[0])
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(requests[1])
            os.close(answers[0])
