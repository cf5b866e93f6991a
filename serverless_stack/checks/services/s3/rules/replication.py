"""Rules on the replication of buckets."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.engine.violations import Violation, check_count, violation

RULES = RuleList()

_BUCKET = "AWS::S3::Bucket"
_RULES = "ReplicationConfiguration.Rules"
_PAGE = "Replication configuration file elements"


@RULES.resource("S3-020", _BUCKET, page="Requirements and considerations for replication")
def versioned(bucket: Resource) -> Iterator[Violation]:
    """Replication requires versioning.

    S3 refuses to replicate a bucket without it. Set `VersioningConfiguration`.
    """
    if bucket.mapping("ReplicationConfiguration"):
        status = bucket.get("VersioningConfiguration.Status")
        lock = "ObjectLockEnabled"  # turns versions on, too
        locked = bucket.get(lock) is not None and bucket.boolean(lock) is not False
        if status == "Suspended" or (bucket.get("VersioningConfiguration") is None and not locked):
            name = "VersioningConfiguration.Status"
            yield violation(name, "be Enabled for replication", status, "Enabled")


@RULES.resource("S3-021", _BUCKET, page=_PAGE)
def priorities(bucket: Resource) -> Iterator[Violation]:
    """`Priority` must be set and unique for replication rules with filters.

    S3 refuses the replication configuration otherwise.
    """
    seen: dict[float, str] = {}
    for path in bucket.paths(_RULES):
        described = bucket.mapping(path)
        name = f"{path}.Priority"
        priority = bucket.number(name)
        if "Filter" in described and "Priority" not in described:
            yield violation(name, "be set with a Filter", None)
        if priority is not None and priority in seen:
            yield violation(name, f"not be that of {seen[priority]}", int(priority))
        if priority is not None:
            seen[priority] = path


@RULES.resource("S3-022", _BUCKET, page=_PAGE)
def filters(bucket: Resource) -> Iterator[Violation]:
    """Replication filters require the settings of the newer schema.

    S3 refuses a `Filter` beside a `Prefix`, or without `DeleteMarkerReplication`, and delete
    markers with tag filters.
    """
    for path in bucket.paths(_RULES):
        described = bucket.mapping(path)
        if "Filter" in described and "Prefix" in described:
            yield violation(f"{path}.Prefix", "be in the Filter", described["Prefix"])
        name = f"{path}.DeleteMarkerReplication"
        if "Filter" in described and "DeleteMarkerReplication" not in described:
            yield violation(name, "be set with a Filter", None)
        tags = bucket.get(f"{path}.Filter.TagFilter") or bucket.get(f"{path}.Filter.And.TagFilters")
        if tags and not is_unresolved(tags) and bucket.get(f"{name}.Status") == "Enabled":
            yield violation(
                f"{name}.Status", "be Disabled with a filter by tags", "Enabled", "Disabled"
            )


@RULES.resource("S3-023", _BUCKET, page="Using S3 Replication Time Control")
def time_control(bucket: Resource) -> Iterator[Violation]:
    """`ReplicationTime` requires metrics, both for 15 minutes.

    S3 refuses other times, and replication time control without metrics.
    """
    for path in bucket.paths(_RULES):
        if bucket.get(f"{path}.Destination.ReplicationTime.Status") == "Enabled":
            name = f"{path}.Destination.Metrics"
            if bucket.get(name) is None or bucket.get(f"{name}.Status") == "Disabled":
                yield violation(
                    name, "be Enabled with ReplicationTime", bucket.get(name), "Enabled"
                )
        for name in ("ReplicationTime.Time.Minutes", "Metrics.EventThreshold.Minutes"):
            minutes = bucket.number(f"{path}.Destination.{name}")
            if minutes is not None and minutes != 15:
                yield violation(f"{path}.Destination.{name}", "be 15", int(minutes), 15)


@RULES.resource(
    "S3-024", _BUCKET, page="Replicating encrypted objects (SSE-S3, SSE-KMS, DSSE-KMS, SSE-C)"
)
def encrypted(bucket: Resource) -> Iterator[Violation]:
    """Replication of encrypted objects requires a key in the destination.

    S3 refuses `SseKmsEncryptedObjects` without a `ReplicaKmsKeyID`, and the key without it.
    """
    for path in bucket.paths(_RULES):
        selected = f"{path}.SourceSelectionCriteria.SseKmsEncryptedObjects.Status"
        name = f"{path}.Destination.EncryptionConfiguration"
        given = bucket.get(name) is not None
        if bucket.get(selected) == "Enabled" and not given:
            yield violation(f"{name}.ReplicaKmsKeyID", "be set with SseKmsEncryptedObjects", None)
        if given and bucket.get(f"{path}.SourceSelectionCriteria") is None:
            requirement = "be used with SourceSelectionCriteria.SseKmsEncryptedObjects"
            yield violation(name, requirement, bucket.get(name))


@RULES.resource("S3-025", _BUCKET, page=_PAGE)
def destinations(bucket: Resource) -> Iterator[Violation]:
    """`Destination` of a replication must be the ARN of another bucket.

    S3 refuses names, the bucket itself, and a change of ownership without an `Account`.
    """
    for path in bucket.paths(_RULES):
        name = f"{path}.Destination.Bucket"
        to = bucket.get(name)
        text = bucket.text(name)
        if isinstance(to, Reference):
            other = bucket.template.referred(to)
            if other is not None and other.type == _BUCKET and to.attribute != "Arn":
                yield violation(name, "be the ARN of a bucket", f"Ref {to.logical_id}", "its Arn")
            if to.logical_id == bucket.logical_id:
                yield violation(name, "differ from the source bucket", to.logical_id)
        elif text is not None and not text.startswith("arn:"):
            yield violation(name, "be the ARN of a bucket", text, f"arn:aws:s3:::{text}")
        owner = f"{path}.Destination.AccessControlTranslation"
        if bucket.get(owner) is not None and bucket.get(f"{path}.Destination.Account") is None:
            yield violation(f"{path}.Destination.Account", "be set to change the owner", None)


@RULES.resource("S3-026", _BUCKET, page=_PAGE)
def number_of_rules(bucket: Resource) -> Iterator[Violation]:
    """Replication configurations must have at most 1,000 rules.

    S3 refuses more.
    """
    yield from check_count(bucket, _RULES, 1000, "rules")


@RULES.resource(
    "S3-027",
    _BUCKET,
    page="Replicating encrypted objects (SSE-S3, SSE-KMS, DSSE-KMS, SSE-C)",
    severity=Severity.WARNING,
)
def encrypted_by_default(bucket: Resource) -> Iterator[Violation]:
    """Replication of a bucket with a KMS key requires `SseKmsEncryptedObjects`.

    S3 leaves objects that are encrypted with a KMS key out of a rule that does not select them, so
    that no new object of the bucket is replicated. Enable it, with a `ReplicaKmsKeyID`.
    """
    algorithm = _default_encryption(bucket, "SSEAlgorithm")
    if algorithm not in ("aws:kms", "aws:kms:dsse"):
        return
    selected = [
        bucket.get(f"{path}.SourceSelectionCriteria.SseKmsEncryptedObjects.Status")
        for path in bucket.paths(_RULES)
        if bucket.get(f"{path}.Status") != "Disabled"
    ]
    # A rule for older objects may leave them out, beside one that does not.
    if selected and all(status in (None, "Disabled") for status in selected):
        name = f"{_RULES}.0.SourceSelectionCriteria.SseKmsEncryptedObjects.Status"
        requirement = f"be Enabled, as the objects are encrypted with {algorithm}"
        yield violation(name, requirement, selected[0], "Enabled")


@RULES.resource(
    "S3-028",
    _BUCKET,
    page="Replicating encrypted objects (SSE-S3, SSE-KMS, DSSE-KMS, SSE-C)",
    severity=Severity.WARNING,
)
def replica_key(bucket: Resource) -> Iterator[Violation]:
    """`ReplicaKmsKeyID` must be the key of the destination bucket.

    S3 encrypts replicas with the key of the rule, not with that of their bucket, so that whoever
    may use the bucket's key cannot read them. Pass the key of the destination.
    """
    for path in bucket.paths(_RULES):
        name = f"{path}.Destination.EncryptionConfiguration.ReplicaKmsKeyID"
        other = bucket.reference(f"{path}.Destination.Bucket")
        given = _key(bucket.get(name))
        if other is None or other.type != _BUCKET or given is None:
            continue
        if not bucket.template.is_the_same(other.logical_id):
            continue
        expected = _key(_default_encryption(other, "KMSMasterKeyID"))
        if expected is not None and expected[0] == given[0] and expected != given:
            yield violation(name, f"be the key of {other.logical_id}", given[1], expected[1])


def _default_encryption(bucket: Resource, name: str) -> object:
    """Return a setting of the first encryption rule, which S3 takes."""
    rules = "BucketEncryption.ServerSideEncryptionConfiguration"
    return bucket.get(f"{rules}.0.ServerSideEncryptionByDefault.{name}")


def _key(value: object) -> tuple[str, str] | None:
    """Return what tells a key from others: its resource or its ARN; None if it is not known.

    An id, an alias and an ARN may be one key: only values of one kind are compared.
    """
    if isinstance(value, Reference):
        return ("resource", value.logical_id) if value.attribute in ("", "Arn", "KeyId") else None
    if isinstance(value, str) and not is_unresolved(value) and ":key/" in value:
        return ("arn", value)
    return None
