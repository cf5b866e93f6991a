import sys
from pathlib import Path

import pytest

from serverless_stack.local.emulator.functions.overlay import (
    OverlayError,
    compiled_requirements,
    overlay_for,
)


def distribution(folder: Path, name: str, version: str, *tags: str) -> None:
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = "".join(f"Tag: {tag}\n" for tag in tags)
    (info / "WHEEL").write_text(f"Wheel-Version: 1.0\n{lines}")
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n")


def test_only_compiled_distributions_are_needed(tmp_path: Path) -> None:
    code, layer = tmp_path / "code", tmp_path / "layer"
    distribution(code, "pure", "1.0", "py2-none-any", "py3-none-any")
    distribution(code, "fast_json", "2.1", "cp312-cp312-manylinux_2_17_aarch64")
    distribution(layer, "tool", "3.0", "py3-none-manylinux_2_17_aarch64")
    assert compiled_requirements([code, layer]) == ["fast_json==2.1", "tool==3.0"]
    assert compiled_requirements([tmp_path]) == []


def test_nothing_is_installed_for_pure_code(tmp_path: Path) -> None:
    distribution(tmp_path / "code", "pure", "1.0", "py3-none-any")
    assert overlay_for([tmp_path / "code"], tmp_path / "cache", None) is None


def test_missing_uv_names_what_is_needed(tmp_path: Path) -> None:
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


def test_overlay_is_made_once(tmp_path: Path) -> None:
    distribution(tmp_path / "code", "markupsafe", "3.0.2", "cp312-cp312-manylinux_2_17_aarch64")
    cache = tmp_path / "cache"
    cache.mkdir()
    folder = overlay_for([tmp_path / "code"], cache, str(Path(sys.executable).with_name("uv")))
    assert folder is not None
    assert list(folder.glob("markupsafe/_speedups*.so"))
    assert overlay_for([tmp_path / "code"], cache, None) == folder
    assert list(cache.iterdir()) == [folder]
