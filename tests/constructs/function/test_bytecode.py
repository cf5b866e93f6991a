"""Byte code: valid whatever the dates of files, the same in each build, and optional."""

import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import LambdaHandler
from serverless_stack.constructs.function import bytecode
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.packaging import package
from tests.constructs.function.unpacked import contents, unpack
from tests.constructs.templates import warnings

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
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


def test_a_missing_interpreter_is_a_warning(
    stack: cdk.Stack, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(bytecode, "find_uv", lambda: None)
    bytecode.find_interpreter.cache_clear()
    other = lambda_.Runtime.PYTHON_3_13 if HERE != "3.13" else lambda_.Runtime.PYTHON_3_12
    LambdaHandler(stack, "Handler", code=code, runtime=other, bytecode=True)
    (warning,) = warnings(stack)
    assert "is deployed without byte code, because this machine has no interpreter" in warning
    bytecode.find_interpreter.cache_clear()
