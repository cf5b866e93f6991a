import hashlib
import stat
import zipfile
from pathlib import Path

import pytest

from serverless_stack._shared.content.index import (
    Entry,
    from_json,
    index_of,
    to_json,
    zip_left_out,
)


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


def test_links_within_the_folder_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_bytes(b"a")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert list(index_of(tmp_path)) == ["link/a.txt", "real/a.txt"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "./x", "a//x"])
def test_a_zip_that_leaves_its_place_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="must have paths below it only"):
        index_of(zipped(tmp_path / "x.zip", {name: b""}))


@pytest.mark.parametrize(
    ("name", "mode", "reason"),
    [
        ("link", stat.S_IFLNK, "a link"),
        ("pipe", stat.S_IFIFO, "not a regular file"),
        ("device", stat.S_IFCHR, "not a regular file"),
        ("id_rsa", stat.S_IFREG, "a private key"),
        ("a/.git/config", 0, "a hidden file"),
    ],
)
def test_what_is_left_out_of_a_zip(tmp_path: Path, name: str, mode: int, reason: str) -> None:
    path = zipped(tmp_path / "x.zip", {"index.html": b""})
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = (mode | 0o644) << 16
        archive.writestr(info, b"x")
    assert list(index_of(path)) == ["index.html"]
    assert zip_left_out(path) == {name: reason}


def test_backslashes_of_a_zip_from_windows_are_slashes(tmp_path: Path) -> None:
    """Old programs write them; on other systems they are part of a name."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, system in (("a\\b.html", 0), ("a\\", 0), ("c\\d.html", 3)):
            info = zipfile.ZipInfo(name)
            info.create_system = system
            archive.writestr(info, b"")
    assert list(index_of(path)) == ["a/b.html", "c\\d.html"]
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("..\\x")
        info.create_system = 0
        archive.writestr(info, b"")
    with pytest.raises(ValueError, match="must have paths below it only"):
        index_of(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_link_and_a_file_of_one_name_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a": b"1"})
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("a")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, b"/etc/passwd")
    with pytest.raises(ValueError, match="must have each file once"):
        index_of(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_file_twice_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a": b"1"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a", b"2")
    with pytest.raises(ValueError, match="must have each file once, got twice: 'a'"):
        index_of(path)


def test_hidden_files_and_keys_are_no_content(tmp_path: Path) -> None:
    files = dict.fromkeys(["index.html", ".env", ".git/config", ".well-known/x", "id_rsa"], b"")
    for name, content in files.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(content)
    packed = zipped(tmp_path / "x.zip", files)
    for source in (tmp_path / "site", packed):
        assert list(index_of(source)) == [".well-known/x", "index.html"]
        assert ".env" in index_of(source, include=[".env"])


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
def test_names_in_a_zip_of_a_program_that_does_not_tell_the_encoding(
    tmp_path: Path, encoding: str
) -> None:
    """As zip(1) writes them: bytes in UTF-8 without the flag, or an extra field."""
    info = zipfile.ZipInfo("x" * len("\u00e9.html".encode(encoding)))
    if encoding == "cp437":
        path = "\u00e9.html".encode()
        info.extra = b"\x75\x70" + (5 + len(path)).to_bytes(2, "little") + bytes(5) + path
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, "x")
    packed = (tmp_path / "x.zip").read_bytes()
    named = packed.replace(info.filename.encode(), "\u00e9.html".encode(encoding))
    (tmp_path / "x.zip").write_bytes(named)
    assert list(index_of(tmp_path / "x.zip")) == ["\u00e9.html"]


def test_a_name_in_a_zip_of_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("QQ.html", "x")
    packed = (tmp_path / "x.zip").read_bytes().replace(b"QQ.html", b"\xff\xfe.html")
    (tmp_path / "x.zip").write_bytes(packed)
    with pytest.raises(ValueError, match="must have file names in UTF-8"):
        index_of(tmp_path / "x.zip")


def test_a_link_in_a_zip_is_no_content(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.txt", "a")
    assert list(index_of(tmp_path / "x.zip")) == ["a.txt"]


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
