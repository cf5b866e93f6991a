"""The prerequisites of the local cloud, all checked before it starts."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_stack._shared.machine import cache_folder
from serverless_stack.local.errors import PrerequisitesError
from serverless_stack.local.processes import ports
from serverless_stack.local.toolchain.cdk import Cdk, find_cdk
from serverless_stack.local.toolchain.node import Node, find_node


@dataclass(frozen=True)
class Tools:
    """The programs that the local cloud uses.

    Attributes:
        redis: `redis-server`, or `valkey-server`, which has the same protocol.
        memcached: `memcached`.
        node: Node.js and npm.
        cdk: The CDK CLI.
    """

    redis: Path
    memcached: Path
    node: Node
    cdk: Cdk


def check(app_dir: Path, requested_ports: Mapping[str, int]) -> Tools:
    """Return the programs that the local cloud uses.

    Args:
        app_dir: The folder of the CDK app, with its cdk.json.
        requested_ports: The ports that the user chose, by option; 0 for a free one.

    Raises:
        PrerequisitesError: Prerequisites are missing. The message lists all of them.
    """
    if sys.platform not in ("linux", "darwin"):
        raise PrerequisitesError(
            [f"the local cloud requires Linux or macOS, got: {sys.platform}; on Windows, use WSL"]
        )
    problems = [*_cache_problems(), *_app_problems(app_dir)]
    redis = which("redis-server", "valkey-server")
    if redis is None:
        problems.append(f"redis-server (or valkey-server) is missing: {_install('redis')}")
    memcached = which("memcached")
    if memcached is None:
        problems.append(f"memcached is missing: {_install('memcached')}")
    node, cdk = _node_and_cdk(app_dir, problems)
    problems += ports.problems(requested_ports)
    if problems or redis is None or memcached is None or node is None or cdk is None:
        raise PrerequisitesError(problems)
    return Tools(redis, memcached, node, cdk)


def check_app(app_dir: Path) -> tuple[Node, Cdk]:
    """Return the programs that run the CDK CLI on an app.

    Raises:
        PrerequisitesError: Prerequisites are missing. The message lists all of them.
    """
    problems = _app_problems(app_dir)
    node, cdk = _node_and_cdk(app_dir, problems)
    if problems or node is None or cdk is None:
        raise PrerequisitesError(problems)
    return node, cdk


def _node_and_cdk(app_dir: Path, problems: list[str]) -> tuple[Node | None, Cdk | None]:
    """Return both, or None for a missing one, after adding its problem to `found`."""
    node = cdk = None
    try:
        node = find_node()
    except PrerequisitesError as error:
        problems += error.problems
    try:
        cdk = find_cdk(app_dir, node)
    except PrerequisitesError as error:
        problems += error.problems
    return node, cdk


def _app_problems(app_dir: Path) -> list[str]:
    """Return the problems of the app's folder."""
    if not app_dir.is_dir():
        return [f"the app's folder does not exist, got: {app_dir}"]
    if not (app_dir / "cdk.json").is_file():
        return [
            f"there is no cdk.json in {app_dir}: pass the folder of your CDK app with `--app-dir`"
        ]
    return []


def which(*programs: str) -> Path | None:
    """Return the first of some programs that is on PATH."""
    found = (shutil.which(program) for program in programs)
    return next((Path(program) for program in found if program is not None), None)


def install_command(package: str) -> str:
    """Return the command that installs a package of Homebrew or of Debian."""
    if sys.platform == "darwin":
        return f"brew install {package}"
    debian = "redis-server" if package == "redis" else package
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install {debian}"


def _install(package: str) -> str:
    others = "" if sys.platform == "darwin" else ", or your package manager"
    return f"install it with `{install_command(package)}`{others}"


def _cache_problems() -> list[str]:
    cache = cache_folder()
    nearest = next(folder for folder in [cache, *cache.parents] if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [
        f"the cache folder {cache} is not writable: set SERVERLESS_STACK_CACHE to another folder"
    ]
