"""Limits of S3 on replication, archive tiers, inventories, request metrics and acceleration."""

import re
from collections.abc import Mapping, Sequence

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated

MAX_CONFIGURATIONS = 1000
"""The metrics, inventory, tiering and replication configurations of a bucket, of each kind."""
MAX_ID = 64
ARCHIVE_DAYS = (90, 730)
DEEP_ARCHIVE_DAYS = (180, 730)
"""Days without access ("Managing S3 Intelligent-Tiering")."""
INVENTORY_FIELDS = (
    *("Size", "LastModifiedDate", "StorageClass", "ETag", "IsMultipartUploaded"),
    *("ReplicationStatus", "EncryptionStatus", "ObjectLockRetainUntilDate", "ObjectLockMode"),
    *("ObjectLockLegalHoldStatus", "IntelligentTieringAccessTier", "BucketKeyStatus"),
    *("ChecksumAlgorithm", "ObjectAccessControlList", "ObjectOwner"),
)
REPLICA_CLASSES = (
    *("STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING"),
    *("GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "REDUCED_REDUNDANCY"),
)
MAX_PREFIX_BYTES = 1024
MAX_TAG_KEY = 128
MAX_TAG_VALUE = 256
_ID = re.compile(r"[A-Za-z0-9_.-]+")
_ACCOUNT = re.compile(r"[0-9]{12}")
# "Configuring fast, secure file transfers using Amazon S3 Transfer Acceleration": in the
# commercial partition only.
_WITHOUT_ACCELERATION = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")


def configuration_id_problems(ids: Sequence[str], argument: str) -> list[str]:
    """List what S3 refuses in the ids of configurations of one kind.

    Args:
        ids: The ids.
        argument: The argument, as the caller wrote it.
    """
    problems = Problems()
    for id in ids:
        if not is_unresolved(id) and not (len(id) <= MAX_ID and _ID.fullmatch(id)):
            problems.fail(
                f"`{argument}` must have 1 to {MAX_ID} letters, digits, periods, hyphens and "
                f"underscores, got: {id!r}"
            )
    for id in repeated(ids):
        problems.fail(f"`{argument}` must be unique, got more than once: {id!r}")
    if len(ids) > MAX_CONFIGURATIONS:
        problems.fail(f"`{argument}` must be {MAX_CONFIGURATIONS:,} at most, got: {len(ids):,}")
    return problems.messages


def prefix_problems(prefix: str, argument: str) -> list[str]:
    """List what makes a prefix of keys match nothing.

    Args:
        prefix: The prefix; empty for all objects.
        argument: The argument, as the caller wrote it.
    """
    if is_unresolved(prefix):
        return []
    problems = Problems()
    size = len(prefix.encode("utf-8", "surrogatepass"))
    if size > MAX_PREFIX_BYTES:
        problems.fail(f"`{argument}` must have {MAX_PREFIX_BYTES:,} bytes at most, got: {size:,}")
    if prefix.startswith("/"):
        problems.fail(
            f"`{argument}` must not begin with a slash, because keys do not, got: {prefix!r} "
            f"(nearest accepted: {prefix.lstrip('/')!r})"
        )
    if "*" in prefix:
        problems.fail(
            f"`{argument}` must be without *, which S3 takes as part of the key, got: {prefix!r} "
            f"(nearest accepted: {prefix.replace('*', '')!r})"
        )
    return problems.messages


def tag_filter_problems(tags: Mapping[str, str], argument: str) -> list[str]:
    """List the tags that no object can have ("Categorizing your objects using tags").

    Args:
        tags: The tags of a filter.
        argument: The argument, as the caller wrote it.
    """
    problems = Problems()
    for key, value in tags.items():
        if not is_unresolved(key) and not 1 <= len(key) <= MAX_TAG_KEY:
            problems.fail(
                f"`{argument}` must have keys of 1 to {MAX_TAG_KEY} characters, got: {key!r}"
            )
        if not is_unresolved(value) and len(value) > MAX_TAG_VALUE:
            problems.fail(
                f"`{argument}` must have values of {MAX_TAG_VALUE} characters at most, "
                f"got: {len(value)} in {value!r}"
            )
    return problems.messages


def archive_tier_problems(
    archive_days: float | None, deep_archive_days: float | None, argument: str
) -> list[str]:
    """List what S3 refuses in the archive tiers of Intelligent-Tiering.

    Args:
        archive_days: The days without access before the archive tier, or None.
        deep_archive_days: The days without access before the deep archive tier, or None.
        argument: The argument, as the caller wrote it.
    """
    problems = Problems()
    if archive_days is None and deep_archive_days is None:
        problems.fail(f"`{argument}` must have `archive_days` or `deep_archive_days`, got: neither")
    for name, days, (least, most) in (
        ("archive_days", archive_days, ARCHIVE_DAYS),
        ("deep_archive_days", deep_archive_days, DEEP_ARCHIVE_DAYS),
    ):
        if days is not None:
            problems.between(f"{argument}.{name}", days, least, most, "days")
    known = archive_days is not None and deep_archive_days is not None
    if known and not is_unresolved(archive_days) and not is_unresolved(deep_archive_days):
        problems.require(
            (archive_days or 0) < (deep_archive_days or 0),
            f"`{argument}.deep_archive_days` must be more than `archive_days`, "
            f"got: {deep_archive_days:g} and {archive_days:g}",
        )
    return problems.messages


def account_problems(account: str, argument: str) -> list[str]:
    """List whether an account has no 12 digits.

    Args:
        account: The account.
        argument: The argument, as the caller wrote it.
    """
    if is_unresolved(account) or _ACCOUNT.fullmatch(account):
        return []
    return [f"`{argument}` must be the 12 digits of an account, got: {account!r}"]


def acceleration_problems(bucket_name: str | None, region: str, argument: str) -> list[str]:
    """List why S3 refuses transfer acceleration.

    Args:
        bucket_name: The name of the bucket, or None.
        region: The region of the bucket.
        argument: The argument, as the caller wrote it.
    """
    problems = Problems()
    if bucket_name is not None and not is_unresolved(bucket_name) and "." in bucket_name:
        problems.fail(
            f"`{argument}` must be False for a `bucket_name` with periods, got: {bucket_name!r} "
            f"(nearest accepted: {bucket_name.replace('.', '-')!r})"
        )
    if not is_unresolved(region) and region.startswith(_WITHOUT_ACCELERATION):
        problems.fail(f"`{argument}` must be False in {region}, where S3 does not have it")
    return problems.messages
