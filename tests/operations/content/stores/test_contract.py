"""What every store promises, on each of them."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import boto3
import pytest
from botocore.exceptions import ClientError

from serverless_stack._shared.content.headers import Headers
from serverless_stack.operations.content.errors import ConflictError
from serverless_stack.operations.content.stores import ABSENT, Store
from serverless_stack.operations.content.stores.bulk import BulkStore
from serverless_stack.operations.content.stores.s3 import S3Store

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

MakeStore: TypeAlias = Callable[[str], Store]
TEXT = Headers("text/plain")
PLAIN_KEYS = ["a b+c%20", "a/1", "a/2", "a/3", "a/\u00f6 & <x>", "a\\b", "a~ #?"]
# obstore cannot name these; it would write the last one as `a/c`.
ODD_KEYS = ["a//b", "./a", "a/../b", "a/.", "a\x01b", "a\x7fb", "/a", "a/c/"]


@pytest.fixture
def s3(use_aws: dict[str, str]) -> "S3Client":
    return boto3.client("s3")


@pytest.fixture
def bucket(s3: "S3Client") -> str:
    name = f"store-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(params=[S3Store, BulkStore])
def make(request: pytest.FixtureRequest) -> MakeStore:
    made: MakeStore = request.param
    return made


@pytest.fixture
def store(make: MakeStore, bucket: str) -> Store:
    return make(bucket)


@pytest.mark.parametrize("key", PLAIN_KEYS + ODD_KEYS)
def test_an_object_is_written_read_listed_and_deleted_by_its_exact_key(
    store: Store, s3: "S3Client", key: str
) -> None:
    etag = store.write(key, b"content", TEXT)
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=store.bucket)["Contents"]] == [key]
    stored = store.read(key)
    assert stored is not None
    assert (stored.content, stored.etag) == (b"content", etag)
    (listed,) = store.list_prefix("")
    assert (listed.key, listed.size, listed.etag) == (key, 7, etag)
    assert store.delete([key]) == {}
    assert store.read(key) is None
    assert store.list_prefix("") == []


def test_headers(store: Store, s3: "S3Client") -> None:
    expires = "Wed, 01 Jan 2031 00:00:00 GMT"
    store.write("plain", bytearray(b"x"), Headers("text/html", "no-cache", "br"))
    store.write("expiring", b"x", Headers("text/html", "no-cache", None, expires))
    plain = s3.head_object(Bucket=store.bucket, Key="plain")
    assert (plain["ContentType"], plain["CacheControl"]) == ("text/html", "no-cache")
    assert plain["ContentEncoding"] == "br"
    expiring = s3.head_object(Bucket=store.bucket, Key="expiring")
    assert (dict(expiring)["ExpiresString"], expiring["CacheControl"]) == (expires, "no-cache")
    assert "ContentEncoding" not in expiring


@pytest.mark.parametrize("key", ["state", "odd//state"])
def test_conditional_writes(store: Store, key: str) -> None:
    one = store.write(key, b"one", TEXT, replaces=ABSENT)
    with pytest.raises(ConflictError, match="somebody else has changed"):
        store.write(key, b"lost", TEXT, replaces=ABSENT)
    two = store.write(key, b"two", TEXT, replaces=one)
    with pytest.raises(ConflictError, match="somebody else has changed"):
        store.write(key, b"lost", TEXT, replaces=one)
    stored = store.read(key)
    assert stored is not None
    assert (stored.content, stored.etag) == (b"two", two)
    with pytest.raises(ConflictError):
        store.write("never-written", b"lost", TEXT, replaces=one)


@pytest.mark.parametrize("exact", [True, False])
def test_a_list_of_several_pages_below_a_prefix(
    store: Store, s3: "S3Client", *, exact: bool
) -> None:
    keys = [f"site/{number:04}" for number in range(1001)]
    for key in (*keys, "site", "site-2/x", "sitemap.xml"):
        store.write(key, b"x", TEXT)
    assert [item.key for item in store.list_prefix("site/", exact=exact)] == keys
    dates = {
        item["Key"]: item["LastModified"]
        for item in s3.list_objects_v2(Bucket=store.bucket, Prefix="site/0000")["Contents"]
    }
    assert store.list_prefix("site/", exact=exact)[0].modified == dates["site/0000"]
    assert store.list_prefix("nothing/", exact=exact) == []


def test_a_list_with_keys_that_obstore_cannot_name(store: Store, s3: "S3Client") -> None:
    for key in ("a", "b//c", "d/../e"):
        s3.put_object(Bucket=store.bucket, Key=key)
    found = [item.key for item in store.list_prefix("", exact=False)]
    assert found == ["a", "b//c", "d/../e"]


def test_many_deletions(store: Store) -> None:
    keys = [f"k{number}" for number in range(1005)]
    for key in (*keys[:3], *keys[-3:], "kept"):
        store.write(key, b"x", TEXT)
    assert store.delete(keys) == {}
    assert [item.key for item in store.list_prefix("")] == ["kept"]


def test_a_bucket_that_does_not_exist(use_aws: dict[str, str], make: MakeStore) -> None:
    missing = "no-such-bucket-at-all"
    with pytest.raises(ClientError, match="NoSuchBucket"):
        make(missing).list_prefix("")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        make(missing).list_prefix("", exact=False)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        make(missing).read("k")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        make(missing).write("k", b"", TEXT)
