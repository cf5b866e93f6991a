"""Rules on encryption, Object Lock, archive tiers and access logs of buckets."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_range,
    check_unique,
    violation,
)

RULES = RuleList()

_BUCKET = "AWS::S3::Bucket"
_ENCRYPTION = "BucketEncryption.ServerSideEncryptionConfiguration"
_RETENTION = "ObjectLockConfiguration.Rule.DefaultRetention"
_TIERS = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}


@RULES.resource("S3-050", _BUCKET, page="AWS::S3::Bucket ServerSideEncryptionByDefault")
def encryption_key(bucket: Resource) -> Iterator[Violation]:
    """`KMSMasterKeyID` requires encryption with KMS.

    S3 refuses a key together with AES256. Set `SSEAlgorithm` to `aws:kms`.
    """
    for path in bucket.paths(_ENCRYPTION):
        described = bucket.mapping(f"{path}.ServerSideEncryptionByDefault")
        if described.get("SSEAlgorithm") == "AES256" and "KMSMasterKeyID" in described:
            name = f"{path}.ServerSideEncryptionByDefault.SSEAlgorithm"
            yield violation(name, "be aws:kms with a KMSMasterKeyID", "AES256", "aws:kms")


@RULES.resource("S3-051", _BUCKET, page="AWS::S3::Bucket ObjectLockConfiguration")
def object_lock(bucket: Resource) -> Iterator[Violation]:
    """Object Lock configurations require `ObjectLockEnabled` and versioning.

    S3 refuses the bucket otherwise.
    """
    enabled = bucket.boolean("ObjectLockEnabled")
    configured = bucket.mapping("ObjectLockConfiguration")
    if configured and (enabled is False or bucket.get("ObjectLockEnabled") is None):
        yield violation(
            "ObjectLockEnabled", "be true with an ObjectLockConfiguration", enabled, "true"
        )
    name = "VersioningConfiguration.Status"
    if enabled and bucket.get(name) == "Suspended":
        yield violation(name, "be Enabled with Object Lock", "Suspended", "Enabled")


@RULES.resource("S3-052", _BUCKET, page="AWS::S3::Bucket DefaultRetention")
def retention(bucket: Resource) -> Iterator[Violation]:
    """`DefaultRetention` must have a mode, and days or years.

    S3 refuses both or neither, more than 100 years, and a retention without a mode.
    """
    described = bucket.mapping(_RETENTION)
    if not described:
        return
    given = [name for name in ("Days", "Years") if name in described]
    if len(given) != 1:
        yield violation(_RETENTION, "have Days or Years, one of them", given)
    for name, most in (("Days", 36500), ("Years", 100)):
        yield from check_range(bucket, f"{_RETENTION}.{name}", 1, most)
    if described.get("Mode") is None:
        yield violation(f"{_RETENTION}.Mode", "be COMPLIANCE or GOVERNANCE", None, "GOVERNANCE")


@RULES.resource("S3-053", _BUCKET, page="Managing S3 Intelligent-Tiering")
def archive_days(bucket: Resource) -> Iterator[Violation]:
    """Archive tiers must begin after their minimum of days, and be unique.

    S3 refuses archive access before 90 days, deep archive access before 180 days, and more than 730
    days.
    """
    for path in bucket.paths("IntelligentTieringConfigurations"):
        tiers = bucket.paths(f"{path}.Tierings")
        yield from check_unique(bucket, [f"{tier}.AccessTier" for tier in tiers])
        for tier in tiers:
            name = bucket.text(f"{tier}.AccessTier")
            if name in _TIERS:
                yield from check_range(bucket, f"{tier}.Days", _TIERS[name], 730, "days")


@RULES.resource("S3-054", _BUCKET, page="AWS::S3::Bucket")
def configuration_ids(bucket: Resource) -> Iterator[Violation]:
    """Configuration ids must be unique within a bucket.

    S3 identifies analytics, inventory, tiering and metrics configurations by their id, and refuses
    a repeated one.
    """
    for kind in ("Analytics", "Inventory", "IntelligentTiering", "Metrics"):
        place = f"{kind}Configurations"
        ids = [f"{path}.Id" for path in bucket.paths(place)]
        yield from check_unique(bucket, ids, f"be unique within {place}")


@RULES.resource(
    "S3-055",
    _BUCKET,
    page="Enabling Amazon S3 server access logging",
    severity=Severity.WARNING,
)
def log_bucket(bucket: Resource) -> Iterator[Violation]:
    """Log buckets must accept the log delivery service.

    The bucket deploys, but S3 delivers no access logs to buckets with KMS encryption or a default
    retention. Use AES256 and no Object Lock.
    """
    name = "LoggingConfiguration.DestinationBucketName"
    to = bucket.reference(name)
    if to is None or to.type != _BUCKET:
        return
    for path in to.paths(_ENCRYPTION):
        algorithm = to.text(f"{path}.ServerSideEncryptionByDefault.SSEAlgorithm")
        if algorithm is not None and algorithm != "AES256":
            requirement = f"be a bucket with keys of S3, not those of KMS as {to.logical_id}"
            yield violation(name, requirement, algorithm, "AES256")
    if to.mapping("ObjectLockConfiguration.Rule"):
        yield violation(name, "be a bucket whose objects are not locked by default", to.logical_id)
