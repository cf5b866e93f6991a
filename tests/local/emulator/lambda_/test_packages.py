import io
import os
import stat
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from serverless_stack.local.emulator.lambda_.packages import merge_layers, unpack


def archive(files: dict[str, str], mode: int = 0o644) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            bundle.writestr(entry, text)
    return buffer.getvalue()


def test_same_content_is_unpacked_once(tmp_path: Path) -> None:
    first = unpack(archive({"a/b.txt": "text"}), tmp_path)
    (first / "kept").touch()
    assert unpack(archive({"a/b.txt": "text"}), tmp_path) == first
    assert (first / "kept").exists()
    assert unpack(archive({"a/b.txt": "other"}), tmp_path) != first


def test_scripts_can_be_run(tmp_path: Path) -> None:
    folder = unpack(archive({"tool": "#!/bin/sh"}, 0o555), tmp_path)
    assert (folder / "tool").stat().st_mode & stat.S_IXUSR


def test_later_layers_take_precedence(tmp_path: Path) -> None:
    one, two = archive({"x": "1", "y": "1"}), archive({"x": "2"})
    folder = merge_layers([one, two], tmp_path)
    assert ((folder / "x").read_text(), (folder / "y").read_text()) == ("2", "1")
    assert (merge_layers([two, one], tmp_path) / "x").read_text() == "1"


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/out"])
def test_entries_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="outside of its folder"):
        unpack(archive({name: "text"}), tmp_path / "code")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_broken_archive_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(zipfile.BadZipFile):
        unpack(b"no zip file", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_byte_code_of_archives_is_not_written_over_that_of_another(tmp_path: Path) -> None:
    """They share the module, and its byte code is in both archives."""
    module, byte_code = "pkg/__init__.py", cache_from_source("pkg/__init__.py")
    folders = [
        unpack(archive({module: "x = 1", byte_code: text, "index.py": number}), tmp_path)
        for text, number in (("same", "1"), ("same", "2"), ("other", "3"))
    ]
    assert [(folder / byte_code).read_text() for folder in folders] == ["same", "same", "other"]
    assert len({os.stat(folder / module).st_ino for folder in folders}) == 1
    assert len({os.stat(folder / byte_code).st_ino for folder in folders}) == 2
