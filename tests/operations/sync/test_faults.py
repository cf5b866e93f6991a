"""Other writers, odd files, odd keys, missing permissions: each has its own answer."""

import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.sync import Action, Bucket, CacheRule, Folder, Synced, sync

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LARGE = 9 << 20


def kinds(synced: Synced) -> dict[str, str]:
    return {action.key: action.kind for action in synced.plan.actions}


def failures(synced: Synced) -> dict[str, str]:
    assert synced.result is not None
    return synced.result.failures


def body(s3: "S3Client", bucket: Bucket, key: str) -> bytes:
    return s3.get_object(Bucket=bucket.name, Key=f"{bucket.prefix}{key}")["Body"].read()


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.parametrize("size", [10, LARGE])
def test_a_file_that_changes_under_way_is_known_by_what_was_uploaded(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, size: int
) -> None:
    file = tmp_path / "x.bin"
    file.write_bytes(b"A" * size)

    def change(_plan: object) -> None:
        file.write_bytes(b"B" * size)

    sync(Folder(tmp_path), bucket, planned=change)
    file.write_bytes(b"A" * size)
    assert kinds(sync(Folder(tmp_path), bucket)) == {"x.bin": "upload"}
    assert body(s3, bucket, "x.bin")[:1] == b"A"


def test_a_source_that_changes_under_way_is_not_copied(s3: "S3Client", bucket: Bucket) -> None:
    def change(_plan: object) -> None:
        s3.put_object(Bucket=bucket.name, Key="site/x", Body=b"two")

    s3.put_object(Bucket=bucket.name, Key="site/x", Body=b"one")
    copy = Bucket(bucket.name, "copy/")
    first = sync(bucket, copy, planned=change)
    assert list(failures(first)) == ["x"]
    assert failures(sync(bucket, copy)) == {}
    assert body(s3, copy, "x") == b"two"


