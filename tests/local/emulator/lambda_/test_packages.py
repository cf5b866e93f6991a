import io
import os
import shutil
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


def test_unchanged_files_of_an_edit_are_links_with_their_byte_code(tmp_path: Path) -> None:
    before = unpack(archive({"lib/same.py": "same", "index.py": "old"}), tmp_path)
    for name in ("lib/same.py", "index.py"):
        compiled = Path(cache_from_source(before / name))
        compiled.parent.mkdir()
        compiled.write_text("compiled")
    after = unpack(archive({"lib/same.py": "same", "index.py": "new"}), tmp_path)
    assert (after / "lib" / "same.py").samefile(before / "lib" / "same.py")
    assert Path(cache_from_source(after / "lib" / "same.py")).read_text() == "compiled"
    assert ((before / "index.py").read_text(), (after / "index.py").read_text()) == ("old", "new")
    assert not Path(cache_from_source(after / "index.py")).exists()
    (after / "lib" / "same.py").write_text("written by the function")
    again = unpack(archive({"lib/same.py": "same", "other.py": "other"}), tmp_path)
    assert (again / "lib" / "same.py").read_text() == "same"
    shutil.rmtree(again)
    again = unpack(archive({"lib/same.py": "same"}), tmp_path)  # there is nothing to link
    assert (again / "lib" / "same.py").read_text() == "same"


def test_files_of_another_mode_are_other_files(tmp_path: Path) -> None:
    plain, script = archive({"tool": "#!/bin/sh"}), archive({"tool": "#!/bin/sh"}, 0o755)
    for content, mode in ((plain, 0o644), (script, 0o755)):
        assert stat.S_IMODE((unpack(content, tmp_path) / "tool").stat().st_mode) == mode


def test_scripts_can_be_run(tmp_path: Path) -> None:
    folder = unpack(archive({"tool": "#!/bin/sh"}, 0o555), tmp_path)
    assert (folder / "tool").stat().st_mode & stat.S_IXUSR


def test_empty_folders_are_there(tmp_path: Path) -> None:
    assert (unpack(archive({"empty/": ""}), tmp_path) / "empty").is_dir()


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
