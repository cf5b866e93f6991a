import sys
from pathlib import Path

import pytest

from serverless_stack.local.emulator.lambda_.overlay import OverlayError, overlay_for
from tests.local.emulator.lambda_.dist_info import distribution


def test_pure_code_needs_no_overlay(tmp_path: Path) -> None:
    distribution(tmp_path / "code", "pure", "1.0", "py3-none-any")
    assert overlay_for([tmp_path / "code"], tmp_path / "cache", None) is None


def test_missing_uv_is_reported(tmp_path: Path) -> None:
    distribution(tmp_path / "code", "fast", "2.1", "cp312-cp312-manylinux_2_17_aarch64")
    with pytest.raises(OverlayError, match=r"fast==2\.1: .* no uv"):
        overlay_for([tmp_path / "code"], tmp_path / "cache", None)


def test_failed_installation_leaves_nothing(tmp_path: Path) -> None:
    distribution(tmp_path / "code", "markupsafe", "0.0.404", "cp312-cp312-manylinux_2_17_aarch64")
    cache = tmp_path / "cache"
    cache.mkdir()
    uv = str(Path(sys.executable).with_name("uv"))
    with pytest.raises(OverlayError, match=r"markupsafe==0\.0\.404"):
        overlay_for([tmp_path / "code"], cache, uv)
    assert list(cache.iterdir()) == []


def test_an_overlay_is_created_once(tmp_path: Path) -> None:
    distribution(tmp_path / "code", "markupsafe", "3.0.2", "cp312-cp312-manylinux_2_17_aarch64")
    cache = tmp_path / "cache"
    cache.mkdir()
    folder = overlay_for([tmp_path / "code"], cache, str(Path(sys.executable).with_name("uv")))
    assert folder is not None
    assert list(folder.glob("markupsafe/_speedups*.so"))
    assert overlay_for([tmp_path / "code"], cache, None) == folder
    assert list(cache.iterdir()) == [folder]


def test_further_requirements_of_this_python_are_installed(tmp_path: Path) -> None:
    """Such as redis, which needs async-timeout only before Python 3.11.3."""
    needs = ("markdown-it-py<5; python_version > '3'", "boto3; python_version > '3'")
    distribution(tmp_path / "code", "pure", "1.0", "py3-none-any", requires=needs)
    distribution(tmp_path / "code", "mdurl", "0.1.1", "py3-none-any")
    distribution(tmp_path / "runtime", "boto3", "1.40.0", "py3-none-any")
    cache = tmp_path / "cache"
    cache.mkdir()
    uv = str(Path(sys.executable).with_name("uv"))
    folder = overlay_for([tmp_path / "code"], cache, uv, tmp_path / "runtime")
    assert folder is not None
    names = {path.name for path in folder.glob("*.dist-info")}
    assert "mdurl-0.1.1.dist-info" in names
    assert any(name.startswith("markdown_it_py-4") for name in names)
    assert not any(name.startswith("boto") for name in names)
