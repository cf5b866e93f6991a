import hashlib
import zipfile
from pathlib import Path

import pytest

from serverless_stack._shared.content.index import Entry, from_json, index_of, to_json


def entry(key: str, content: bytes) -> Entry:
    return Entry(key, hashlib.sha256(content).hexdigest(), len(content))


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("empty")
        for name, content in files.items():
            archive.writestr(name, content)
    return path


FILES = {"b.txt": b"b", "a/ü ö.txt": b"", "a/a/x.bin": bytes(range(256)) * 9000}


def test_a_folder_and_its_zip_are_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "empty").mkdir()
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    wanted = {name: entry(name, FILES[name]) for name in sorted(FILES)}
    found = index_of(folder)
    assert found == wanted
    assert list(found) == sorted(FILES)
    assert index_of(zipped(tmp_path / "x.zip", FILES)) == wanted


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_bytes(b"a")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert list(index_of(tmp_path)) == ["link/a.txt", "real/a.txt"]


def test_a_loop_of_links_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    with pytest.raises(OSError, match="loop"):
        index_of(tmp_path)


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x"])
def test_a_zip_that_leaves_its_place_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="must have paths inside of it only"):
        index_of(zipped(tmp_path / "x.zip", {name: b""}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_file_twice_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a": b"1"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a", b"2")
    with pytest.raises(ValueError, match="must have each file once, got twice: 'a'"):
        index_of(path)


def test_the_text_of_an_index(tmp_path: Path) -> None:
    entries = {name: entry(name, FILES[name]) for name in FILES}
    text = to_json(entries)
    assert from_json(text) == entries
    assert to_json(dict(reversed(list(entries.items())))) == text
    assert from_json(to_json({})) == {}


def test_a_zip_that_cannot_be_read_at_deploy_time_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(ValueError, match=r"must have files that are stored or deflated.*'a\.txt'"):
        index_of(tmp_path / "x.zip")
