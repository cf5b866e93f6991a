"""Byte code: valid whatever the dates of files, the same in each build, and optional."""

import os
import pwd
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import LambdaHandler
from serverless_stack.constructs.function import bytecode, packaging
from serverless_stack.constructs.function import code as code_module
from serverless_stack.constructs.function import source as source_module
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.packaging import package
from serverless_stack.constructs.function.requirements import find_requirements
from tests.constructs.function.unpacked import contents, unpack
from tests.constructs.templates import refused, warnings

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
OTHER = lambda_.Runtime.PYTHON_3_13 if HERE != "3.13" else lambda_.Runtime.PYTHON_3_12
UNCHECKED = 1  # the flags of "Cached bytecode invalidation" (PEP 552)


def test_the_same_files_give_the_same_byte_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.py").write_text("NAME = 'a' * 3\ndef handler(event, context):\n    fail\n")
    (source / "template.py").write_text("class {{ name }}: ...")
    platform = LambdaPlatform(HERE, "x86_64")
    packages = []
    for run in ("one", "two"):
        monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / run))
        packages.append(package(source, None, platform, bytecode=True))
    first, second = packages
    assert first.digest == second.digest
    assert first.has_byte_code
    assert first.archive.read_bytes() == second.archive.read_bytes()
    folder = unpack(first.archive, tmp_path / "unpacked")
    compiled = folder / f"__pycache__/index.{sys.implementation.cache_tag}.pyc"
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED
    assert {mode for mode, _ in contents(first.archive).values()} == {0o644}
    assert not list(folder.rglob("template.*.pyc"))
    assert list(folder.glob("serverless_stack/runtime/caching/__pycache__/*.pyc"))
    # It is what runs.
    (folder / "index.py").write_text("raise ValueError\n")
    script = f"import sys; sys.path[:0] = [{str(folder)!r}]; import index; index.handler(0, 0)"
    completed = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False
    )
    assert (
        "index.py\", line 3, in handler\nNameError: name 'fail' is not defined" in completed.stderr
    )
    plain = package(source, None, platform)
    assert not plain.has_byte_code
    assert plain.digest != second.digest


@pytest.fixture
def no_interpreter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine has no interpreter but the one that runs."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(bytecode, "find_uv", lambda: None)
    bytecode.find_interpreter.cache_clear()
    yield
    bytecode.find_interpreter.cache_clear()


def annotations(stack: cdk.Stack) -> list[str]:
    """Return the notes of a stack and its constructs."""
    return [
        str(entry.data)
        for construct in stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == "aws:cdk:info"
    ]


def test_a_missing_interpreter_is_a_warning(
    stack: cdk.Stack, code: Path, no_interpreter: None
) -> None:
    LambdaHandler(stack, "Handler", code=code, runtime=OTHER, bytecode=True)
    (warning,) = warnings(stack)
    assert "is deployed without byte code, because this machine has no interpreter" in warning


