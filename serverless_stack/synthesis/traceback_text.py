"""Where an app failed, from the traceback that it printed."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

_PLACE = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)')
_ERROR = re.compile(r"^(?:[\w.]+(?:Error|Exception|Exit|Interrupt|Warning)\b.*|[\w.]+\.\w+: .+)$")
_AFTER = re.compile(r"Traceback \(most recent call last\)|.*: Subprocess exited with error")
_COLOR = re.compile(r"\x1b\[[0-9;]*m")  # of Python 3.13 and later, too: the CDK CLI asks for colors
_MAX_LINES = 20  # of a message


def failure_in(log: str, app_dir: Path) -> str:
    """Return the file, line and message of the last traceback in an output; empty if it has none.

    The place is the last one in the app's own files.

    Args:
        log: The output of the app.
        app_dir: The folder of the app.
    """
    lines = _COLOR.sub("", log).splitlines()
    starts = [number for number, line in enumerate(lines) if _PLACE.match(line)]
    if not starts:
        return ""
    message, *more = _message(lines[starts[-1] :])
    own = [number for number in starts if _is_own(lines[number], app_dir)]
    if not own:
        return "\n".join([message, *more])
    place = _PLACE.match(lines[own[-1]])
    assert place is not None
    path = os.path.relpath(os.path.realpath(place["path"]), os.path.realpath(app_dir))
    code = lines[own[-1] + 1 : own[-1] + 2]
    shown = [f"  {line.strip()}" for line in code if line.startswith("    ")]
    return "\n".join([f"{path}:{place['line']}: {message}", *more, *shown])


def _message(lines: Sequence[str]) -> list[str]:
    """Return the lines of the first message, which lasts until another traceback or the end."""
    first = next((number for number, line in enumerate(lines) if _ERROR.match(line)), None)
    if first is None:
        return [lines[-1].strip()]
    after = (number for number, line in enumerate(lines) if number > first and _AFTER.match(line))
    message = "\n".join(lines[first : next(after, len(lines))]).rstrip().splitlines()
    if len(message) > _MAX_LINES:
        return [*message[:_MAX_LINES], "... (`--verbose` shows the rest)"]
    return message


def _is_own(line: str, app_dir: Path) -> bool:
    place = _PLACE.match(line)
    assert place is not None
    path = Path(os.path.realpath(place["path"]))
    own = path.is_relative_to(os.path.realpath(app_dir))
    return own and "site-packages" not in path.parts and "node_modules" not in path.parts
