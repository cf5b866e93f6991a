"""What every test needs: CDK without its own template validation, a local cloud, a fast lane.

`pytest --fast` (`make test-fast`) runs what starts no server and no CDK kernel, and fails if a test
that it runs does so after all. Of the constructs it runs the snapshots, all in one kernel.
"""

import ast
import functools
import gc
import os
import re
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every machine, however slow or busy it is.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

os.environ.setdefault("CDK_VALIDATION", "false")
os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")

REPOSITORY = Path(__file__).parents[1]

# Modules that load CDK, or start processes that take longer than the lane may.
_SLOW_FOLDERS = ("benchmarks", "compliance", "e2e", "examples", "local", "typing")
_CONSTRUCTS = REPOSITORY / "tests" / "constructs"
_SNAPSHOT = "template_snapshot"
_SLOW_MODULES = (
    "aws_cdk",
    "constructs",
    "serverless_stack.checks.integrations",
    "serverless_stack.constructs",
    "tests.local.conftest",
    "tests.runtime.servers",
)
_CDK_FREE = "serverless_stack.constructs.profiles."
# Their modules deploy or synthesize once for all of their tests, so one worker runs those.
_FOLDERS_BY_MODULE = tuple(
    REPOSITORY / "tests" / name for name in ("constructs", "examples", "local/emulator")
)
# What waits for deployments starts first, so that it does not run alone at the end.
_FIRST_FOLDERS = ("e2e", "compliance", "examples", "local", "constructs")
# Fixtures that start a server or a CDK app, themselves or through others.
_SLOW_FIXTURES = {"aws", "cdk_app", "cdk_stack", "engine", "plain_cdk", "pytester", "stack_factory"}
_SLOW_PROGRAMS = re.compile(r"(redis-server|memcached|node|cdk|npm)$|serverless_stack.cli$")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--fast`."""
    text = "only what needs no server, and the snapshots of constructs"
    parser.addoption("--fast", action="store_true", help=text)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Report what `--fast` skips."""
    if not config.getoption("--fast"):
        return None
    return (
        f"--fast skips the folders {', '.join(_SLOW_FOLDERS)}, modules that load CDK except the "
        "snapshots of constructs, tests that start servers, and slow tests. `make test` runs all."
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run one worker more than there are cores: tests wait for servers and command lines.

    Those of the fast lane wait for nothing.
    """
    return (os.cpu_count() or 1) + (0 if config.getoption("--fast") else 1)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while tests are collected: they live to the end, and are many."""
    gc.disable()
    try:
        return (yield)
    finally:
        _load_apis_once()
        gc.freeze()
        gc.enable()


def _load_apis_once() -> None:
    """Read the model of a service once: that takes longer than all else that makes a client."""
    if "botocore.session" in sys.modules:
        session = vars(sys.modules["botocore.session"])
        session["create_loader"] = functools.cache(session["create_loader"])


def pytest_make_parametrize_id(val: object) -> str | None:
    """Leave the number out of a CDK token: it depends on what else the process has created."""
    if isinstance(val, str) and "Token[" in val:
        return re.sub(r"(?<=Token\[)([^]]*)\.\d+", r"\1", val)
    return None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out of the fast lane what loads CDK or starts servers."""
    is_module = collection_path.suffix == ".py" or collection_path.name in _SLOW_FOLDERS
    return (
        True if config.getoption("--fast") and is_module and _is_left_out(collection_path) else None
    )


@functools.cache
def _is_left_out(path: Path) -> bool:
    """Whether the fast lane has nothing of a module or folder."""
    parts = path.relative_to(REPOSITORY).parts
    if len(parts) > 1 and parts[0] == "tests" and parts[1] in _SLOW_FOLDERS:
        return True
    if path.suffix != ".py":
        return False
    if _is_of_constructs(path) and path.name != "conftest.py":
        return _SNAPSHOT not in path.read_text("utf-8")
    return _is_slow_module(path)


@functools.cache
def _is_slow_module(path: Path) -> bool:
    """Whether a module of the tests loads CDK or starts servers, itself or by another one."""
    for node in ast.parse(path.read_text("utf-8")).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            loads = any(f"{name}.".startswith(f"{package}.") for package in _SLOW_MODULES)
            if loads and not name.startswith(_CDK_FREE):
                return True
            other = REPOSITORY.joinpath(*name.split(".")).with_suffix(".py")
            if name.startswith("tests.") and other.is_file() and _is_slow_module(other):
                return True
    return False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep modules together and start the longest; leave out of the fast lane what is slow."""
    is_fast = bool(config.getoption("--fast"))
    for item in items:
        if _stays_together(item.path) and item.get_closest_marker("xdist_group") is None:
            is_snapshot = is_fast and _is_of_constructs(item.path)  # all with one kernel
            group = "constructs" if is_snapshot else f"{item.path.parent.name}/{item.path.stem}"
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: _place(item.path))
    if not is_fast:
        return
    slow = [item for item in items if _is_slow(item)]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in set(slow)]


@functools.cache
def _is_of_constructs(module: Path) -> bool:
    return _CONSTRUCTS in module.parents


@functools.cache
def _stays_together(module: Path) -> bool:
    return any(folder in module.parents for folder in _FOLDERS_BY_MODULE)


@functools.cache
def _place(module: Path) -> int:
    """Return the place of a module's folder in the order in which tests start."""
    folders = [REPOSITORY / "tests" / name for name in _FIRST_FOLDERS]
    places = [place for place, folder in enumerate(folders) if folder in module.parents]
    return places[0] if places else len(folders)


def _is_slow(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    if _is_of_constructs(item.path):
        return _SNAPSHOT not in fixtures
    marked = any(item.get_closest_marker(name) for name in ("server", "slow"))
    return bool(fixtures & _SLOW_FIXTURES) or marked


@pytest.fixture(autouse=True)
def fast_lane(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test of the fast lane that starts a server or a CDK kernel, in whatever run."""
    if _is_of_constructs(request.path) or _is_left_out(request.path) or _is_slow(request.node):
        yield
        return
    modules = {name for name in sys.modules if name.startswith("aws_cdk")}
    start = subprocess.Popen.__init__
    refused: list[str] = []

    def watched(self: object, args: Sequence[str] | str, *more: object, **options: object) -> None:
        words = [args] if isinstance(args, str) else [str(word) for word in args]
        if any(_SLOW_PROGRAMS.search(word) for word in words[:3]) and words[-1] != "--version":
            refused.append(" ".join(words)[:80])
        start(self, args, *more, **options)  # type: ignore[call-overload]

    def created(*args: object, **options: object) -> None:
        refused.append("a CDK app")
        raise AssertionError("a CDK app is not for the fast lane")

    monkeypatch.setattr(subprocess.Popen, "__init__", watched)
    if modules:  # loaded for the snapshots
        for name in ("App", "Stack"):
            monkeypatch.setattr(getattr(sys.modules["aws_cdk"], name), "__init__", created)
    yield
    assert not refused, f"not for the fast lane, mark it `server`: {refused}"
    loaded = {name for name in sys.modules if name.startswith("aws_cdk")} - modules
    assert not loaded, f"loads CDK: not for the fast lane: {sorted(loaded)}"


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a local cloud with nothing in it: one for each test process."""
    from serverless_stack.local.cloud import LocalCloud

    app = tmp_path_factory.mktemp("aws")
    (app / "cdk.json").write_text('{"app": "true"}')
    with pytest.MonkeyPatch.context() as patch:
        binaries = REPOSITORY / "node_modules" / ".bin"
        patch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(REPOSITORY))
        with LocalCloud.start(app, name=f"tests-{os.getpid()}") as cloud:
            yield cloud.environment()


@pytest.fixture(autouse=True)
def own_boto3_session() -> Iterator[None]:
    """Leave no session to the next test: it would keep the key of another cloud."""
    yield
    if "boto3" in sys.modules:
        vars(sys.modules["boto3"])["DEFAULT_SESSION"] = None


@pytest.fixture
def use_aws(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """boto3, and programs that a test starts, reach the local cloud."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return aws
