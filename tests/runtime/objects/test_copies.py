"""Copies, moves, properties and buckets of an `ObjectStore`, on the local cloud's S3."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from serverless_stack.runtime.objects import (
    Conditions,
    NotFound,
    ObjectError,
    ObjectInfo,
    ObjectStore,
    PreconditionFailed,
)
from serverless_stack.runtime.objects import copying as copying_module

EXPIRES = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


def new_store(prefix: str = "") -> ObjectStore:
    store = ObjectStore(f"copies-{secrets.token_hex(6)}", prefix=prefix)
    store.ensure_bucket()
    return store


@pytest.fixture
def store(use_aws: dict[str, str]) -> ObjectStore:
    return new_store("a/")


def test_properties_are_kept(store: ObjectStore) -> None:
    written = store.put(
        "report.pdf",
        b"1",
        cache_control="no-cache",
        content_disposition='attachment; filename="r.pdf"',
        expires=EXPIRES,
        storage_class="STANDARD_IA",
    )
    found = store.head("report.pdf")
    for info in (written, found):
        assert info.content_type == "application/pdf"
        assert info.cache_control == "no-cache"
        assert info.content_disposition == 'attachment; filename="r.pdf"'
        assert info.expires == EXPIRES
        assert info.storage_class == "STANDARD_IA"
    assert next(store.list()).storage_class == "STANDARD_IA"
    assert store.put("plain", b"").storage_class == store.head("plain").storage_class == "STANDARD"


def test_an_upload_has_the_same_properties(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    store.upload("a.svg", tmp_path / "file", content_disposition="attachment", expires=EXPIRES)
    found = store.head("a.svg")
    assert found.content_type == "image/svg+xml; charset=utf-8"
    assert (found.content_disposition, found.expires) == ("attachment", EXPIRES)


@pytest.mark.parametrize(
    ("key", "content_type"),
    [("a.html", "text/html; charset=utf-8"), ("A.PNG", "image/png"), ("a", "application/octet-st")],
)
def test_the_media_type_is_guessed(store: ObjectStore, key: str, content_type: str) -> None:
    assert store.put(key, b"x").content_type.startswith(content_type)
    assert store.head(key).content_type.startswith(content_type)


def test_headers_of_the_answer(store: ObjectStore) -> None:
    store.put("a.html", b"x", cache_control="no-cache")
    found = store.get(
        "a.html",
        response_headers={
            "content-disposition": "attachment",
            "Content-Type": "text/plain",
            "Cache-Control": "no-store",
        },
    ).info
    assert found.content_disposition == "attachment"
    assert (found.content_type, found.cache_control) == ("text/plain", "no-store")
    assert store.get("a.html").info.cache_control == "no-cache"


def test_copies_across_buckets(store: ObjectStore) -> None:
    other = new_store("b/")
    store.put("k ü", b"1", content_type="x/y", metadata={"m": "1"}, cache_control="no-cache")
    store.copy("k ü", "to ü", destination=other)
    assert store.exists("k ü")
    found = ObjectStore(other.bucket_name).get("b/to ü")
    assert (found.body, found.info.content_type) == (b"1", "x/y")
    assert (found.info.metadata, found.info.cache_control) == ({"m": "1"}, "no-cache")
    with pytest.raises(NotFound):
        store.copy("absent", "to", destination=other)


def test_a_copy_of_a_version(store: ObjectStore) -> None:
    store.client.put_bucket_versioning(
        Bucket=store.bucket_name, VersioningConfiguration={"Status": "Enabled"}
    )
    first = store.put("k", b"1").version_id
    store.put("k", b"2")
    store.copy("k", "old", version_id=first)
    assert store.get("old").body == b"1"


def test_a_copy_replaces_nothing_by_condition(store: ObjectStore) -> None:
    store.put("k", b"1")
    store.put("to", b"2")
    for call in (store.copy, store.move):
        with pytest.raises(PreconditionFailed):
            call("k", "to", conditions=Conditions(create_only=True))
    assert (store.get("k").body, store.get("to").body) == (b"1", b"2")


def test_moves(store: ObjectStore) -> None:
    other = new_store()
    store.put("k", b"1", metadata={"m": "1"})
    store.move("k", "l")
    assert not store.exists("k")
    store.move("l", "l", destination=other)
    assert not store.exists("l")
    assert other.head("l").metadata == {"m": "1"}


@pytest.mark.parametrize("alias", ["", "x-s3alias"])
def test_a_move_onto_itself(store: ObjectStore, alias: str) -> None:
    store.put("k", b"1")
    same = ObjectStore(alias or store.bucket_name, prefix="a/")
    with pytest.raises(ValueError, match="`to` must be another object than 'k', got: 'k'"):
        store.move("k", "k", destination=same)
    assert store.get("k").body == b"1"


def test_a_source_that_changes_under_way_stays(store: ObjectStore) -> None:
    store.put("k", b"1")
    copy_object = store.client.copy_object

    def slow(**arguments: Any) -> object:  # noqa: ANN401
        answer = copy_object(**arguments)
        store.put("k", b"2")
        return answer

    store.client.copy_object = slow  # type: ignore[assignment]
    with pytest.raises(PreconditionFailed):
        store.move("k", "l")
    assert (store.get("k").body, store.get("l").body) == (b"2", b"1")


def test_large_objects_are_copied_in_parts(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * 40_000
    store.put("k", content, content_type="x/y", metadata={"m": "1"}, content_disposition="inline")
    tags = {"TagSet": [{"Key": "a b", "Value": "c&d"}]}
    place = {"Bucket": store.bucket_name, "Key": "a/k"}
    store.client.put_object_tagging(**place, Tagging=tags)  # type: ignore[arg-type]
    monkeypatch.setattr(copying_module, "LARGEST_COPY", 1000)
    with pytest.raises(ValueError, match="`conditions` must be none for objects over 5 GB"):
        store.move("k", "l", conditions=Conditions(create_only=True))
    store.move("k", "l")
    found = store.get("l")
    assert found.body == content
    assert "-" in found.info.etag  # in parts
    assert (found.info.content_type, found.info.metadata) == ("x/y", {"m": "1"})
    assert found.info.content_disposition == "inline"
    copied = store.client.get_object_tagging(Bucket=store.bucket_name, Key="a/l")["TagSet"]
    assert copied == tags["TagSet"]
    assert not store.exists("k")


def test_conditional_deletes(store: ObjectStore) -> None:
    etag = store.put("k", b"1").etag
    store.put("k", b"2")
    with pytest.raises(PreconditionFailed):
        store.delete("k", conditions=Conditions(if_match=etag))
    store.delete("k", conditions=Conditions(if_match=store.head("k").etag))
    assert not store.exists("k")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.put("a", b"", storage_class="GLACIER-IR"), "one of .*; did you mean GLACIER_"),
        (lambda s: s.put("a", b"", storage_class=7), "`storage_class` must be a string, got: 7"),
        (lambda s: s.put("a", b"", expires=datetime(2030, 1, 1)), "`expires` must have a time z"),
        (lambda s: s.put("a", b"", expires="2030"), "`expires` must be a datetime, got: '2030'"),
        (lambda s: s.put("a", b"", content_disposition="a\nb"), "`content_disposition` must be te"),
        (lambda s: s.get("a", response_headers={"etag": "x"}), "`response_headers` must be in"),
        (lambda s: s.get("a", response_headers="x"), "`response_headers` must be a mapping"),
        (lambda s: s.get("a", response_headers={"Expires": "2031"}), "must have an HTTP date"),
        (lambda s: s.copy("a", ""), "`key` must not be empty"),
        (lambda s: s.copy("a", "b", destination="bucket"), "`destination` must be an ObjectStore"),
        (lambda s: s.copy("a", "b", conditions=True), "`conditions` must be Conditions"),
        (lambda s: s.move("a", 7), "`to` must be a string, got: 7"),
        (lambda s: s.delete("a", "b", conditions=Conditions(if_match="x")), "with one key, got: 2"),
        (lambda s: s.delete("a", conditions=Conditions(create_only=True)), "`create_only` must be"),
        (
            lambda s: s.delete("a", version_id="v", conditions=Conditions(if_match="x")),
            "`conditions` must be none with `version_id`",
        ),
        (lambda s: ObjectStore("Shop_Files").ensure_bucket(), "`bucket_name` must have 3 to 63"),
    ],
)
def test_what_is_refused(call: Callable[[ObjectStore], ObjectInfo], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(ObjectStore("refused"))


def test_a_bucket_is_created_once(use_aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    store = ObjectStore(f"copies-{secrets.token_hex(6)}")
    assert store.ensure_bucket()
    assert not store.ensure_bucket()
    blocked = store.client.get_public_access_block(Bucket=store.bucket_name)
    assert set(blocked["PublicAccessBlockConfiguration"].values()) == {True}

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    european = ObjectStore(
        f"copies-{secrets.token_hex(6)}", client=boto3.client("s3", region_name="eu-central-1")
    )
    assert european.ensure_bucket()
    place = european.client.get_bucket_location(Bucket=european.bucket_name)
    assert place["LocationConstraint"] == "eu-central-1"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("BucketAlreadyOwnedByYou", ""),
        ("OperationAborted", ""),
        ("BucketAlreadyExists", "creating the bucket .*BucketAlreadyExists"),
    ],
)
def test_a_bucket_that_another_process_creates(
    use_aws: dict[str, str], code: str, message: str
) -> None:
    from botocore.exceptions import ClientError

    store = ObjectStore(f"copies-{secrets.token_hex(6)}")
    create = store.client.create_bucket

    def taken(**arguments: object) -> None:
        create(**arguments)  # type: ignore[arg-type]
        raise ClientError({"Error": {"Code": code}}, "CreateBucket")

    store.client.create_bucket = taken  # type: ignore[assignment]
    if message:
        with pytest.raises(ObjectError, match=message):
            store.ensure_bucket()
    else:
        assert not store.ensure_bucket()


def test_a_bucket_of_somebody_else(use_aws: dict[str, str]) -> None:
    from botocore.exceptions import ClientError

    store = ObjectStore(f"copies-{secrets.token_hex(6)}")

    def forbidden(**arguments: object) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")

    store.client.head_bucket = forbidden  # type: ignore[assignment]
    with pytest.raises(ObjectError, match="belongs to another account, or s3:ListBucket is miss"):
        store.ensure_bucket()
