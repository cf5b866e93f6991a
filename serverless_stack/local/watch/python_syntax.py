"""Syntax errors of Python files, by the version of the function that they belong to."""

import json
import shutil
import subprocess
import sys
import warnings
from functools import lru_cache

from serverless_stack._shared.machine import find_uv

_SECONDS = 30
_CHECK = """
import json, sys, warnings
warnings.simplefilter("ignore")
found = []
try:
    compile(sys.stdin.buffer.read(), "handler", "exec", dont_inherit=True)
except SyntaxError as error:
    found.append([error.lineno, error.msg, error.text])
print(json.dumps(found))
"""


def python_errors(content: bytes, shown: str, version: tuple[int, int]) -> list[str]:
    """Return the syntax error of a Python file, or nothing.

    What this Python refuses may be right for the newer one of the function: an interpreter of that
    version decides then. Without one the file is refused, because the local cloud, which has no
    newer Python than this one, could not load it either.

    Args:
        content: The content of the file.
        shown: The name of the file in the message.
        version: The Python version of the function.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(content, shown, "exec", dont_inherit=True)
    except SyntaxError as error:
        here = _message(shown, error.lineno, error.msg, error.text)
    except ValueError as error:  # a null byte
        return [_message(shown, None, str(error), None)]
    else:
        return []
    if sys.version_info[:2] >= version:
        return [here]
    name = ".".join(map(str, version))
    interpreter = _find_interpreter(name)
    errors = None if interpreter is None else _errors_of(interpreter, content)
    if errors is None:
        mine = ".".join(map(str, sys.version_info[:2]))
        remedy = f"`uv python install {name}` lets the function's version decide"
        return [f"{here}\n(Python {mine} says so, and the function has {name}: {remedy})"]
    return [_message(shown, *error) for error in errors]


def _errors_of(
    interpreter: str, content: bytes
) -> list[tuple[int | None, str | None, str | None]] | None:
    """Return a list with the error that another interpreter finds; None if it does not run."""
    try:
        done = subprocess.run(
            [interpreter, "-I", "-S", "-c", _CHECK],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else [tuple(each) for each in json.loads(done.stdout)]


def _message(shown: str, line: int | None, reason: str | None, text: str | None) -> str:
    place = f"{shown}:{line}" if line else shown
    return "\n".join(filter(None, [f"{place}: {reason}", (text or "").rstrip("\n")]))


@lru_cache
def _find_interpreter(version: str) -> str | None:
    """Return an interpreter of a version; None if this machine has none."""
    found = shutil.which(f"python{version}")
    uv = find_uv()
    if found is not None or uv is None:
        return found
    options = ["--no-python-downloads", "--no-project"]
    done = subprocess.run(
        [str(uv), "python", "find", *options, version], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None
