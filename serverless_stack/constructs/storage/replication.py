"""Replication of a bucket's objects to another bucket."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    acknowledge,
    acknowledge_resources,
)
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs.profiles.profile import Profile


def replicate(
    scope: Construct, bucket: s3.Bucket, profile: Profile, replica: s3.IBucket | None
) -> None:
    """Replicate every new object; CDK's own argument for it needs an inline policy.

    Args:
        scope: The construct of the bucket.
        bucket: The bucket.
        profile: The profile of the construct.
        replica: The destination. Default: no replication.
    """
    if replica is None:
        reason = "S3 keeps all versions in three zones; the argument `replica` adds another region"
        acknowledge(
            bucket, "S3BucketReplicationEnabled", reason, packs=ALL_STANDARDS, profile=profile
        )
        return
    role = iam.Role(scope, "ReplicationRole", assumed_by=iam.ServicePrincipal("s3.amazonaws.com"))
    policy = iam.ManagedPolicy(scope, "Replication", roles=[role])
    for actions, resource in (
        (("GetReplicationConfiguration", "ListBucket"), bucket.bucket_arn),
        (
            ("GetObjectVersionAcl", "GetObjectVersionForReplication", "GetObjectVersionTagging"),
            bucket.arn_for_objects("*"),
        ),
        (("ReplicateDelete", "ReplicateObject", "ReplicateTags"), replica.arn_for_objects("*")),
    ):
        policy.add_statements(
            iam.PolicyStatement(actions=[f"s3:{name}" for name in actions], resources=[resource])
        )
    acknowledge_resources(
        policy,
        [bucket.arn_for_objects("*"), replica.arn_for_objects("*")],
        "S3 replicates every object of the bucket to the same key in the other bucket",
        profile=profile,
    )
    if bucket.encryption_key is not None:
        bucket.encryption_key.grant(policy, "kms:Decrypt")
    if replica.encryption_key is not None:
        replica.encryption_key.grant(policy, "kms:Encrypt")
    raw = default_child(bucket, s3.CfnBucket)
    raw.replication_configuration = s3.CfnBucket.ReplicationConfigurationProperty(
        role=role.role_arn, rules=[_rule(replica)]
    )


def _rule(replica: s3.IBucket) -> s3.CfnBucket.ReplicationRuleProperty:
    raw = s3.CfnBucket
    key = replica.encryption_key
    # S3 takes the key of the replicas only together with the selection of encrypted objects.
    encryption = selection = None
    if key is not None:
        encryption = raw.EncryptionConfigurationProperty(replica_kms_key_id=key.key_arn)
        selection = raw.SourceSelectionCriteriaProperty(
            sse_kms_encrypted_objects=raw.SseKmsEncryptedObjectsProperty(status="Enabled")
        )
    return raw.ReplicationRuleProperty(
        id="Replica",
        status="Enabled",
        priority=0,
        filter=raw.ReplicationRuleFilterProperty(prefix=""),
        delete_marker_replication=raw.DeleteMarkerReplicationProperty(status="Enabled"),
        source_selection_criteria=selection,
        destination=raw.ReplicationDestinationProperty(
            bucket=replica.bucket_arn, encryption_configuration=encryption
        ),
    )
