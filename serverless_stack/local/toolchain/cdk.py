"""Finding the CDK CLI."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.local.errors import PrerequisitesError
from serverless_stack.local.progress import Phases
from serverless_stack.local.toolchain import install
from serverless_stack.local.toolchain.node import Node, find_node

VERSION = "2.1148.1"
"""The tested version of the npm package `aws-cdk`."""

_HOW = f"run `npm install aws-cdk@{VERSION}` in the app's folder"


@dataclass(frozen=True)
class Cdk:
    """A CDK CLI: the beginning of its command line, and its version."""

    argv: tuple[str, ...]
    version: str


def find_cdk(app_dir: Path, node: Node | None) -> Cdk:
    """Return the CDK CLI of the app's `node_modules`, or else from PATH, or else our own copy.

    As with npm, `node_modules` may be in the app's folder or in one above it. Our copy is there
    after `install_if_missing`.

    Raises:
        PrerequisitesError: The CLI is missing, or its major version is not 2.
    """
    program = _program(app_dir) or install.installed_cdk_cli()
    if program is None:
        raise PrerequisitesError([f"the CDK CLI is missing: {_HOW}"])
    package = program.resolve().parent.parent / "package.json"
    version = _version_of(package) or _reported_version(program, node)
    if version.split(".")[0] != "2":
        raise PrerequisitesError(
            [
                f"the CDK CLI must have version 2, got: {version} ({program}); the npm tag "
                f"`latest` is 3.0.0, which cannot read the output of aws-cdk-lib 2: {_HOW}"
            ]
        )
    return Cdk((str(program),), version)


def install_if_missing(app_dir: Path, phases: Phases) -> None:
    """Install the CDK CLI into the cache folder if neither the app nor PATH has one.

    Args:
        app_dir: The folder of the app.
        phases: Receives the progress.

    Raises:
        CommandError: It cannot be installed.
    """
    if _program(app_dir) is not None or install.installed_cdk_cli() is not None:
        return
    try:
        find_node()
    except PrerequisitesError:
        return  # which is reported with everything else that is missing
    with phases.phase("CDK CLI"):
        phases.detail(f"installing aws-cdk {VERSION}, once")
        install.cdk_cli()


def _program(app_dir: Path) -> Path | None:
    above = [folder / "node_modules" / ".bin" / "cdk" for folder in (app_dir, *app_dir.parents)]
    own = next((program for program in above if program.exists()), None)
    found = shutil.which("cdk") if own is None else str(own)
    return None if found is None else Path(found)


def _version_of(package: Path) -> str | None:
    if not package.is_file():
        return None
    content = json.loads(package.read_text())
    return str(content["version"]) if content.get("name") == "aws-cdk" else None


def _reported_version(program: Path, node: Node | None) -> str:
    path = os.environ.get("PATH", os.defpath) if node is None else node.search_path(os.environ)
    try:
        answer = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "PATH": path},
        )
    except OSError as error:
        return str(error.strerror)
    return answer.stdout.strip() or f"nothing, status {answer.returncode}"
