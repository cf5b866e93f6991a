import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import aws_cdk as cdk
import pytest

from serverless_stack.constructs import LambdaHandler
from serverless_stack.constructs.function import installation, packaging
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.library import RUNTIME
from serverless_stack.constructs.function.packaging import Package
from serverless_stack.constructs.function.record import record_of
from serverless_stack.constructs.function.requirements import Requirements, find_requirements
from tests.constructs.function import unpacked
from tests.constructs.templates import properties, refused, synth, warnings

ARM = LambdaPlatform("3.13", "aarch64")
COMPILED = (
    "annotated-types==0.7.0\npydantic==2.11.7\npydantic-core==2.33.2\n"
    "typing-extensions==4.14.1\ntyping-inspection==0.4.1\n"
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder with files in it."""

    def files(name: str, **contents: str) -> Path:
        for path, text in {"index.py": "def handler(event, context): ...\n", **contents}.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path / name

    return files


def package(folder: Path, platform: LambdaPlatform = ARM) -> Package:
    return packaging.package(folder, find_requirements(folder), platform)


def contents(built: Package) -> dict[str, tuple[int, bytes]]:
    """Mode and bytes of every file."""
    return unpacked.contents(built.archive)


def test_two_folders_with_the_same_files_give_the_same_asset(make: Callable[..., Path]) -> None:
    first, second = package(make("a/handler")), package(make("b/elsewhere"))
    assert first == second


def test_files_that_are_not_source_are_left_out(make: Callable[..., Path]) -> None:
    plain = package(make("a"))
    littered = package(
        make(
            "b",
            **{
                "__pycache__/index.cpython-313.pyc": "x",
                "index.pyc": "x",
                ".env": "SECRET=1",
                ".git/config": "x",
                ".venv/lib/site.py": "x",
                "lib/.cache/x": "x",
                "node_modules/x/index.js": "x",
                "requirements.in": "",
                "env/pyvenv.cfg": "",
                "env/lib/site.py": "x",
                "build/cdk.out/cdk.out": "{}",
                "build/cdk.out/manifest.json": "{}",
                "build/cdk.out/asset.1/index.py": "x",
            },
        )
    )
    assert littered.digest == plain.digest


def test_umask_and_times_do_not_matter(
    make: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = package(make("a"))
    before = os.umask(0o077)
    try:
        other = make("b")
        os.utime(other / "index.py", (0, 0))
        monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "other-cache"))
        strict = package(other)
    finally:
        os.umask(before)
    assert strict.archive != usual.archive
    assert strict.digest == usual.digest
    assert strict.archive.read_bytes() == usual.archive.read_bytes()


def test_executable_files_stay_executable(make: Callable[..., Path]) -> None:
    folder = make("a", **{"bin/tool": "#!/bin/sh\n"})
    plain = package(folder)
    (folder / "bin/tool").chmod(0o700)
    executable = package(folder)
    assert contents(executable)["bin/tool"] == (0o755, b"#!/bin/sh\n")
    assert executable.digest != plain.digest


def test_different_source_gives_a_different_asset(make: Callable[..., Path]) -> None:
    digests = {
        package(make("a")).digest,
        package(make("b", **{"index.py": "def handler(event, context): return 1\n"})).digest,
        package(make("c", **{"more.py": ""})).digest,
        package(make("d", **{"more/__init__.py": ""})).digest,
    }
    assert len(digests) == 4


def test_packaging_again_uses_the_cache(make: Callable[..., Path], own_cache: Path) -> None:
    folder = make("a")
    first = package(folder)
    os.utime(first.archive, (0, 0))
    assert package(folder) == first
    assert first.archive.stat().st_mtime == 0
    assert [path.name for path in (own_cache / "handlers").iterdir()] == [first.archive.parent.name]


def test_a_file_that_changes_while_it_is_packaged_is_told(
    make: Callable[..., Path], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the cache keeps the new file under the hash of the old one."""
    folder = make("a", **{"requirements.txt": "typing-extensions==4.14.1\n"})

    def slow(requirements: Requirements, target: Path, platform: LambdaPlatform) -> None:
        installation.install(requirements, target, platform)
        (folder / "index.py").write_text("changed = True\n")

    monkeypatch.setattr(packaging, "install", slow)
    with pytest.raises(ValueError, match="must not change while it is packaged"):
        package(folder)
    assert list((own_cache / "handlers").iterdir()) == []


def test_code_over_the_limit_is_refused_before_it_is_read(
    stack: cdk.Stack, make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make("a", **{"requirements.txt": "idna==3.10\n"})
    with (folder / "model.bin").open("wb") as file:
        file.truncate(1 << 40)
    monkeypatch.setattr(packaging, "install", lambda *arguments: pytest.fail("was installed"))
    message = refused(lambda: LambdaHandler(stack, "Handler", code=folder))
    assert "`code` must be 250 MiB at most" in message


@pytest.mark.parametrize("name", ["typing_extensions.py/x", "typing_inspection"])
def test_a_file_where_a_requirement_has_a_folder_is_refused(
    make: Callable[..., Path], name: str
) -> None:
    listing = "typing-extensions==4.14.1\ntyping-inspection==0.4.1\n"
    folder = make("a", **{"requirements.txt": listing, name: ""})
    with pytest.raises(ValueError, match="must not have a file where its requirements") as caught:
        package(folder)
    assert f"got: {name.partition('/')[0]!r}" in str(caught.value)


def test_two_processes_can_build_the_same_package(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make("a")
    replaced = packaging._replaced

    def build_twice(*arguments: object) -> object:
        monkeypatch.setattr(packaging, "_replaced", replaced)
        package(folder)
        return replaced(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(packaging, "_replaced", build_twice)
    assert package(folder).archive.is_file()


def test_uv_and_pip_give_the_same_bytes(
    make: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make("a", **{"requirements.txt": COMPILED})
    by_uv = package(folder)
    monkeypatch.setattr(installation, "find_uv", lambda: None)
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache-of-pip"))
    by_pip = package(folder)
    assert by_pip.archive != by_uv.archive
    assert by_pip.archive.read_bytes() == by_uv.archive.read_bytes()
    assert by_pip.digest == by_uv.digest
    assert by_uv.unpinned == ()
    assert any(
        re.fullmatch(r"pydantic_core/.*cpython-313-aarch64.*\.so", name) for name in contents(by_uv)
    )


@pytest.mark.parametrize("python", ["3.11", "3.14"])
def test_wheels_fit_python_and_machine(make: Callable[..., Path], python: str) -> None:
    folder = make("a", **{"requirements.txt": "markupsafe==3.0.3\n"})
    built = package(folder, LambdaPlatform(python, "x86_64"))
    compiled = [name for name in contents(built) if name.endswith(".so")]
    assert compiled == [
        f"markupsafe/_speedups.cpython-{python.replace('.', '')}-x86_64-linux-gnu.so"
    ]


@pytest.mark.parametrize("installer", ["uv", "pip"])
@pytest.mark.parametrize("impossible", ["redis==0.0.0.1", "docopt==0.6.2"])
def test_requirements_that_cannot_be_resolved_are_refused(
    make: Callable[..., Path],
    own_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    impossible: str,
    installer: str,
) -> None:
    """The first version does not exist, the second is published as source only."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # as the CDK CLI does
    if installer == "pip":
        monkeypatch.setattr(installation, "find_uv", lambda: None)
    folder = make("a", **{"requirements.txt": f"{impossible}\n"})
    with pytest.raises(ValueError, match="must be installable as wheels for Lambda") as caught:
        package(folder)
    assert f"the requirements in {folder}/requirements.txt must" in str(caught.value)
    assert "(aarch64, Python 3.13)" in str(caught.value)
    assert impossible in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert list((own_cache / "handlers").iterdir()) == []


def test_the_error_without_uv_and_pip_says_what_to_install(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make("a", **{"requirements.txt": "redis==6.4.0\n"})
    monkeypatch.setattr(installation, "find_uv", lambda: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match="needs uv or pip, and this Python has neither"):
        installation.install(_found(folder), folder / "target", ARM)


def _found(folder: Path) -> Requirements:
    result = find_requirements(folder)
    assert result is not None
    return result


def test_unpinned_requirements_cause_a_warning(stack: cdk.Stack, make: Callable[..., Path]) -> None:
    folder = make("a", **{"requirements.txt": "typing-inspection==0.4.1\n"})
    LambdaHandler(stack, "Handler", code=folder)
    (warning,) = warnings(stack)
    assert "do not pin typing-extensions, so that another machine may deploy other code" in warning
    assert properties(synth(stack), "AWS::Lambda::Function")["Runtime"] == "python3.14"


def test_pinned_requirements_cause_no_warning(stack: cdk.Stack, make: Callable[..., Path]) -> None:
    pinned = "typing-inspection==0.4.1\ntyping-extensions==4.14.1\n"
    LambdaHandler(stack, "Handler", code=make("a", **{"requirements.txt": pinned}))
    assert warnings(stack) == []


def test_project_dependencies_are_installed(make: Callable[..., Path]) -> None:
    project = '[project]\nname = "a"\nversion = "1"\ndependencies = ["typing-extensions==4.14.1"]\n'
    built = package(make("a", **{"pyproject.toml": project}))
    assert "typing_extensions.py" in contents(built)
    assert "pyproject.toml" not in contents(built)


def test_a_packaged_handler_can_import_the_runtime(make: Callable[..., Path]) -> None:
    folder = make(
        "a", **{"index.py": "import serverless_stack.runtime, serverless_stack._shared.contract\n"}
    )
    built = unpacked.unpack(package(folder).archive, folder.parent / "unpacked")
    code = f"import sys; sys.path[:] = [{str(built)!r}, *sys.path]; import index"
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def wheel(folder: Path, name: str, source: str) -> Path:
    """Write a wheel with one module."""
    path, info = folder / f"{name}-1-py3-none-any.whl", f"{name}-1.dist-info"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", source)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_a_rebuilt_wheel_is_packaged_again(
    make: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installer: str
) -> None:
    if installer == "pip":
        monkeypatch.setattr(installation, "find_uv", lambda: None)
        monkeypatch.setenv("PIP_USER", "1")
        monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))
    folder = make("a", **{"requirements.txt": "../wheels/shared-1-py3-none-any.whl\n"})
    for source in (b"V = 1\n", b"V = 2\n"):
        wheel(tmp_path / "wheels", "shared", source.decode())
        built = package(folder)
        assert contents(built)["shared.py"][1] == source
        assert built.unpinned == ()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serve an index with one package, `shared`, whose module says from whom it is."""
    servers = []

    def start(owner: str) -> str:
        folder = tmp_path / owner / "simple/shared"
        folder.mkdir(parents=True)
        name = wheel(folder, "shared", f"OWNER = {owner!r}\n").name
        (folder / "index.html").write_text(f'<a href="{name}">{name}</a>')
        handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / owner))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/simple"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("listing", "variables"),
    [
        ("--index-url {us}\nshared\n", {"UV_DEFAULT_INDEX": "{them}"}),
        ("--extra-index-url {us}\nshared\n", {"UV_DEFAULT_INDEX": "{them}"}),
        ("shared\n", {"PIP_INDEX_URL": "{us}"}),
        ("shared\n", {"UV_INDEX": "{us}", "UV_DEFAULT_INDEX": "{them}"}),
    ],
)
def test_a_package_comes_from_the_index_of_the_user(
    make: Callable[..., Path],
    serve: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    listing: str,
    variables: dict[str, str],
) -> None:
    """Somebody else may publish one of the same name on another index."""
    urls = {"us": serve("us"), "them": serve("them")}
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(**urls))
    built = package(make("a", **{"requirements.txt": listing.format(**urls)}))
    assert contents(built)["shared.py"][1] == b"OWNER = 'us'\n"


def test_find_links_is_relative_to_the_list(make: Callable[..., Path], tmp_path: Path) -> None:
    wheel(tmp_path / "wheels", "shared", "V = 1\n")
    listing = "--no-index\n--find-links ../wheels\nshared==1\n"
    assert "shared.py" in contents(package(make("a", **{"requirements.txt": listing})))


def test_the_entry_point_can_be_in_a_dependency(
    stack: cdk.Stack, make: Callable[..., Path], tmp_path: Path
) -> None:
    """As a wrapper of a vendor is, which calls the user's own function."""
    path = wheel(tmp_path / "wheels", "wrapper", "def handler(event, context): ...\n")
    folder = make("a", **{"requirements.txt": f"{path}\n"})
    LambdaHandler(stack, "Handler", code=folder, handler="wrapper.handler")
    assert properties(synth(stack), "AWS::Lambda::Function")["Handler"] == "wrapper.handler"
    message = refused(lambda: LambdaHandler(stack, "Other", code=folder, handler="wraper.handler"))
    assert f"but {str(folder)!r} with its requirements has no wraper.py" in message


def test_a_package_over_the_limit_of_lambda_is_refused(
    stack: cdk.Stack, make: Callable[..., Path]
) -> None:
    folder = make("a")
    with (folder / "model.bin").open("wb") as file:
        file.truncate(251 << 20)
    message = refused(lambda: LambdaHandler(stack, "Handler", code=folder))
    assert (
        "`code` must be 250 MiB at most with all its requirements, unzipped, got: 251." in message
    )


def test_files_that_cannot_be_packaged_are_reported(
    stack: cdk.Stack, make: Callable[..., Path]
) -> None:
    folder = make("a", **{"sub/x.py": ""})
    os.mkfifo(folder / "pipe")
    (folder / "broken").symlink_to(folder / "nowhere")
    (folder / "sub" / "loop").symlink_to(folder)
    (folder / os.fsdecode(b"caf\xe9.py")).write_text("")
    message = refused(lambda: LambdaHandler(stack, "Handler", code=folder))
    for problem in (
        "a file that is not a regular one: 'pipe'",
        "a broken link: 'broken'",
        "a link to a folder above it: 'sub/loop'",
        "a file name that is not in UTF-8: 'caf\\udce9.py'",
    ):
        assert f"- `code` must have regular files only, got: {problem}" in message


def test_what_a_package_was_made_from_is_kept_beside_it(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The local cloud installs the same for this machine, from the same indexes."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_INDEX_ACME_PASSWORD", "secret")
    folder = make("a", **{"requirements.txt": "typing-extensions==4.14.1\n"})
    built = package(folder)
    record = record_of(built.digest)
    assert json.loads(record.read_text()) == {
        "source": str(folder / "requirements.txt"),
        "file_name": "requirements.txt",
        "text": "typing-extensions==4.14.1\n",
        "variables": {"UV_INDEX_ACME_PASSWORD": "secret"},
    }
    assert record.stat().st_mode & 0o777 == 0o600
    assert record_of("x").parent == record.parent != built.archive.parent
    assert not any("requirements" in name for name in contents(built) if "dist-info" not in name)


def test_a_package_without_requirements_has_no_record(make: Callable[..., Path]) -> None:
    assert not record_of(package(make("a")).digest).parent.exists()


def test_every_shared_module_that_the_runtime_imports_is_in_the_package() -> None:
    """A handler that imports the runtime fails otherwise, in Lambda only."""
    package = Path(packaging.__file__).parents[2]
    waiting = list((package / "runtime").rglob("*.py"))
    found: set[Path] = set()
    while waiting:
        for node in ast.walk(ast.parse(waiting.pop().read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "serverless_stack._shared"
            ):
                folder = package.parent.joinpath(*str(node.module).split("."))
                places = [folder, *(folder / alias.name for alias in node.names)]
                for module in (place.with_suffix(".py") for place in places):
                    if module.is_file() and module not in found:
                        found.add(module)
                        waiting.append(module)
    names = {module.relative_to(package).as_posix() for module in found}
    assert names - set(RUNTIME) == set()
