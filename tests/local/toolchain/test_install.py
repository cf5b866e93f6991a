import errno
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serverless_stack.local.errors import CommandError
from serverless_stack.local.toolchain import install as toolchain
from serverless_stack.local.toolchain import sdk


def version_of(python: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    answer = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


@pytest.fixture
def one_package(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the emulator's packages only jmespath, because it is small."""
    locked = re.search(r"jmespath==.*?(?=^\w)", toolchain.REQUIREMENTS.read_text(), re.S | re.M)
    assert locked is not None
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(locked[0])
    monkeypatch.setattr(toolchain, "REQUIREMENTS", requirements)


def test_the_emulators_packages_are_the_locked_ones() -> None:
    assert version_of(toolchain.emulator_python(), "ministack") == "1.5.33"


@pytest.mark.usefixtures("one_package")
def test_concurrent_installations_are_one(own_cache: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        pythons = list(pool.map(lambda _: toolchain.emulator_python(), range(2)))
    assert pythons[0] == pythons[1]
    assert version_of(pythons[0], "jmespath")
    log = toolchain.emulator_venv().with_name(f"{toolchain.emulator_venv().name}.log")
    assert log.read_text().count("Creating virtual environment") == 1
    assert list((own_cache / "locks").iterdir()) == []


@pytest.mark.usefixtures("one_package")
def test_an_incomplete_environment_is_recreated() -> None:
    folder = toolchain.emulator_venv()
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").write_text("half a python")
    python = toolchain.emulator_python()
    assert version_of(python, "jmespath")
    before = python.stat().st_mtime_ns
    assert toolchain.emulator_python() == python
    assert python.stat().st_mtime_ns == before


@pytest.mark.usefixtures("one_package")
def test_an_environment_without_its_base_python_is_recreated(own_cache: Path) -> None:
    python = toolchain.emulator_python()
    python.unlink()
    python.symlink_to(own_cache / "removed")
    assert version_of(toolchain.emulator_python(), "jmespath")


@pytest.mark.usefixtures("one_package")
def test_pip_is_used_without_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "find_uv", lambda: None)
    assert version_of(toolchain.emulator_python(), "jmespath")


def test_a_package_with_another_hash_is_refused(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"six==1.17.0 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(toolchain, "REQUIREMENTS", requirements)
    with pytest.raises(CommandError, match="cannot install the emulator's Python packages") as got:
        toolchain.emulator_python()
    assert "hash" in got.value.log.lower()
    assert not (toolchain.emulator_venv() / ".complete").exists()


def test_the_named_clients_in_the_locked_versions(own_cache: Path) -> None:
    names = ["@aws-sdk/client-ssm", "@aws-sdk/util-dynamodb"]
    modules = toolchain.node_modules(names)
    for name in names:
        package = json.loads((modules / name / "package.json").read_text())
        assert package["version"] == sdk.locked_packages()[name]
    assert not (modules / "@aws-sdk" / "client-s3").exists()
    assert toolchain.node_modules(list(reversed(names))) == modules


@pytest.mark.usefixtures("one_package")
@pytest.mark.parametrize("stopped", [KeyboardInterrupt, CommandError("status 1")])
def test_a_stopped_installation_is_not_complete(
    monkeypatch: pytest.MonkeyPatch, stopped: BaseException
) -> None:
    def stop(*_arguments: object, **_named: object) -> None:
        toolchain.emulator_venv().mkdir(parents=True)
        raise stopped

    with monkeypatch.context() as patched:
        patched.setattr(toolchain, "run", stop)
        with pytest.raises((KeyboardInterrupt, CommandError)):
            toolchain.emulator_python()
    assert version_of(toolchain.emulator_python(), "jmespath")


@pytest.mark.usefixtures("one_package")
def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_arguments: object, **_named: object) -> None:
        toolchain.emulator_venv().mkdir(parents=True)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(toolchain, "run", fill)
    with pytest.raises(CommandError, match="No space left on device; make room or set"):
        toolchain.emulator_python()
    assert not toolchain.emulator_venv().exists()


def test_the_lock_contains_no_host() -> None:
    for path in (toolchain.REQUIREMENTS, sdk.LOCK):
        assert "://" not in path.read_text(), path
