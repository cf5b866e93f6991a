"""The logs of functions: the end of each file, which the stream of events continues."""

import os
from pathlib import Path

from ...settings import Settings
from ..requests import ConsoleError, ConsoleRequest, View

MAX_BYTES = 256 * 1024
MAX_LINES = 1000


def views(settings: Settings) -> dict[tuple[str, str], View]:
    """Return the views of this tab."""
    folder = settings.logs / "functions"

    def names(request: ConsoleRequest) -> object:
        return {"functions": sorted(path.stem for path in folder.glob("*.log"))}

    def log(request: ConsoleRequest) -> object:
        name = request.text("function")
        path = next((each for each in folder.glob("*.log") if each.stem == name), None)
        if path is None:
            raise ConsoleError(f"the function {name} has logged nothing yet", 404)
        return {"path": str(path), **end_of(path)}

    return {("GET", "/api/logs"): names, ("GET", "/api/log"): log}


def end_of(path: Path) -> dict[str, object]:
    """Return the last lines of a file, and how many bytes are before them."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - MAX_BYTES))
        content = stream.read(MAX_BYTES)
    lines = content.split(b"\n")
    if size > MAX_BYTES:
        lines = lines[1:]  # the first is cut
    if lines and not lines[-1]:
        lines.pop()
    lines = lines[-MAX_LINES:]
    kept = sum(len(line) + 1 for line in lines)
    texts = [os.fsdecode(line[:4000]) for line in lines]
    return {
        "lines": [text.encode("utf-8", "replace").decode() for text in texts],
        "before": max(0, size - kept),
    }
