"""Screens of a new project: how it begins, is edited, and what its function writes."""

import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from serverless_stack.local.cloud import LocalCloud
from tests.pictures.terminal import Screen, command_line, figure, run

_INIT = "serverless-stack init shop"
_WATCH = "serverless-stack local watch"
_LOGS = "serverless-stack logs Shop/Function --local"
_OLD = '    return {"name": name, "text": load(safe_key(name))}\n'
_NEW = (
    "    text = load(safe_key(name))\n"
    '    return {"name": name, "text": text, "length": len(text)}\n'
)
_WRONG = _NEW.replace("len(text)}", "len(text)")


@contextmanager
def _project() -> Iterator[tuple[Path, str]]:
    """Create a project, and return its folder with the screen."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as name:
        folder = Path(name).resolve()
        status, text = run(command_line(_INIT), folder, {})
        if status:
            raise RuntimeError(f"{_INIT}: exit status {status}:\n{text}")
        # That this library is installed from a clone concerns its developers alone.
        yield folder / "shop", text.partition("requirements.txt installs")[0]


def init() -> str:
    """Return the screen of a new project."""
    with _project() as (_folder, text):
        return figure("A new project", [(_INIT, Screen(text))])


def watch() -> str:
    """Return the screen of a watch."""
    return figure("A handler and a page are saved", [(_WATCH, Screen(_screens()[0]))])


def logs() -> str:
    """Return the screen of a function's log."""
    return figure("What a function writes", [(_LOGS, Screen(_screens()[1]))])


@cache
def _screens() -> tuple[str, str]:
    """Watch a project while files are saved, and read the log of its function."""
    with _project() as (folder, _text), LocalCloud.start(folder) as cloud:
        handler, page = folder / "handler" / "index.py", folder / "site" / "index.html"

        def save(path: Path, old: str, new: str) -> Callable[[], None]:
            def write() -> None:
                time.sleep(5)  # a person reads and types first
                path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")

            return write

        steps = [
            ("Watching", save(handler, _OLD, _NEW)),
            ("✓", save(handler, _NEW, _WRONG)),
            ("goes on serving", save(handler, _WRONG, _NEW)),
            ("✓", save(page, "<h1>", "<h1>My ")),
            ("✓", lambda: time.sleep(1)),
        ]
        environment = {"CDK_VALIDATION": "false"}
        _status, watched = run(command_line(_WATCH), folder, environment, steps)
        url = cloud.deploy().urls.distributions[0].url
        _send("PUT", f"{url}api/notes/milk", b'{"text": "two bottles"}')
        _send("GET", f"{url}api/notes/milk")
        _status, logged = run(command_line(_LOGS), folder, {})
        watched = watched.replace(str(folder.parent), "~")
    return watched, logged


def _send(method: str, url: str, body: bytes | None = None) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, body, method=method)) as answer:
        answer.read()