def test_byte_code_is_the_default_where_it_can_be_had(
    stack: cdk.Stack, tmp_path: Path, no_interpreter: None
) -> None:
    """A template is the same on every machine: a missing interpreter is a note, once a stack."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.py").write_text("def handler(event, context): ...\n")
    here = lambda_.Runtime(f"python{HERE}", lambda_.RuntimeFamily.PYTHON)
    LambdaHandler(stack, "Here", code=source, runtime=here)
    assert annotations(stack) == []
    LambdaHandler(stack, "Other", code=source, runtime=OTHER)
    LambdaHandler(stack, "Another", code=source, runtime=OTHER)
    (note,) = annotations(stack)
    assert "Python functions are deployed without byte code" in note
    version = OTHER.name.removeprefix("python")
    assert f"has no Python {version}; `uv python install {version}` installs it" in note
    # A runtime of one's own would be the newest to cdk-nag, in every test of this process.
    runtimes = (
        lambda_.Runtime.PYTHON_3_10,
        lambda_.Runtime.PYTHON_3_12,
        lambda_.Runtime.PYTHON_3_13,
    )
    third = next(each for each in runtimes if each.name not in (OTHER.name, f"python{HERE}"))
    LambdaHandler(stack, "Third", code=source, runtime=third)
    missing = f"has no Python {third.name.removeprefix('python')};"
    assert [missing in each for each in annotations(stack)] == [False, True]
    assert warnings(stack) == []


def test_the_digest_does_not_depend_on_the_interpreters_of_a_machine(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests, compiled = [], []
    for found in (None, sys.executable):
        monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / str(bool(found))))
        monkeypatch.setattr(packaging, "find_interpreter", lambda version, path=found: path)
        built = package(code, None, LambdaPlatform(HERE, "x86_64"), bytecode=None)
        digests.append(built.digest)
        compiled.append(built.has_byte_code)
    assert digests[0] == digests[1]
    assert compiled == [False, True]


def test_the_digest_does_not_depend_on_what_is_in_the_cache(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine without an interpreter, both have the same files, and other digests."""
    monkeypatch.setattr(packaging, "find_interpreter", lambda version: None)
    platform = LambdaPlatform(HERE, "x86_64")
    digests = []
    for order in ((False, None), (None, False)):
        monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / str(order[0])))
        digests.append(
            {each: package(code, None, platform, bytecode=each).digest for each in order}
        )
    assert digests[0] == digests[1]
    assert digests[0][None] != digests[0][False]


def test_the_digest_of_a_package_without_room_does_not_depend_on_the_machine(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = LambdaPlatform(HERE, "x86_64")
    room = package(code, None, platform).size
    digests = set()
    for found in (None, sys.executable):
        monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / str(bool(found))))
        monkeypatch.setattr(packaging, "find_interpreter", lambda version, path=found: path)
        built = package(code, None, platform, bytecode=None, max_size=room)
        assert not built.has_byte_code
        digests.add(built.digest)
    assert len(digests) == 1
    # A function with room for the byte code gets an asset of its own.
    assert package(code, None, platform, bytecode=None).digest not in digests


def test_another_python_version_gets_byte_code_of_its_own(code: Path) -> None:
    """Of an asset with the same hash, CDK would keep what was published for the version before."""
    versions = [LambdaPlatform(version, "x86_64") for version in ("3.13", "3.14")]
    first, second = (package(code, None, version, bytecode=None).digest for version in versions)
    assert first != second
    first, second = (package(code, None, version).digest for version in versions)
    assert first == second


def test_an_interpreter_that_appears_is_used(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path))
    platform = LambdaPlatform(HERE, "x86_64")
    with monkeypatch.context() as patch:
        patch.setattr(packaging, "find_interpreter", lambda version: None)
        assert not package(code, None, platform, bytecode=None).has_byte_code
    assert package(code, None, platform, bytecode=None).has_byte_code
    # What is there is there, even if the interpreter has gone.
    monkeypatch.setattr(packaging, "find_interpreter", lambda version: None)
    assert package(code, None, platform, bytecode=None).has_byte_code


