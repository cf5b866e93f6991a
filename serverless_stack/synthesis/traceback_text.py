"""Where an app failed, from the traceback that it printed."""

import os
import re
from pathlib import Path

_PLACE = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)')
_ERROR = re.compile(r"^(?:[\w.]+(?:Error|Exception|Exit|Interrupt|Warning)\b.*|[\w.]+\.\w+: .+)$")


def failure_in(log: str, app_dir: Path) -> str:
    """Return the file, line and message of the last traceback in an output; empty if it has none.

    The place is the last one in the app's own files.

    Args:
        log: The output of the app.
        app_dir: The folder of the app.
    """
    lines = log.splitlines()
    starts = [number for number, line in enumerate(lines) if _PLACE.match(line)]
    if not starts:
        return ""
    messages = [line for line in lines[starts[-1] :] if _ERROR.match(line)]
    message = messages[0] if messages else lines[-1].strip()
    own = [number for number in starts if _is_own(lines[number], app_dir)]
    if not own:
        return message
    place = _PLACE.match(lines[own[-1]])
    assert place is not None
    path = os.path.relpath(os.path.realpath(place["path"]), os.path.realpath(app_dir))
    code = lines[own[-1] + 1 : own[-1] + 2]
    shown = [f"  {line.strip()}" for line in code if line.startswith("    ")]
    return "\n".join([f"{path}:{place['line']}: {message}", *shown])


def _is_own(line: str, app_dir: Path) -> bool:
    place = _PLACE.match(line)
    assert place is not None
    path = Path(os.path.realpath(place["path"]))
    own = path.is_relative_to(os.path.realpath(app_dir))
    return own and "site-packages" not in path.parts and "node_modules" not in path.parts
