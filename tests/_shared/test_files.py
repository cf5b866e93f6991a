import os
from pathlib import Path

import pytest

from serverless_stack._shared.files import replacing


def write(path: Path, content: bytes, *, new: bool = False) -> None:
    with replacing(str(path), ".part-", new=new) as file:
        file.write(content)


def test_a_file_is_replaced_when_all_is_written(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"old")
    file.chmod(0o640)
    with replacing(str(file), ".part-") as part:
        part.write(b"new")
        part.flush()
        assert file.read_bytes() == b"old"
        (other,) = (path for path in tmp_path.iterdir() if path != file)
        assert other.name.startswith(".part-")
        assert other.stat().st_mode & 0o777 == 0o640
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("new", [True, False])
def test_nothing_is_left_of_what_was_not_completed(tmp_path: Path, *, new: bool) -> None:
    with pytest.raises(KeyboardInterrupt), replacing(str(tmp_path / "a"), ".part-", new=new):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("target")
    write(tmp_path / "link", b"new")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"mine"


@pytest.mark.parametrize("kind", ["folder", "pipe", "file", "link"])
def test_what_is_there_is_not_replaced_as_new(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "a"
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "file":
        place.touch()
    else:
        place.symlink_to("nowhere")
    before = place.lstat()
    with pytest.raises(FileExistsError):
        write(place, b"new", new=True)
    assert place.lstat().st_ino == before.st_ino
    assert list(tmp_path.iterdir()) == [place]