def test_headers_are_not_written_over_what_somebody_else_put_there(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    def change(_plan: object) -> None:
        s3.put_object(Bucket=bucket.name, Key="site/a", Body=b"theirs")

    (tmp_path / "a").write_text("ours")
    rules = [CacheRule("*", "no-cache")]
    sync(Folder(tmp_path), bucket)
    first = sync(Folder(tmp_path), bucket, cache_control=rules, planned=change)
    assert failures(first) == {"a": "ConflictError: somebody else has changed site/a"}
    assert kinds(sync(Folder(tmp_path), bucket, cache_control=rules)) == {"a": "upload"}
    assert body(s3, bucket, "a") == b"ours"


def test_special_files_are_passed_over_and_never_deleted(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "a").write_text("a")
    for key in ("pipe", "broken", "other"):
        s3.put_object(Bucket=bucket.name, Key=f"site/{key}", Body=b"before")
    synced = sync(Folder(tmp_path), bucket, delete=True)
    assert kinds(synced) == {"a": "upload", "other": "delete"}
    assert synced.plan.source.skipped == {"broken": "a broken link", "pipe": "not a regular file"}
    hidden = sync(Folder(tmp_path), bucket, exclude=["pipe", "broken"])
    assert hidden.plan.source.skipped == {}


def test_excluded_files_are_not_opened(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "x", "private/y"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    opened: list[str] = []
    real = os.open

    def watch(path: Any, *arguments: Any, **more: Any) -> int:  # noqa: ANN401
        opened.append(os.path.basename(str(path)))
        return real(path, *arguments, **more)

    monkeypatch.setattr(os, "open", watch)
    sync(Folder(tmp_path), bucket, exclude=["x", "private/*"], dry_run=True)
    assert [name for name in opened if name in ("a", "x", "y")] == ["a"]


def test_a_file_that_cannot_be_read_fails_alone(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("good", "bad"):
        (tmp_path / name).write_text(name)
    s3.put_object(Bucket=bucket.name, Key="site/old", Body=b"old")
    real = os.open

    def refuse(path: Any, *arguments: Any, **more: Any) -> int:  # noqa: ANN401
        if str(path).endswith("bad"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **more)

    monkeypatch.setattr(os, "open", refuse)
    synced = sync(Folder(tmp_path), bucket, delete=True)
    assert list(failures(synced)) == ["bad"]
    assert body(s3, bucket, "good") == b"good"
    assert body(s3, bucket, "old") == b"old"  # with a failure nothing is deleted


def test_names_that_are_not_utf8_fail_alone(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff")).write_text("x")
    (tmp_path / "good").write_text("x")
    synced = sync(Folder(tmp_path), bucket)
    assert list(failures(synced).values()) == ["the name of a file must be in UTF-8"]
    assert [action.key for action in synced.plan.actions] == ["good"]


def test_links_in_the_destination_are_leaves(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("mine")
    (folder / "assets").symlink_to(elsewhere)
    (folder / "file").symlink_to(elsewhere / "precious")
    s3.put_object(Bucket=bucket.name, Key="site/file", Body=b"new")
    s3.put_object(Bucket=bucket.name, Key="site/assets/planted", Body=b"x")
    through = sync(bucket, Folder(folder), delete=True)
    assert list(failures(through)) == ["assets/planted"]
    assert "must not lead through a link" in failures(through)["assets/planted"]
    s3.delete_object(Bucket=bucket.name, Key="site/assets/planted")
    assert kinds(sync(bucket, Folder(folder), delete=True)) == {"assets": "delete"}
    assert files(folder) == {"file": b"new"}
    assert files(elsewhere) == {"precious": b"mine"}


KEYS = st.lists(
    st.text("ab./", min_size=1, max_size=5).filter(lambda key: not key.endswith("/")),
    max_size=5,
    unique=True,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(keys=KEYS)
def test_keys_and_files_are_one_to_one(
    keys: list[str], aws: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A key either is a file below the folder, with its content, or fails; a second run agrees."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws.items():
            patch.setenv(name, value)
        s3 = boto3.Session().client("s3")  # boto3's own session keeps the key of another cloud
        folder = tmp_path_factory.mktemp("keys") / "a" / "b"
        bucket = Bucket(f"keys-{os.urandom(6).hex()}", "p/")
        s3.create_bucket(Bucket=bucket.name)
        for key in keys:
            s3.put_object(Bucket=bucket.name, Key=f"p/{key}", Body=key.encode())
        first = sync(bucket, Folder(folder), delete=True)
        found = files(folder.parents[1])
        done = {key.encode() for key in keys if key not in failures(first)}
        assert set(found.values()) == done
        assert all(name.startswith("a/b/") for name in found)
        again = sync(bucket, Folder(folder), delete=True)
        assert {action.key for action in again.plan.actions} <= failures(first).keys()
        assert files(folder.parents[1]) == found


def test_objects_in_parts_converge(s3: "S3Client", bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(os.urandom(1 << 20) * 12)
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_file(str(tmp_path / "big"), bucket.name, "site/big", Config=config)
    for destination in (Folder(tmp_path / "down"), Bucket(bucket.name, "copy/")):
        assert kinds(sync(bucket, destination)) != {}
        assert kinds(sync(bucket, destination)) == {}
    (tmp_path / "down" / "big").write_bytes(b"x" * (12 << 20))
    assert kinds(sync(bucket, Folder(tmp_path / "down"))) == {"big": "download"}


@pytest.mark.parametrize("part", [5 * 2**20 + 1, 6_000_000, 7 * 2**20])
def test_objects_in_parts_of_any_size_converge(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, part: int
) -> None:
    content = os.urandom(1 << 20) * 16
    config = TransferConfig(multipart_threshold=1 << 20, multipart_chunksize=part)
    s3.upload_fileobj(io.BytesIO(content), bucket.name, "site/big", Config=config)
    assert kinds(sync(bucket, Folder(tmp_path))) == {"big": "download"}
    assert kinds(sync(bucket, Folder(tmp_path))) == {}
    (tmp_path / "big").write_bytes(bytes(len(content)))
    assert kinds(sync(bucket, Folder(tmp_path))) == {"big": "download"}


@pytest.mark.parametrize("expires", ["0", "-1", "1792000000", "Wed, 01 Jan 2031 00:00:00 GMT"])
def test_any_expires_header_is_compared(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, expires: str
) -> None:
    (tmp_path / "a.html").write_text("hi")
    kind = "text/html; charset=utf-8"
    target = {"Bucket": bucket.name, "Key": "site/a.html", "ContentType": kind}
    url = s3.generate_presigned_url("put_object", target)
    urlopen(Request(url, b"hi", {"Expires": expires, "Content-Type": kind}, method="PUT"))
    assert kinds(sync(Folder(tmp_path), bucket)) == {"a.html": "rewrite"}
    assert kinds(sync(Folder(tmp_path), bucket)) == {}


class Calls:
    """The calls of a client of one operation; some are refused."""

    def __init__(self, s3: "S3Client", operation: str, refused: str = "") -> None:
        self.keys: list[str] = []
        self._operation, self._refused = operation, refused
        s3.meta.events.register(f"before-parameter-build.s3{operation}", self._record)

    def _record(self, params: Mapping[str, Any], **_more: object) -> None:
        key = f"{params.get('Prefix', '')}{params.get('Key', '')}"
        self.keys.append(key)
        if self._refused and self._refused in key:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "any")


def test_only_objects_that_are_compared_are_asked_for_their_headers(
    bucket: Bucket, tmp_path: Path
) -> None:
    s3 = boto3.client("s3")
    for name in ("same", "theirs", "changed", "excluded"):
        s3.put_object(Bucket=bucket.name, Key=f"site/{name}", Body=name.encode())
        (tmp_path / name).write_text(name)
    (tmp_path / "changed").write_text("other")
    (tmp_path / "theirs").unlink()
    heads = Calls(s3, ".HeadObject")
    sync(Folder(tmp_path), bucket, exclude=["excluded"], client=s3)
    assert heads.keys == ["site/same"]


def test_an_object_whose_headers_cannot_be_read_fails_alone(bucket: Bucket, tmp_path: Path) -> None:
    s3 = boto3.client("s3")
    for name in ("good.txt", "bad.txt"):
        s3.put_object(Bucket=bucket.name, Key=f"site/{name}", Body=name.encode())
        (tmp_path / name).write_text(name)
    Calls(s3, ".HeadObject", refused="bad")
    synced = sync(Folder(tmp_path), bucket, client=s3)
    assert list(failures(synced)) == ["bad.txt"]
    assert kinds(synced) == {"good.txt": "rewrite"}


def test_without_permission_for_the_state_s3_is_asked(bucket: Bucket, tmp_path: Path) -> None:
    s3 = boto3.client("s3")
    Calls(s3, "", refused=".serverless-stack")
    (tmp_path / "a").write_text("a")
    assert kinds(sync(Folder(tmp_path), bucket, client=s3)) == {"a": "upload"}
    assert kinds(sync(Folder(tmp_path), bucket, client=s3)) == {}
    assert failures(sync(bucket, Folder(tmp_path / "down"), client=s3)) == {}


@pytest.mark.parametrize("content", [b"", b"no gzip", b"\x1f\x8b\x08\x00cut"])
def test_a_state_that_cannot_be_read_is_written_anew(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a").write_text("a")
    sync(Folder(tmp_path), bucket)
    s3.put_object(Bucket=bucket.name, Key=bucket.state_key, Body=content)
    assert kinds(sync(Folder(tmp_path), bucket)) == {}
    assert body(s3, Bucket(bucket.name), bucket.state_key)[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("delete", [True, False])
def test_a_part_of_a_bucket_within_the_other_one(
    s3: "S3Client", bucket: Bucket, *, delete: bool
) -> None:
    whole, backup = Bucket(bucket.name, "a/"), Bucket(bucket.name, "a/backup/")
    content = {"a/x": b"1", "a/b/y": b"2", "a/backup/old": b"3", "other": b"4"}
    for key, each in content.items():
        s3.put_object(Bucket=bucket.name, Key=key, Body=each)

    def stored() -> dict[str, bytes]:
        listed = s3.list_objects_v2(Bucket=bucket.name)["Contents"]
        keys = [item["Key"] for item in listed if not item["Key"].startswith(".serverless-stack")]
        return {key: body(s3, Bucket(bucket.name), key) for key in keys}

    for _ in range(2):
        assert failures(sync(whole, backup, delete=delete)) == {}
        expected = {**content, "a/backup/x": b"1", "a/backup/b/y": b"2"}
        assert stored() == {k: v for k, v in expected.items() if not delete or k != "a/backup/old"}
    s3.put_object(Bucket=bucket.name, Key="a/backup/x", Body=b"restored")
    s3.put_object(Bucket=bucket.name, Key="a/gone", Body=b"5")
    for _ in range(2):
        assert failures(sync(backup, whole, delete=delete)) == {}
        found = stored()
        assert (found["a/x"], found["a/backup/x"]) == (b"restored", b"restored")
        assert ("a/gone" in found) is not delete
    s3.put_object(Bucket=bucket.name, Key="a/backup/backup/x", Body=b"6")
    assert list(failures(sync(backup, whole, delete=delete))) == ["backup/x"]
    assert stored()["a/backup/x"] == b"restored"


def test_what_this_library_keeps_is_never_content(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    key, whole = ".serverless-stack/Site.json.gz", Bucket(bucket.name)
    s3.put_object(Bucket=bucket.name, Key=key, Body=b"manifest")
    (tmp_path / ".serverless-stack").mkdir()
    (tmp_path / key).write_text("a backup")
    (tmp_path / ".serverless-stack-abc").write_text("half a download")
    (tmp_path / "a").write_text("a")
    synced = sync(Folder(tmp_path), whole, delete=True)
    assert kinds(synced) == {"a": "upload"}
    assert set(synced.plan.source.skipped) == {key, ".serverless-stack-abc"}
    assert kinds(sync(whole, bucket)) == {"a": "copy"}
    assert body(s3, whole, key) == b"manifest"


def test_an_empty_source_needs_consent(s3: "S3Client", bucket: Bucket, tmp_path: Path) -> None:
    for key in ("a", "bell\x07"):
        s3.put_object(Bucket=bucket.name, Key=f"site/{key}", Body=b"x")
    with pytest.raises(ValueError, match="has no files, and all 2 of"):
        sync(Folder(tmp_path), bucket, delete=True, allow_empty_source=False)
    assert failures(sync(Folder(tmp_path), bucket, delete=True)) == {}
    listed = s3.list_objects_v2(Bucket=bucket.name, Prefix="site/")
    assert listed["KeyCount"] == 0


def test_an_answer_that_is_no_list_is_no_empty_bucket(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = boto3.client("s3")
    (tmp_path / "only-copy").write_text("x")
    for answer in ({}, {"IsTruncated": True, "KeyCount": 0}):
        monkeypatch.setattr(s3, "list_objects_v2", lambda answer=answer, **_more: answer)
        with pytest.raises(ContentError, match="is no list of the objects"):
            sync(bucket, Folder(tmp_path), delete=True, client=s3)
    assert (tmp_path / "only-copy").exists()


@pytest.mark.parametrize(("umask", "new"), [(0o077, 0o600), (0o027, 0o640), (0o002, 0o664)])
def test_a_download_has_the_mode_of_the_file_that_is_there_or_of_the_umask(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, umask: int, new: int
) -> None:
    modes = {"secret": 0o600, "script": 0o755, "read-only": 0o444}
    for name, mode in modes.items():
        (tmp_path / name).write_text("old")
        (tmp_path / name).chmod(mode)
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "elsewhere").chmod(0o600)
    (tmp_path / "link").symlink_to("elsewhere")
    for name in (*modes, "link", "new", "folder/new"):
        s3.put_object(Bucket=bucket.name, Key=f"site/{name}", Body=b"new")
    before = os.umask(umask)
    try:
        assert failures(sync(bucket, Folder(tmp_path))) == {}
    finally:
        os.umask(before)
    expected = {**modes, "link": new, "new": new, "folder/new": new}
    found = {name: (tmp_path / name).lstat().st_mode & 0o777 for name in expected}
    assert found == expected
    assert {(tmp_path / name).read_text() for name in expected} == {"new"}
    assert (tmp_path / "elsewhere").read_text() == "mine"


def test_what_is_no_file_is_not_replaced_by_a_download(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder", "good"):
        s3.put_object(Bucket=bucket.name, Key=f"site/{name}", Body=b"new")
    first = failures(sync(bucket, Folder(tmp_path)))
    assert first.keys() == {"pipe", "folder"}
    assert all("only a regular file can be replaced" in reason for reason in first.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "good", "pipe"]


def test_keys_that_a_file_system_takes_for_one_file(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with one that folds case: the second name is that of the first file."""
    for key in ("a.txt", "A.txt", "b.txt"):
        s3.put_object(Bucket=bucket.name, Key=f"site/{key}", Body=key.encode())
    real_link, real_lstat = os.link, os.lstat

    def fold(path: str) -> str:
        name = os.path.basename(path)
        return os.path.join(os.path.dirname(path), name.lower()) if name == "A.txt" else path

    monkeypatch.setattr(os, "link", lambda part, path: real_link(part, fold(path)))
    monkeypatch.setattr(os, "lstat", lambda path: real_lstat(fold(str(path))))
    for _ in range(2):
        synced = sync(bucket, Folder(tmp_path), delete=True)
        ((key, reason),) = failures(synced).items()
        assert key in ("a.txt", "A.txt")
        assert "somebody else has created it" in reason
        found = files(tmp_path)
        assert found == {"a.txt": found["a.txt"], "b.txt": b"b.txt"}
        assert found["a.txt"] != key.encode()


def test_a_file_that_appears_under_way_is_not_overwritten(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    s3.put_object(Bucket=bucket.name, Key="site/notes", Body=b"theirs")

    def appear(_plan: object) -> None:
        (tmp_path / "notes").write_text("mine")

    first = sync(bucket, Folder(tmp_path), planned=appear)
    assert "somebody else has created it" in failures(first)["notes"]
    assert files(tmp_path) == {"notes": b"mine"}


@pytest.mark.parametrize("links", [True, False])
def test_new_files_of_file_systems_without_links(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    def refuse(*_paths: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    s3.put_object(Bucket=bucket.name, Key="site/a", Body=b"1")
    assert failures(sync(bucket, Folder(tmp_path))) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").stat().st_nlink == 1


@pytest.mark.parametrize("change", ["fifo", "folder", "gone", "link", "grown", "shrunk"])
def test_a_file_that_becomes_something_else_under_way(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, change: str
) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"A" * 1000)
    (tmp_path / "good").write_text("good")

    def become(_plan: object) -> None:
        file.unlink()
        if change == "fifo":
            os.mkfifo(file)
        elif change == "folder":
            file.mkdir()
        elif change == "link":
            file.symlink_to("nowhere")
        elif change in ("grown", "shrunk"):
            file.write_bytes(b"B" * (LARGE if change == "grown" else 1))

    synced = sync(Folder(tmp_path), bucket, planned=become)
    assert body(s3, bucket, "good") == b"good"
    if change in ("grown", "shrunk"):
        assert failures(synced) == {}
        assert body(s3, bucket, "x") == file.read_bytes()
        assert kinds(sync(Folder(tmp_path), bucket)) == {}
    else:
        assert list(failures(synced)) == ["x"]
        assert s3.list_objects_v2(Bucket=bucket.name, Prefix="site/x")["KeyCount"] == 0


def test_a_file_that_grows_while_it_is_read(
    s3: "S3Client", bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log").write_bytes(b"x")
    real = os.fstat

    def grow(file: int) -> os.stat_result:
        status = real(file)
        if status.st_size == 1:
            (tmp_path / "log").write_bytes(b"y" * LARGE)
        return status

    def watch(_plan: object) -> None:
        monkeypatch.setattr(os, "fstat", grow)

    synced = sync(Folder(tmp_path), bucket, planned=watch)
    monkeypatch.setattr(os, "fstat", real)
    assert failures(synced) == {}
    assert body(s3, bucket, "log") == b"y" * LARGE
    assert kinds(sync(Folder(tmp_path), bucket)) == {}


def test_names_of_half_downloads_are_no_content(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    s3.put_object(Bucket=bucket.name, Key="site/a/.serverless-stack-x", Body=b"x")
    for _ in range(2):
        synced = sync(bucket, Folder(tmp_path), delete=True)
        assert synced.plan.source.skipped == {"a/.serverless-stack-x": "a file of this library"}
        assert (kinds(synced), files(tmp_path)) == ({}, {})


def test_an_interrupted_download_leaves_nothing_behind(
    s3: "S3Client", bucket: Bucket, tmp_path: Path
) -> None:
    for number in range(20):
        s3.put_object(Bucket=bucket.name, Key=f"site/{number:02}", Body=bytes(3 << 20))

    def interrupt(_action: Action) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(bucket, Folder(tmp_path), parallel=2, progress=interrupt)
    assert all(len(content) == 3 << 20 for content in files(tmp_path).values())
    assert 0 < len(files(tmp_path)) < 20
    assert not list(tmp_path.glob(".serverless-stack-*"))


def test_a_disk_that_is_full(s3: "S3Client", bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"before")
    (tmp_path / "theirs").write_bytes(b"kept")
    for key, size in (("large", 3 << 20), ("new/large", 3 << 20), ("small", 10)):
        s3.put_object(Bucket=bucket.name, Key=f"site/{key}", Body=bytes(size))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, before[1]))
    try:
        synced = sync(bucket, Folder(tmp_path), delete=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert failures(synced).keys() == {"large", "new/large"}
    assert files(tmp_path) == {"large": b"before", "small": bytes(10), "theirs": b"kept"}


def test_sigterm_leaves_nothing_behind(s3: "S3Client", bucket: Bucket, tmp_path: Path) -> None:
    for number in range(300):
        s3.put_object(Bucket=bucket.name, Key=f"site/{number:03}", Body=bytes(1000))
    program = [sys.executable, "-m", "serverless_stack.cli"]
    command = [*program, "sync", str(bucket), str(tmp_path), "--parallel", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while len(list(tmp_path.iterdir())) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.terminate()
        _out, error = process.communicate()
    assert process.returncode == 128 + 15
    assert error == "Interrupted. Run the command again to complete it.\n"
    assert {len(content) for content in files(tmp_path).values()} == {1000}
    assert len(files(tmp_path)) < 300
