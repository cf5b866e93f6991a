"""Buckets: list, create, and delete."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.content.stores.s3 import S3Store, s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import CreateBucketRequestTypeDef, ObjectIdentifierTypeDef

_REGION_WITHOUT_CONSTRAINT = "us-east-1"  # "CreateBucket"
_OWN = "BucketAlreadyOwnedByYou"


@dataclass(frozen=True)
class BucketInfo:
    """A bucket of the account.

    Attributes:
        name: Its name.
        created: When it was created.
        region: Its region; empty if S3 does not say.
    """

    name: str
    created: datetime
    region: str


def list_buckets(client: "S3Client | None" = None) -> list[BucketInfo]:
    """Return the buckets of the account, by name."""
    client = client or s3_client()
    pages = client.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1000})
    return [
        BucketInfo(bucket["Name"], bucket["CreationDate"], bucket.get("BucketRegion", ""))
        for page in pages
        for bucket in page.get("Buckets", [])
    ]


def create_bucket(name: str, client: "S3Client | None" = None) -> None:
    """Create a private bucket in the client's region.

    Raises:
        ContentError: The account has it already.
        botocore.exceptions.ClientError: Its name is taken, or S3 refuses it.
    """
    client = client or s3_client()
    request: CreateBucketRequestTypeDef = {"Bucket": name}
    if client.meta.region_name != _REGION_WITHOUT_CONSTRAINT:
        request["CreateBucketConfiguration"] = {"LocationConstraint": client.meta.region_name}  # type: ignore[typeddict-item]
    own = f"{name} exists already, and is a bucket of this account"
    # In us-east-1, S3 answers with success for one's own bucket.
    if any(bucket.name == name for bucket in list_buckets(client)):
        raise ContentError(own)
    try:
        client.create_bucket(**request)
    except client.exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") == _OWN:
            raise ContentError(own) from error
        raise
    # The default of S3 since April 2023, but not of all that speaks its protocol.
    client.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )


def delete_bucket(
    name: str, *, force: bool = False, versions: bool = False, client: "S3Client | None" = None
) -> int:
    """Delete a bucket, and return how many objects and versions went with it.

    Args:
        name: The bucket.
        force: Whether to delete its objects.
        versions: Whether to delete its versions and delete markers for good.
        client: The boto3 client of S3. Default: created when it is needed.

    Raises:
        ContentError: There are objects without `force`, or versions without `versions`, and nothing
            was deleted; or some could not be deleted.
        botocore.exceptions.ClientError: The bucket cannot be deleted.
    """
    client = client or s3_client()
    store = S3Store(name, client)
    listed = client.list_object_versions(Bucket=name, MaxKeys=1000)
    entries = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    if entries and not force:
        raise ContentError(f"{name} has objects: `--force` deletes them, too")
    kept = any(entry.get("VersionId", "null") != "null" for entry in entries)
    if kept and not versions:
        raise ContentError(
            f"{name} keeps versions, which `--force` leaves: `--versions` deletes them for good"
        )
    count = 0
    if force and versions:
        for batch in _versions(client, name):
            answer = client.delete_objects(Bucket=name, Delete={"Objects": batch, "Quiet": True})
            if errors := answer.get("Errors", []):
                reason = f"{errors[0].get('Code')}: {errors[0].get('Message')}"
                raise ContentError(f"{errors[0].get('Key')} cannot be deleted: {reason}")
            count += len(batch)
    elif force:
        keys = [item.key for item in store.list_prefix("")]
        for key, reason in store.delete(keys).items():
            raise ContentError(f"{key} cannot be deleted: {reason}")
        count = len(keys)
    client.delete_bucket(Bucket=name)
    return count


def _versions(client: "S3Client", name: str) -> "Iterator[list[ObjectIdentifierTypeDef]]":
    for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
        entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if entries:
            yield [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