def test_byte_code_that_would_be_too_large_is_left_out(
    stack: cdk.Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.py").write_text("def handler(event, context): ...\n")
    platform = LambdaPlatform(HERE, "x86_64")
    plain = package(source, None, platform)
    monkeypatch.setattr(code_module, "room_beside", lambda layers: plain.size)
    here = lambda_.Runtime(f"python{HERE}", lambda_.RuntimeFamily.PYTHON)
    LambdaHandler(stack, "Handler", code=source, runtime=here)
    (note,) = annotations(stack)
    assert f"{source} is deployed without byte code, with which it would be too large" in note
    monkeypatch.setattr(source_module, "MAX_UNZIPPED_BYTES", plain.size)
    message = refused(
        lambda: LambdaHandler(stack, "Asked", code=source, runtime=here, bytecode=True)
    )
    assert "with all its requirements, unzipped, got:" in message
    for room, is_compiled in ((plain.size, False), (4 * plain.size, True)):
        built = package(source, None, platform, bytecode=None, max_size=room)
        assert built.has_byte_code is is_compiled
        assert any("__pycache__" in name for name in contents(built.archive)) is is_compiled
        assert plain.size <= built.size <= room


def test_byte_code_of_a_file_that_the_handler_replaces_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "source"
    replaced = source / "serverless_stack" / "runtime" / "warmth.py"
    replaced.parent.mkdir(parents=True)
    (source / "index.py").write_text("def handler(event, context): ...\n")
    replaced.write_text("OWN = True\n")
    built = package(source, None, LambdaPlatform(HERE, "x86_64"), bytecode=True)
    folder = unpack(built.archive, tmp_path / "unpacked")
    script = (
        f"import sys; sys.path[:0] = [{str(folder)!r}]; "
        "import serverless_stack.runtime.warmth as found; print(found.OWN, found.__cached__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"True {folder}")


@pytest.mark.parametrize("own", ["tool.py", "tool.old.py"])
def test_byte_code_of_a_name_with_a_dot_is_of_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str
) -> None:
    def install(requirements: object, target: Path, platform: object) -> None:
        target.mkdir()
        for name in ("tool.py", "tool.old.py"):
            (target / name).write_text("OWN = False\n")

    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(packaging, "install", install)
    source = tmp_path / "source"
    source.mkdir()
    (source / own).write_text("OWN = True\n")
    (source / "requirements.txt").write_text("tool==1\n")
    platform = LambdaPlatform(HERE, "x86_64")
    built = package(source, find_requirements(source), platform, bytecode=True)
    with zipfile.ZipFile(built.archive) as archive:
        names = archive.namelist()
    compiled = [name for name in names if name.startswith("__pycache__/tool")]
    assert len(compiled) == len(set(compiled)) == 2


@pytest.mark.parametrize("answer", ["3.9", ""])
def test_a_command_that_is_no_interpreter_of_the_version_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """Such as pyenv's for a version that is not switched on."""
    command = tmp_path / "python9.9"
    command.write_text(f"#!/bin/sh\necho {answer}\nexit {int(not answer)}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(bytecode, "find_uv", lambda: None)
    bytecode.find_interpreter.cache_clear()
    assert bytecode.find_interpreter("9.9") is None
    command.write_text("#!/bin/sh\necho 9.9\n")
    bytecode.find_interpreter.cache_clear()
    assert bytecode.find_interpreter("9.9") == str(command)
    bytecode.find_interpreter.cache_clear()


def test_uv_is_asked_for_what_it_has_installed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\necho "$@" >>"$0.log"\necho /somewhere/python9.9\n')
    uv.chmod(0o755)
    monkeypatch.setattr(bytecode, "find_uv", lambda: uv)
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "pythons"))
    bytecode.find_interpreter.cache_clear()
    assert bytecode.find_interpreter("9.9") is None
    assert not Path(f"{uv}.log").exists()
    (tmp_path / "pythons" / "cpython-9.9.1-linux-x86_64-gnu").mkdir(parents=True)
    bytecode.find_interpreter.cache_clear()
    assert bytecode.find_interpreter("9.9") == "/somewhere/python9.9"
    assert "--no-python-downloads" in Path(f"{uv}.log").read_text()
    bytecode.find_interpreter.cache_clear()


def test_a_user_without_a_home_can_be_asked_for_interpreters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the users of some containers, who have no entry in the list of users either."""

    def no_entry(*arguments: object) -> None:
        raise KeyError

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("UV_PYTHON_INSTALL_DIR", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", no_entry)
    bytecode.find_interpreter.cache_clear()
    assert bytecode.find_interpreter("9.9") is None
    bytecode.find_interpreter.cache_clear()
