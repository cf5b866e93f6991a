"""The local S3 refuses what S3 refuses, with its codes."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.conftest import Client, Emulator

BUCKET = "limits"
HERE = {"Bucket": BUCKET, "Key": "c"}
SOURCE = {"CopySource": HERE}
MD5 = base64.b64encode(hashlib.md5(b"other").digest()).decode()
SHA = base64.b64encode(hashlib.sha256(b"other").digest()).decode()

Call = Callable[[Client], object]


@pytest.fixture(scope="module")
def s3(cloud: Emulator) -> Iterator[Client]:
    client = cloud.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_object(**HERE, Body=b"1")
    yield client
    for item in client.list_objects_v2(Bucket=BUCKET)["Contents"]:
        client.delete_object(Bucket=BUCKET, Key=item["Key"])
    client.delete_bucket(Bucket=BUCKET)


def put(**options: object) -> Call:
    return lambda client: client.put_object(**{**HERE, "Body": b"x", **options})


def copy(**options: object) -> Call:
    return lambda client: client.copy_object(**{**HERE, **SOURCE, **options})


def tags(count: int, key: str = "k{}", value: str = "v") -> dict[str, Any]:
    return {"TagSet": [{"Key": key.format(n), "Value": value} for n in range(count)]}


def tag(count: int, key: str = "k{}", value: str = "v") -> Call:
    return lambda client: client.put_object_tagging(**HERE, Tagging=tags(count, key, value))


def tag_bucket(count: int, key: str = "k{}", value: str = "v") -> Call:
    return lambda client: client.put_bucket_tagging(Bucket=BUCKET, Tagging=tags(count, key, value))


def delete(count: int) -> Call:
    keys = [{"Key": str(number)} for number in range(count)]
    return lambda client: client.delete_objects(Bucket=BUCKET, Delete={"Objects": keys})


def cors(count: int = 1, **rule: object) -> Call:
    rules = [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], **rule}] * count
    return lambda client: client.put_bucket_cors(
        Bucket=BUCKET, CORSConfiguration={"CORSRules": rules}
    )


def lifecycle(*rules: dict[str, object]) -> Call:
    whole = [{"Status": "Enabled", "Filter": {}, **rule} for rule in rules]
    return lambda client: client.put_bucket_lifecycle_configuration(
        Bucket=BUCKET, LifecycleConfiguration={"Rules": whole}
    )


def multipart(*bodies: bytes, numbers: tuple[int, ...] = (), etag: str = "") -> Call:
    """Complete an upload of parts, in the order of the numbers, if any are given."""

    def call(client: Client) -> object:
        upload = client.create_multipart_upload(Bucket=BUCKET, Key="p")["UploadId"]
        target = {"Bucket": BUCKET, "Key": "p", "UploadId": upload}
        parts = {
            number: {
                "PartNumber": number,
                "ETag": client.upload_part(**target, PartNumber=number, Body=body)["ETag"],
            }
            for number, body in enumerate(bodies, 1)
        }
        chosen = [parts.get(n, {"PartNumber": n, "ETag": '"0"'}) for n in numbers or parts]
        if etag:
            chosen = [{**part, "ETag": etag} for part in chosen]
        whole = {"Parts": chosen}
        return client.complete_multipart_upload(**target, MultipartUpload=whole)

    return call


def part(number: int) -> Call:
    def call(client: Client) -> object:
        upload = client.create_multipart_upload(Bucket=BUCKET, Key="p")["UploadId"]
        target = {"Bucket": BUCKET, "Key": "p", "UploadId": upload}
        return client.upload_part(**target, PartNumber=number, Body=b"x")

    return call


def create(name: str) -> Call:
    return lambda client: client.create_bucket(Bucket=name)


DAYS: dict[str, object] = {"Expiration": {"Days": 1}}
REFUSED: dict[str, tuple[Call, str]] = {
    # keys and metadata
    "key": (put(Key="k" * 1025), "KeyTooLongError"),
    "key in UTF-8": (put(Key="é" * 513), "KeyTooLongError"),
    "key of a copy": (copy(Key="k" * 1025), "KeyTooLongError"),
    "key of an upload": (
        lambda client: client.create_multipart_upload(Bucket=BUCKET, Key="k" * 1025),
        "KeyTooLongError",
    ),
    "key to read": (lambda c: c.get_object(Bucket=BUCKET, Key="k" * 1025), "KeyTooLongError"),
    "metadata": (put(Metadata={"a": "x" * 2048}), "MetadataTooLarge"),
    "metadata together": (put(Metadata={"a": "x" * 1200, "b": "x" * 1200}), "MetadataTooLarge"),
    "metadata of a copy": (
        copy(Key="d", MetadataDirective="REPLACE", Metadata={"a": "x" * 2048}),
        "MetadataTooLarge",
    ),
    "metadata of an upload": (
        lambda c: c.create_multipart_upload(Bucket=BUCKET, Key="p", Metadata={"a": "x" * 2048}),
        "MetadataTooLarge",
    ),
    "storage class": (put(StorageClass="FAST"), "InvalidStorageClass"),
    # copies
    "copy onto itself": (copy(), "InvalidRequest"),
    "copy of nothing": (copy(CopySource={"Bucket": BUCKET, "Key": "none"}), "NoSuchKey"),
    "copy if match": (copy(Key="d", CopySourceIfMatch='"0"'), "PreconditionFailed"),
    "directive": (copy(Key="d", MetadataDirective="MERGE"), "InvalidArgument"),
    # deletions
    "1001 keys": (delete(1001), "MalformedXML"),
    "no keys": (delete(0), "MalformedXML"),
    # parts
    "small part": (multipart(b"x", b"y"), "EntityTooSmall"),
    "order of parts": (multipart(b"x", b"y", numbers=(2, 1)), "InvalidPartOrder"),
    "part twice": (multipart(b"x", numbers=(1, 1)), "InvalidPartOrder"),
    "unknown part": (multipart(b"x", numbers=(2,)), "InvalidPart"),
    "etag of a part": (multipart(b"x", etag='"0"'), "InvalidPart"),
    "part 0": (part(0), "InvalidArgument"),
    "part 10001": (part(10001), "InvalidArgument"),
    "unknown upload": (
        lambda c: c.upload_part(**HERE, UploadId="none", PartNumber=1, Body=b"x"),
        "NoSuchUpload",
    ),
    # tags
    "11 tags": (tag(11), "BadRequest"),
    "tag key": (tag(1, key="k" * 129), "InvalidTag"),
    "tag value": (tag(1, value="v" * 257), "InvalidTag"),
    "tag twice": (tag(2, key="k"), "InvalidTag"),
    "tags of a put": (put(Tagging="&".join(f"k{n}=v" for n in range(11))), "BadRequest"),
    "tag key of a put": (put(Tagging=f"{'k' * 129}=v"), "InvalidTag"),
    "tag twice in a put": (put(Tagging="a=1&a=2"), "InvalidTag"),
    "51 bucket tags": (tag_bucket(51), "BadRequest"),
    "bucket tag key": (tag_bucket(1, key="k" * 129), "InvalidTag"),
    "bucket tag twice": (tag_bucket(2, key="k"), "InvalidTag"),
    "bucket tag of AWS": (tag_bucket(1, key="aws:k"), "InvalidTag"),
    # conditional writes
    "if none match": (put(IfNoneMatch="*"), "PreconditionFailed"),
    "if none match an etag": (put(IfNoneMatch='"0"'), "NotImplemented"),
    "if match": (put(IfMatch='"0"'), "PreconditionFailed"),
    "if match of nothing": (put(Key="none", IfMatch='"0"'), "NoSuchKey"),
    "delete if match": (lambda c: c.delete_object(**HERE, IfMatch='"0"'), "PreconditionFailed"),
    # digests
    "md5": (put(ContentMD5=MD5), "BadDigest"),
    "no md5": (put(ContentMD5="x"), "InvalidDigest"),
    "sha256": (put(ChecksumSHA256=SHA), "BadDigest"),
    "no sha256": (put(ChecksumSHA256="x"), "InvalidRequest"),
    "crc32": (put(ChecksumCRC32="AAAAAA=="), "BadDigest"),
    # ranges and lists
    "range": (lambda c: c.get_object(**HERE, Range="bytes=5-9"), "InvalidRange"),
    "list": (lambda c: c.list_objects_v2(Bucket=BUCKET, MaxKeys=-1), "InvalidArgument"),
    # buckets
    "upper case": (create("Limits-Upper"), "InvalidBucketName"),
    "short name": (create("ab"), "InvalidBucketName"),
    "long name": (create("a" * 64), "InvalidBucketName"),
    "underscore": (create("under_score"), "InvalidBucketName"),
    "address": (create("192.168.5.4"), "InvalidBucketName"),
    "dots": (create("two..dots"), "InvalidBucketName"),
    "hyphen first": (create("-hyphen"), "InvalidBucketName"),
    "prefix": (create("xn--name"), "InvalidBucketName"),
    "suffix": (create("name-s3alias"), "InvalidBucketName"),
    "not empty": (lambda c: c.delete_bucket(Bucket=BUCKET), "BucketNotEmpty"),
    "no such bucket": (put(Bucket="limits-none"), "NoSuchBucket"),
    # configurations
    "no CORS rules": (cors(0), "MalformedXML"),
    "101 CORS rules": (cors(101), "InvalidRequest"),
    "CORS method": (cors(AllowedMethods=["PATCH"]), "InvalidRequest"),
    "CORS origin": (cors(AllowedOrigins=["https://*.a.*"]), "InvalidRequest"),
    "CORS header": (cors(AllowedHeaders=["x-*-*"]), "InvalidRequest"),
    "CORS exposes all": (cors(ExposeHeaders=["*"]), "InvalidRequest"),
    "no lifecycle rules": (lifecycle(), "MalformedXML"),
    "1001 lifecycle rules": (
        lifecycle(*[{"ID": str(number), **DAYS} for number in range(1001)]),
        "MalformedXML",
    ),
    "lifecycle id": (lifecycle({"ID": "i" * 256, **DAYS}), "InvalidArgument"),
    "lifecycle id twice": (lifecycle({"ID": "a", **DAYS}, {"ID": "a", **DAYS}), "InvalidArgument"),
    "no lifecycle action": (lifecycle({"ID": "a"}), "InvalidRequest"),
    "lifecycle days": (lifecycle({"ID": "a", "Expiration": {"Days": 0}}), "InvalidArgument"),
    "lifecycle transition": (
        lifecycle({"ID": "a", "Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}]}),
        "InvalidArgument",
    ),
    "lifecycle status": (lifecycle({"ID": "a", "Status": "On", **DAYS}), "MalformedXML"),
    "policy": (
        lambda c: c.put_bucket_policy(Bucket=BUCKET, Policy='{"Version": "x"}'),
        "MalformedPolicy",
    ),
    "no policy": (lambda c: c.put_bucket_policy(Bucket=BUCKET, Policy="{"), "MalformedPolicy"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_s3_refuses(s3: Client, name: str) -> None:
    call, code = REFUSED[name]
    s3.put_object(**HERE, Body=b"1")
    with pytest.raises(ClientError) as caught:
        call(s3)
    assert caught.value.response["Error"]["Code"] == code
    assert s3.get_object(**HERE)["Body"].read() == b"1"


ACCEPTED: dict[str, Call] = {
    "key": put(Key="é" * 512),
    "metadata": put(Metadata={"a": "x" * 2047}),
    "copy with other metadata": copy(MetadataDirective="REPLACE", Metadata={"a": "b"}),
    "copy with another storage class": copy(StorageClass="STANDARD_IA"),
    "copy to another key": copy(Key="d"),
    "1000 keys": delete(1000),
    "last part is small": multipart(b"x" * (5 << 20), b"y"),
    "parts with gaps": multipart(b"x" * (5 << 20), b"y", b"z", numbers=(1, 3)),
    "10 tags": tag(10, key="k" * 127 + "{}", value="v" * 256),
    "50 bucket tags": tag_bucket(50),
    "tags of a put": put(Tagging="a=1&b="),
    "sha256": put(ChecksumSHA256=base64.b64encode(hashlib.sha256(b"x").digest()).decode()),
    "CORS": cors(100, AllowedOrigins=["https://*.example"], AllowedHeaders=["x-*"]),
    "lifecycle": lifecycle(
        {"ID": "i" * 255, "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]},
        {"ID": "now", "Transitions": [{"Days": 0, "StorageClass": "GLACIER"}]},
    ),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_s3_accepts(s3: Client, name: str) -> None:
    s3.put_object(**HERE, Body=b"1")
    ACCEPTED[name](s3)
