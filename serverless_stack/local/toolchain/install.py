"""The emulator's Python and npm packages, installed once in the cache folder.

The emulator pins its dependencies, so it never shares the user's environment. The name of a folder
depends on everything that determines its content. A marker file means that it is complete.
"""

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from serverless_stack._shared.machine import cache_folder, find_uv
from serverless_stack.local import folders
from serverless_stack.local.errors import CommandError
from serverless_stack.local.processes.locks import locked
from serverless_stack.local.processes.subprocesses import run
from serverless_stack.local.toolchain import sdk
from serverless_stack.local.toolchain.node import find_node

ELK_LOCK = Path(__file__).resolve().parent / "elk" / "package-lock.json"
CDK_LOCK = Path(__file__).resolve().parent / "cdk_cli" / "package-lock.json"
REQUIREMENTS = folders.PACKAGE / "emulator" / "requirements.txt"
_MARKER = ".complete"


def emulator_python() -> Path:
    """Return the Python that runs the emulator. Install it with its locked packages if needed.

    Raises:
        CommandError: The packages cannot be installed.
    """
    folder = emulator_venv()

    def build() -> None:
        log = folder.with_name(f"{folder.name}.log")
        for argv in _venv_commands(folder):
            run(argv, cwd=cache_folder(), environment=_environment(), log=log)

    python = folder / "bin" / "python"
    if not python.exists():  # its base interpreter was removed
        (folder / _MARKER).unlink(missing_ok=True)
    _make(folder, "the emulator's Python packages", build)
    return python


def node_modules(packages: Sequence[str]) -> Path:
    """Return the folder with packages of the AWS SDK for Node.js. Install it if needed.

    Args:
        packages: The packages, of those that `sdk.locked_packages` returns.

    Raises:
        CommandError: The packages cannot be installed.
        PrerequisitesError: Node.js 20 or newer, or npm, is missing.
    """
    lock = json.loads(sdk.LOCK.read_text("utf-8"))
    root = lock["packages"][""]
    root["dependencies"] = {name: root["dependencies"][name] for name in sorted(set(packages))}
    return _npm_packages(lock, "the AWS SDK for Node.js")


def elkjs() -> Path:
    """Return the file of elkjs, which computes the layout of diagrams. Install it if needed.

    Raises:
        CommandError: The package cannot be installed.
        PrerequisitesError: Node.js 20 or newer, or npm, is missing.
    """
    lock = json.loads(ELK_LOCK.read_text("utf-8"))
    return _npm_packages(lock, "elkjs for diagrams") / "elkjs" / "lib" / "elk.bundled.js"


def cdk_cli() -> Path:
    """Return the program of the CDK CLI in its tested version. Install it if needed.

    Raises:
        CommandError: The package cannot be installed.
        PrerequisitesError: Node.js 20 or newer, or npm, is missing.
    """
    return _npm_packages(_cdk_lock(), "the CDK CLI") / ".bin" / "cdk"


def installed_cdk_cli() -> Path | None:
    """Return the program that `cdk_cli` has installed; None if it has not."""
    folder = _npm_folder(_cdk_lock())
    return folder / "node_modules" / ".bin" / "cdk" if (folder / _MARKER).exists() else None


def emulator_venv() -> Path:
    """Return the folder of the emulator's virtual environment."""
    key = folders.short_hash(
        REQUIREMENTS.read_text(), sys.version, sys.base_prefix, platform.machine()
    )
    return cache_folder() / f"emulator-{key}"


def _cdk_lock() -> Mapping[str, Any]:
    lock: Mapping[str, Any] = json.loads(CDK_LOCK.read_text("utf-8"))
    return lock


def _npm_folder(lock: Mapping[str, Any]) -> Path:
    return cache_folder() / f"node-{folders.short_hash(json.dumps(lock))}"


def _npm_packages(lock: Mapping[str, Any], what: str) -> Path:
    """Return the folder `node_modules` with the packages of a lock."""
    text = json.dumps(lock)
    folder = _npm_folder(lock)

    def build() -> None:
        folder.mkdir(parents=True)
        # npm installs what the root needs, in the locked versions, and drops the rest of the lock.
        (folder / "package-lock.json").write_text(text, "utf-8")
        (folder / "package.json").write_text(json.dumps(lock["packages"][""]), "utf-8")
        node = find_node()
        argv = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        environment = _environment()
        environment["PATH"] = node.search_path(environment)
        log = folder.with_name(f"{folder.name}.log")
        run(argv, cwd=folder, environment=environment, log=log)

    _make(folder, what, build)
    return folder / "node_modules"


def _make(folder: Path, what: str, build: Callable[[], None]) -> None:
    if (folder / _MARKER).exists():
        return
    # Virtual environments cannot be moved, so it is created in place, and the marker last.
    with locked(folders.locks() / f"{folder.name}.lock"):
        if (folder / _MARKER).exists():
            return
        shutil.rmtree(folder, ignore_errors=True)
        try:
            build()
            (folder / _MARKER).touch()
        except CommandError as error:
            shutil.rmtree(folder, ignore_errors=True)  # the disk may be full
            raise type(error)(f"cannot install {what}: {error}", error.log) from error
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise CommandError(
                f"cannot install {what} in {folder}: {error.strerror or error}; make room or set "
                "SERVERLESS_STACK_CACHE to another folder"
            ) from error


def _venv_commands(folder: Path) -> list[list[str]]:
    python = str(folder / "bin" / "python")
    requirements = ["--require-hashes", "-r", str(REQUIREMENTS)]
    uv = find_uv()
    if uv is None:
        return [
            [sys.executable, "-m", "venv", str(folder)],
            [python, "-m", "pip", "install", "--no-input", *requirements],
        ]
    return [
        [str(uv), "venv", "--no-project", "--python", sys.executable, str(folder)],
        [str(uv), "pip", "install", "--compile-bytecode", "--python", python, *requirements],
    ]


def _environment() -> dict[str, str]:
    """Return the environment without variables that redirect Python and its installers."""
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT", "UV_SYSTEM_PYTHON")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {"PATH": os.defpath, **kept}
