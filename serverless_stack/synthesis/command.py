"""The commands of apps that can be synthesized warm: those that start a Python script."""

import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PYTHON = re.compile(r"(?:.*/)?python[\d.]*")
_FLAGS = frozenset({"-O", "-OO", "-B", "-u", "-s", "-q"})
_SHELL = re.compile(r"[|&;<>()$`\\*?\[#~%\n]|(?:^|\s)\w+=")


@dataclass(frozen=True)
class PythonApp:
    """An app that an interpreter starts.

    Attributes:
        interpreter: The path of the interpreter.
        flags: Its options.
        script: The script, as in the command.
        arguments: The arguments of the script.
    """

    interpreter: str
    flags: tuple[str, ...]
    script: str
    arguments: tuple[str, ...]


def read_command(command: str, app_dir: Path, environment: Mapping[str, str]) -> PythonApp | str:
    """Return the Python app that a command starts, or why it must run cold.

    Args:
        command: The `app` of cdk.json.
        app_dir: The folder in which it runs.
        environment: The environment in which it runs.
    """
    reason = f"`{command}` does not start a Python script"
    try:
        words = [] if _SHELL.search(command) else shlex.split(command)
    except ValueError:
        words = []
    if not words or not _PYTHON.fullmatch(words[0]):
        return reason
    program = words[0] if "/" not in words[0] else str(app_dir / words[0])
    interpreter = shutil.which(program, path=environment.get("PATH"))
    if interpreter is None:
        return f"`{words[0]}` is not on PATH"
    rest = words[1:]
    flags = []
    while rest and rest[0] in _FLAGS:
        flags.append(rest.pop(0))
    if not rest or rest[0].startswith("-") or not rest[0].endswith(".py"):
        return reason
    return PythonApp(interpreter, tuple(flags), rest[0], tuple(rest[1:]))
