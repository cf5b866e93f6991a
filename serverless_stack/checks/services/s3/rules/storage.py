"""Rules on how buckets keep objects: encryption, lock, tiers, logs."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.registry import Problem, between, must, rule
from serverless_stack.checks.engine.template import Resource

_BUCKET = "AWS::S3::Bucket"
_ENCRYPTION = "BucketEncryption.ServerSideEncryptionConfiguration"
_RETENTION = "ObjectLockConfiguration.Rule.DefaultRetention"
_TIERS = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}


@rule("S3-050", _BUCKET, page="AWS::S3::Bucket ServerSideEncryptionByDefault")
def encryption_key(bucket: Resource) -> Iterator[Problem]:
    """A KMS key goes with encryption by KMS."""
    for path in bucket.paths(_ENCRYPTION):
        described = bucket.mapping(f"{path}.ServerSideEncryptionByDefault")
        if described.get("SSEAlgorithm") == "AES256" and "KMSMasterKeyID" in described:
            name = f"{path}.ServerSideEncryptionByDefault.SSEAlgorithm"
            yield must(name, "be aws:kms with a KMSMasterKeyID", "AES256", "aws:kms")


@rule("S3-051", _BUCKET, page="AWS::S3::Bucket ObjectLockConfiguration")
def object_lock(bucket: Resource) -> Iterator[Problem]:
    """Object Lock is on in a bucket that is configured for it, and so is versioning."""
    enabled = bucket.boolean("ObjectLockEnabled")
    configured = bucket.mapping("ObjectLockConfiguration")
    if configured and (enabled is False or bucket.get("ObjectLockEnabled") is None):
        yield must("ObjectLockEnabled", "be true with an ObjectLockConfiguration", enabled, "true")
    name = "VersioningConfiguration.Status"
    if enabled and bucket.get(name) == "Suspended":
        yield must(name, "be Enabled with Object Lock", "Suspended", "Enabled")


@rule("S3-052", _BUCKET, page="AWS::S3::Bucket DefaultRetention")
def retention(bucket: Resource) -> Iterator[Problem]:
    """Objects are locked for days or for years."""
    described = bucket.mapping(_RETENTION)
    if not described:
        return
    given = [name for name in ("Days", "Years") if name in described]
    if len(given) != 1:
        yield must(_RETENTION, "have Days or Years, one of them", given)
    for name, most in (("Days", 36500), ("Years", 100)):
        yield from between(bucket, f"{_RETENTION}.{name}", 1, most)
    if described.get("Mode") is None:
        yield must(f"{_RETENTION}.Mode", "be COMPLIANCE or GOVERNANCE", None, "GOVERNANCE")


@rule("S3-053", _BUCKET, page="Managing S3 Intelligent-Tiering")
def archive_days(bucket: Resource) -> Iterator[Problem]:
    """Archive tiers have their soonest day, and come once."""
    for path in bucket.paths("IntelligentTieringConfigurations"):
        seen: set[str] = set()
        for tier in bucket.paths(f"{path}.Tierings"):
            name = bucket.text(f"{tier}.AccessTier")
            if name in _TIERS:
                yield from between(bucket, f"{tier}.Days", _TIERS[name], 730, "days")
                if name in seen:
                    yield must(f"{tier}.AccessTier", "be there once", name)
                seen.add(name)


@rule("S3-054", _BUCKET, page="AWS::S3::Bucket")
def configuration_ids(bucket: Resource) -> Iterator[Problem]:
    """Configurations of a kind have an id each."""
    for kind in ("Analytics", "Inventory", "IntelligentTiering", "Metrics"):
        seen: set[str] = set()
        for path in bucket.paths(f"{kind}Configurations"):
            id = bucket.text(f"{path}.Id")
            if id is not None and id in seen:
                yield must(f"{path}.Id", f"be there once in {kind}Configurations", id)
            seen.add(id or "")


@rule(
    "S3-055",
    _BUCKET,
    page="Enabling Amazon S3 server access logging",
    severity=Severity.WARNING,
)
def log_bucket(bucket: Resource) -> Iterator[Problem]:
    """Access logs go to a bucket that S3 can write them to."""
    name = "LoggingConfiguration.DestinationBucketName"
    to = bucket.reference(name)
    if to is None or to.type != _BUCKET:
        return
    for path in to.paths(_ENCRYPTION):
        algorithm = to.text(f"{path}.ServerSideEncryptionByDefault.SSEAlgorithm")
        if algorithm is not None and algorithm != "AES256":
            rule_ = f"be a bucket with keys of S3, not those of KMS as {to.logical_id}"
            yield must(name, rule_, algorithm, "AES256")
    if to.mapping("ObjectLockConfiguration.Rule"):
        rule_ = "be a bucket whose objects are not locked by default"
        yield must(name, rule_, to.logical_id)
