"""Replication of a bucket's objects to other buckets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    acknowledge,
    acknowledge_resources,
    acknowledge_resources_later,
)
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.connect import AnyBucket, bucket_of
from serverless_stack.constructs._internal.raw import properties_of
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.profiles.profile import Profile

ReplicaClass: TypeAlias = Literal[
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
]
"""The storage class of replicas."""
_MINUTES = 15  # the only time of "Using S3 Replication Time Control"


@dataclass(frozen=True)
class Replication:
    """Where new objects of a bucket are copied to.

    Both buckets are versioned, and may be of different regions and accounts. Objects under SSE-S3
    are copied as they are; objects under a KMS key are copied with the key of the destination
    ("Replicating encrypted objects"). Objects from before are not copied.

    Attributes:
        destination: The bucket for the copies, usually of another region or account.
        prefix: The prefix of the keys. Default: all objects.
        key: The KMS key of the copies, of the destination's region. Default: the key of the
            destination, if it is known.
        owner: The account that owns the destination and shall own the copies. Default: the account
            of this bucket.
        storage_class: The storage class of the copies. Default: that of the object.
        delete_markers: Whether deletions are copied. Deletions of versions for good never are.
        replication_time: Whether S3 promises to copy within 15 minutes and measures it, which is
            billed ("Amazon S3 pricing").
    """

    destination: AnyBucket
    prefix: str = ""
    key: kms.IKey | kms.Key | None = None
    owner: str | None = None
    storage_class: ReplicaClass | None = None
    delete_markers: bool = True
    replication_time: bool = False

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @property
    def bucket(self) -> s3.IBucket:
        """The bucket for the copies."""
        return bucket_of(self.destination)

    @property
    def replica_key(self) -> kms.IKey | None:
        """The KMS key of the copies."""
        return self.key or self.bucket.encryption_key


def replication_problems(
    scope: Construct,
    replications: Sequence[Replication],
    *,
    versioned: bool,
    has_key: bool,
    locked: bool = False,
) -> list[str]:
    """Check where objects are copied to.

    Args:
        scope: The parent of the bucket.
        replications: The destinations.
        versioned: Whether the bucket has versions.
        has_key: Whether the bucket has a KMS key.
        locked: Whether the bucket has Object Lock.
    """
    problems = Problems()
    if replications and not versioned:
        problems.fail(
            "`versioned` must be True with `replication`, got: False; S3 replicates versions"
        )
    if len(replications) > rules.MAX_CONFIGURATIONS:
        problems.fail(
            f"`replication` must be {rules.MAX_CONFIGURATIONS:,} destinations at most, "
            f"got: {len(replications):,}"
        )
    pairs = [(path_of(item.bucket), item.prefix) for item in replications]
    for path, prefix in dict.fromkeys(pair for pair in pairs if pairs.count(pair) > 1):
        problems.fail(
            "`replication` must have each destination once with a prefix, got more than once: "
            f"{path} with {prefix!r}"
        )
    for item in replications:
        problems.add(_item_problems(scope, item, has_key=has_key))
        problems.add(_lock_problems(item) if locked else [])
    return problems.messages


def _item_problems(scope: Construct, item: Replication, *, has_key: bool) -> list[str]:
    problems = Problems()
    bucket, path = item.bucket, path_of(item.bucket)
    problems.add(rules.prefix_problems(item.prefix, "replication.prefix"))
    if item.owner is not None:
        problems.add(rules.account_problems(item.owner, "replication.owner"))
    if has_key and item.replica_key is None:
        problems.fail(
            "`replication.key` must be given for objects that are encrypted with a KMS key, "
            f"because the destination {path} has none that is known, got: None; pass a key of the "
            "destination's region, or import the bucket with its `encryption_key`"
        )
    if isinstance(bucket, s3.Bucket):
        status = properties_of(bucket).get("versioningConfiguration") or {}
        if not isinstance(status, dict) or status.get("status") != "Enabled":
            problems.fail(f"`replication.destination` must be versioned, got: {path}, which is not")
        problems.add(_place_problems(scope, item, bucket))
    key, region = item.replica_key, bucket.env.region
    if key is not None and not is_unresolved(region):
        found = key.env.region
        if not is_unresolved(found) and found != region:
            problems.fail(
                f"`replication.key` must be of the destination's region, {region}, got: "
                f"{path_of(key)} in {found}"
            )
    return problems.messages


def _lock_problems(item: Replication) -> list[str]:
    """List a destination that S3 copies nothing to ("Amazon S3 replication failure reasons")."""
    is_known = isinstance(item.bucket, s3.Bucket)
    if not is_known or properties_of(item.bucket).get("objectLockEnabled"):
        return []
    return [
        "`replication.destination` must have `object_lock`, as the bucket itself has, got: "
        f"{path_of(item.bucket)}, which has none; `ObjectLock()` is enough there"
    ]


def _place_problems(scope: Construct, item: Replication, bucket: s3.Bucket) -> list[str]:
    here, there = stack_of(scope), stack_of(bucket)
    if (here.region, here.account) == (there.region, there.account):
        return []
    has_name = properties_of(bucket).get("bucketName") is not None
    if has_name:
        return []
    return [
        "`replication.destination` must have a `bucket_name` in another region or account, because "
        f"names that CloudFormation chooses are not known here, got: {path_of(item.bucket)}"
    ]


def replicate(
    scope: Construct, bucket: s3.Bucket, profile: Profile, replications: Sequence[Replication]
) -> None:
    """Replicate every new object; CDK's own argument for it needs an inline policy.

    Args:
        scope: The construct of the bucket.
        bucket: The bucket.
        profile: The profile of the construct.
        replications: The destinations.
    """
    if not replications:
        reason = "S3 keeps all versions in three zones; `replication` adds another region"
        acknowledge(
            bucket, "S3BucketReplicationEnabled", reason, packs=ALL_STANDARDS, profile=profile
        )
        return
    role = iam.Role(scope, "ReplicationRole", assumed_by=iam.ServicePrincipal("s3.amazonaws.com"))
    policy = iam.ManagedPolicy(scope, "Replication", roles=[role])
    # S3 replicates from the moment at which the bucket is there.
    _allow(policy, bucket, replications, profile)
    raw = default_child(bucket, s3.CfnBucket)
    raw.replication_configuration = s3.CfnBucket.ReplicationConfigurationProperty(
        role=role.role_arn,
        rules=[_rule(item, place, len(replications)) for place, item in enumerate(replications)],
    )
    here = stack_of(scope)
    for item in replications:
        there = stack_of(item.bucket)
        # S3 refuses a destination that is not there yet; a physical name is no reference.
        if isinstance(item.bucket, s3.Bucket) and there is not here:
            here.add_stack_dependency(there)
        if isinstance(item.bucket, s3.Bucket) and there is here:
            bucket.node.add_dependency(default_child(item.bucket, s3.CfnBucket))


def _allow(
    policy: iam.ManagedPolicy,
    bucket: s3.Bucket,
    replications: Sequence[Replication],
    profile: Profile,
) -> None:
    sources = list(
        dict.fromkeys(bucket.arn_for_objects(f"{item.prefix}*") for item in replications)
    )
    policy.add_statements(
        iam.PolicyStatement(
            actions=["s3:GetReplicationConfiguration", "s3:ListBucket"],
            resources=[bucket.bucket_arn],
        ),
        iam.PolicyStatement(
            actions=[
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            resources=sources,
        ),
    )
    if default_child(bucket, s3.CfnBucket).object_lock_enabled:
        # "Object Lock considerations": the retention of an object is copied as well.
        policy.add_statements(
            iam.PolicyStatement(
                actions=["s3:GetObjectLegalHold", "s3:GetObjectRetention"], resources=sources
            )
        )
    targets = []
    for item in replications:
        target = item.bucket.arn_for_objects(f"{item.prefix}*")
        targets.append(target)
        actions = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
        if item.owner is not None:
            actions.insert(0, "s3:ObjectOwnerOverrideToBucketOwner")
        policy.add_statements(iam.PolicyStatement(actions=actions, resources=[target]))
    reason = "S3 replicates every object of the bucket to the same key in the other bucket"
    acknowledge_resources(policy, sources, reason, profile=profile)
    for item, target in zip(replications, targets, strict=True):
        if stack_of(item.bucket) is stack_of(policy):
            acknowledge_resources(policy, [target], reason, profile=profile)
        else:
            acknowledge_resources_later(policy, [target], reason)
    if bucket.encryption_key is not None:
        bucket.encryption_key.grant(policy, "kms:Decrypt")
    for key in {item.replica_key: None for item in replications}:
        if key is not None:
            key.grant(policy, "kms:Encrypt")


def _rule(item: Replication, place: int, count: int) -> s3.CfnBucket.ReplicationRuleProperty:
    raw = s3.CfnBucket
    key = item.replica_key
    # S3 takes the key of the replicas only together with the selection of encrypted objects.
    encryption = selection = metrics = time = ownership = None
    if key is not None:
        encryption = raw.EncryptionConfigurationProperty(replica_kms_key_id=key.key_arn)
        selection = raw.SourceSelectionCriteriaProperty(
            sse_kms_encrypted_objects=raw.SseKmsEncryptedObjectsProperty(status="Enabled")
        )
    if item.replication_time:
        within = raw.ReplicationTimeValueProperty(minutes=_MINUTES)
        time = raw.ReplicationTimeProperty(status="Enabled", time=within)
        metrics = raw.MetricsProperty(status="Enabled", event_threshold=within)
    if item.owner is not None:
        ownership = raw.AccessControlTranslationProperty(owner="Destination")
    return raw.ReplicationRuleProperty(
        id="Replica" if place == 0 else f"Replica{place + 1}",
        status="Enabled",
        priority=count - 1 - place,  # the first one wins where two are for one destination
        filter=raw.ReplicationRuleFilterProperty(prefix=item.prefix),
        delete_marker_replication=raw.DeleteMarkerReplicationProperty(
            status="Enabled" if item.delete_markers else "Disabled"
        ),
        source_selection_criteria=selection,
        destination=raw.ReplicationDestinationProperty(
            bucket=item.bucket.bucket_arn,
            account=item.owner,
            access_control_translation=ownership,
            encryption_configuration=encryption,
            metrics=metrics,
            replication_time=time,
            storage_class=item.storage_class,
        ),
    )
