import secrets
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from serverless_stack.operations.sync import Bucket, Folder, sync
from serverless_stack.operations.sync.headers import Arguments
from serverless_stack.operations.sync.indexes import Entries, Index, Known, unpacked
from serverless_stack.operations.sync.store import Store
from serverless_stack.operations.sync.wire import NotPlainError, Wire

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

KEYS = ["a b+c%20", "a/1", "a/2", "a/3", "a/\u00f6 & <x>"]


@pytest.fixture
def bucket(s3: "S3Client") -> str:
    name = f"store-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """Lets S3 list two keys at a time; gives what it was asked."""
    asked: list[Mapping[str, str]] = []
    page = Wire.list_page

    def list_page(self: Wire, query: Mapping[str, str]) -> bytes:
        asked.append(dict(query))
        return page(self, {**query, "max-keys": "2"})

    monkeypatch.setattr(Wire, "list_page", list_page)
    return asked


def test_a_list_of_several_pages(
    s3: "S3Client", bucket: str, small_pages: list[Mapping[str, str]]
) -> None:
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    found = list(Store(None, 1).list(bucket, "a"))
    assert len(small_pages) == 3
    assert found == list(Store(s3, 1).list(bucket, "a"))
    assert [each.key for each in found] == KEYS
    assert found[0].size == 8


def test_botocore_goes_on_where_the_short_way_ends(
    s3: "S3Client",
    bucket: str,
    small_pages: list[Mapping[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    page = Wire.list_page

    def fail(self: Wire, query: Mapping[str, str]) -> bytes:
        if "continuation-token" in query:
            raise NotPlainError
        return page(self, query)

    monkeypatch.setattr(Wire, "list_page", fail)
    assert [each.key for each in Store(None, 1).list(bucket, "a")] == KEYS


def test_what_is_written_and_read_by_either_way_is_the_same(
    s3: "S3Client", bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    md5 = "0cc175b9c0f1b6a831c399e269772661"
    headers: Arguments = {
        "ContentType": "text/plain",
        "CacheControl": "no-cache",
        "ContentEncoding": "br",
    }
    store = Store(None, 1)
    assert store.put(bucket, "k", b"a", md5, headers) == md5
    short = s3.head_object(Bucket=bucket, Key="k")

    def fail(*_arguments: object) -> bytes:
        raise NotPlainError

    monkeypatch.setattr(Wire, "_ask", fail)
    assert store.put(bucket, "k", b"a", md5, headers) == md5
    assert store.read(bucket, "k") == Store(None, 1).read(bucket, "k") == b"a"
    long = s3.head_object(Bucket=bucket, Key="k")
    del short["ResponseMetadata"], long["ResponseMetadata"]
    del short["LastModified"], long["LastModified"]
    assert short == long


def test_a_bucket_of_a_plain_environment_needs_no_botocore(bucket: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("one")
    program = (
        "import sys; from serverless_stack.operations.sync import location, sync; "
        "found = sync(location(sys.argv[1]), location(sys.argv[2])); "
        "assert len(found.result.done) == int(sys.argv[3]); "
        "assert not {'botocore', 'boto3'} & {*sys.modules}"
    )
    for done in ("1", "0"):
        command = [sys.executable, "-c", program, str(tmp_path), f"s3://{bucket}/site/", done]
        subprocess.run(command, check=True)


def test_deletions_and_news_meet_in_the_index(s3: "S3Client", bucket: str, tmp_path: Path) -> None:
    for name in ("b", "d", "f"):
        (tmp_path / name).write_text(name)
    folder, target = Folder(tmp_path), Bucket(bucket, "site/")
    sync(folder, target)
    (tmp_path / "d").unlink()
    for name in ("a", "b", "e"):
        (tmp_path / name).write_text(f"{name} is new")
    sync(folder, target, delete=True)
    kept = s3.get_object(Bucket=bucket, Key=target.index_key)["Body"].read()
    assert [known.key for known in unpacked(kept)] == ["a", "b", "e", "f"]
    assert sync(folder, target, delete=True).plan.unchanged == 4


@pytest.mark.parametrize("packed", [b"", b"no gzip", Entries().packed()[:-9]])
def test_an_index_that_cannot_be_read_knows_nothing(packed: bytes) -> None:
    assert list(unpacked(packed)) == []


def test_an_index_counts_what_is_no_longer_listed() -> None:
    entries = Entries()
    for key in "abcd":
        entries.add(Known(key, "tag", "content", "headers"))
    written, before = datetime(2030, 1, 2, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    index = Index(entries.packed(), written)
    assert index.get("b", "tag", before) == Known("b", "tag", "content", "headers")
    assert index.get("bb", "tag", before) is None
    assert index.get("c", "tag", written) is None  # as old as the index
    index.close()
    assert index.idle == 2
