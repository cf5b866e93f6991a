"""Headless Chromium through the DevTools protocol, by a pipe."""

import fcntl
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from select import select
from typing import Any

from tests.browser.tab import Tab

SECONDS = 60.0

Message = dict[str, Any]


def program() -> str | None:
    """Return the path of Chromium, or None if it is not installed."""
    return shutil.which("chromium") or shutil.which("google-chrome")


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

    def visitor(self) -> Tab:
        """Return a new tab with cookies of its own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call(
            "Target.createTarget", {"url": "about:blank", "browserContextId": context}
        )["targetId"]
        attached = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        session = str(attached["sessionId"])
        for domain in ("Network", "Page", "Runtime", "Log", "DOM"):
            self.call(f"{domain}.enable", session=session)
        return Tab(self, session)

    def call(
        self, method: str, params: Mapping[str, Any] | None = None, session: str | None = None
    ) -> Message:
        """Call a method of the protocol, and return its result.

        Raises:
            RuntimeError: Chromium refuses it, or has ended.
            TimeoutError: Chromium does not answer.
        """
        self._number += 1
        message: Message = {"id": self._number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
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

    def event(self, session: str, seconds: float) -> Message | None:
        """Return the next event of a tab; None if there is none within some seconds."""
        deadline = time.monotonic() + seconds
        while True:
            for position, event in enumerate(self._events):
                if event.get("sessionId") == session:
                    return self._events.pop(position)
            event_or_none = self._read(max(0.0, deadline - time.monotonic()))
            if event_or_none is None:
                return None
            self._events.append(event_or_none)

    def forget_events(self, session: str) -> None:
        """Drop the events of a tab that nobody has read."""
        self._events = [event for event in self._events if event.get("sessionId") != session]

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


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Chromium, and end it afterwards."""
    requests, answers = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        arguments = [
            str(program()),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            "--hide-scrollbars",
            # Badges and the like of other sites fail at once, and do not count.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
        ]
        pid = _spawn(arguments, requests[0], answers[1])
        os.close(requests[0])
        os.close(answers[1])
        try:
            yield Browser(requests[1], answers[0])
        finally:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(requests[1])
            os.close(answers[0])


def _spawn(arguments: list[str], to_read: int, to_write: int) -> int:
    """Start Chromium with its pipes where it expects them: 3 to read, 4 to write."""
    # Copies above 4, so that the first of them does not take the place of the second.
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (to_read, to_write)]
    with open(os.devnull, "r+b") as nothing:
        pid = os.posix_spawn(
            arguments[0],
            arguments,
            os.environ,
            file_actions=[
                *((os.POSIX_SPAWN_DUP2, nothing.fileno(), fd) for fd in (0, 1, 2)),
                (os.POSIX_SPAWN_DUP2, high[0], 3),
                (os.POSIX_SPAWN_DUP2, high[1], 4),
            ],
            setsid=True,
        )
    for fd in high:
        os.close(fd)
    return pid
