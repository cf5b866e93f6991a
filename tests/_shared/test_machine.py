import os
from pathlib import Path

import pytest

from serverless_stack._shared import machine as _machine


def test_the_cache_folder_by_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "own"))
    assert _machine.cache_folder() == tmp_path / "own"
    monkeypatch.delenv("SERVERLESS_STACK_CACHE")
    assert _machine.cache_folder() == tmp_path / "xdg" / "serverless-stack"


@pytest.mark.parametrize(
    ("platform", "expected"), [("linux", ".cache"), ("darwin", "Library/Caches")]
)
def test_the_cache_folder_of_the_platform(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, expected: str
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("SERVERLESS_STACK_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", platform)
    assert _machine.cache_folder() == tmp_path / expected / "serverless-stack"


def test_uv_of_this_interpreter_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    found = _machine.find_uv()
    assert found is not None
    assert found.name == "uv"


def test_without_uv_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert _machine.find_uv() is None


def test_uv_on_the_path_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "uv"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert _machine.find_uv() == program
