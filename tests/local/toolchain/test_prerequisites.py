import shutil
import socket
import sys
from pathlib import Path

import pytest

from serverless_stack.local.errors import PrerequisitesError
from serverless_stack.local.processes import ports
from serverless_stack.local.toolchain import node
from serverless_stack.local.toolchain.prerequisites import check, check_app

PROGRAMS = ("redis-server", "memcached", "node", "npm", "cdk")
NO_PORTS = {"--api-port": 0}


def provide(folder: Path, *programs: str) -> None:
    """Put programs of this machine into a folder that is all of PATH."""
    for program in programs:
        found = shutil.which(program)
        assert found is not None, f"this machine has no {program}"
        (folder / program).symlink_to(Path(found).resolve())


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that becomes all of PATH when `limit` is called."""
    folder = tmp_path / "only"
    folder.mkdir()
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))  # without a CDK CLI
    return folder


def limit(only: Path, monkeypatch: pytest.MonkeyPatch, *programs: str) -> None:
    wheel = node._wheel_folder()
    provide(only, *(program for program in programs if program not in ("node", "npm")))
    if "node" not in programs:
        wheel = None
    monkeypatch.setattr(node, "_wheel_folder", lambda: wheel)
    monkeypatch.setattr(sys, "executable", str(only / "python"))
    monkeypatch.setenv("PATH", str(only))


def problems_of(app: Path, wanted: dict[str, int]) -> tuple[str, ...]:
    with pytest.raises(PrerequisitesError) as caught:
        check(app, wanted)
    return caught.value.problems


def test_nothing_is_missing(assembly_app: Path) -> None:
    tools = check(assembly_app, NO_PORTS)
    assert tools.redis.name in ("redis-server", "valkey-server")
    assert tools.memcached.name == "memcached"
    assert tools.cdk.version.startswith("2.")
    assert check_app(assembly_app) == (tools.node, tools.cdk)


@pytest.mark.parametrize(
    ("missing", "begins"),
    [
        ("redis-server", "redis-server (or valkey-server) is missing: install it with "),
        ("memcached", "memcached is missing: install it with "),
        ("node", "Node.js 20 or newer is missing: install it into this Python: "),
        ("cdk", "the CDK CLI is missing: run `npm install aws-cdk@"),
    ],
)
def test_each_missing_prerequisite(
    assembly_app: Path,
    only: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
    begins: str,
) -> None:
    limit(only, monkeypatch, *(program for program in PROGRAMS if program != missing))
    (problem,) = problems_of(assembly_app, NO_PORTS)
    assert problem.startswith(begins)


def test_valkey_replaces_redis(
    assembly_app: Path, only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(only, monkeypatch, "memcached", "node", "cdk")
    (only / "valkey-server").symlink_to("/bin/true")
    assert check(assembly_app, NO_PORTS).redis == only / "valkey-server"


def test_all_missing_prerequisites_are_reported_together(
    tmp_path: Path, only: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(only, monkeypatch)
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        problems = problems_of(tmp_path, {"--api-port": taken, "--cdn-port": -5})
    assert [problem.split(" ")[0] for problem in problems] == [
        "there",  # is no cdk.json
        "redis-server",
        "memcached",
        "Node.js",
        "the",  # CDK CLI
        "--api-port:",
        "--cdn-port",
    ]
    assert not own_cache.exists()


@pytest.mark.parametrize(
    ("platform", "user", "expected"),
    [
        ("linux", 0, "with `apt-get install redis-server`, or"),
        ("linux", 1000, "with `sudo apt-get install redis-server`, or"),
        ("darwin", 501, "with `brew install redis`"),
    ],
)
def test_how_to_install_fits_the_platform(
    assembly_app: Path,
    only: Path,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    user: int,
    expected: str,
) -> None:
    limit(only, monkeypatch, "memcached", "node", "cdk")
    with monkeypatch.context() as machine:
        machine.setattr("sys.platform", platform)
        machine.setattr("os.geteuid", lambda: user)
        (problem,) = problems_of(assembly_app, NO_PORTS)
    assert expected in problem


def test_an_unsupported_platform(assembly_app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as machine:
        machine.setattr("sys.platform", "win32")
        problems = problems_of(assembly_app, NO_PORTS)
    assert problems == ("the local cloud requires Linux or macOS, got: win32; on Windows, use WSL",)


def test_a_cache_folder_that_is_not_writable(
    assembly_app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "file" / "cache"))
    (problem,) = problems_of(assembly_app, NO_PORTS)
    assert "is not writable: set SERVERLESS_STACK_CACHE to another folder" in problem


def test_a_missing_app_folder(tmp_path: Path) -> None:
    with pytest.raises(PrerequisitesError, match=f"folder does not exist, got: {tmp_path}/no"):
        check_app(tmp_path / "no")
