"""Who may do what with a bucket, what is logged of it, and where its copy is."""

from aws_cdk import Names
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    acknowledge,
    acknowledge_resources,
)
from serverless_stack.constructs._internal.roles import grant_key
from serverless_stack.constructs._internal.shared import access_log_bucket
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS

# What the runtime's `objects` calls, and no more.
READ_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion")
READ_BUCKET = ("s3:ListBucket", "s3:ListBucketVersions")
WRITE_OBJECTS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObject",
)


def grant_objects(bucket: s3.IBucket, grantee: iam.IGrantable, *, write: bool) -> iam.Grant:
    """Let somebody read and list objects and, if told so, write and delete them.

    CDK's own grants have wildcards in their actions.

    Args:
        bucket: The bucket.
        grantee: Who may.
        write: Whether to write and delete, too.
    """
    of_bucket = iam.Grant.add_to_principal_or_resource(
        grantee=grantee,
        actions=list(READ_BUCKET),
        resource_arns=[bucket.bucket_arn],
        resource=bucket,
    )
    of_objects = iam.Grant.add_to_principal_or_resource(
        grantee=grantee,
        actions=[*READ_OBJECTS, *(WRITE_OBJECTS if write else ())],
        resource_arns=[bucket.arn_for_objects("*")],
        resource=bucket,
    )
    if bucket.encryption_key is not None:
        grant_key(bucket.encryption_key, grantee, writes=write)
    return of_bucket.combine(of_objects)


def log_accesses(bucket: s3.Bucket, profile: Profile, wanted: bool | None) -> None:
    """Log who asks for which object.

    CDK's own argument for it gives the log bucket an ACL or a policy by a feature flag.

    Args:
        bucket: The bucket.
        profile: Its profile.
        wanted: Whether to. None takes the profile's.
    """
    if profile.settings.access_logs if wanted is None else wanted:
        raw = bucket.node.default_child
        assert isinstance(raw, s3.CfnBucket)  # it is what a Bucket makes
        raw.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=access_log_bucket(bucket, profile).bucket_name,
            log_file_prefix=f"s3/{Names.unique_id(bucket)}/",
        )
        return
    reason = "`access_log` was turned off for this bucket"
    acknowledge(bucket, "S1", reason, packs=(AWS_SOLUTIONS,), profile=profile)
    acknowledge(bucket, "S3BucketLoggingEnabled", reason, packs=ALL_STANDARDS, profile=profile)


def replicate(
    scope: Construct, bucket: s3.Bucket, profile: Profile, replica: s3.IBucket | None
) -> None:
    """Copy every new object to another bucket.

    CDK's own argument for it puts what it needs into an inline policy.

    Args:
        scope: The construct of the bucket.
        bucket: The bucket.
        profile: Its profile.
        replica: The bucket with the copies, or None.
    """
    if replica is None:
        reason = "S3 keeps objects in three zones and all versions; `replica` copies them elsewhere"
        acknowledge(
            bucket, "S3BucketReplicationEnabled", reason, packs=ALL_STANDARDS, profile=profile
        )
        return
    role = iam.Role(scope, "ReplicationRole", assumed_by=iam.ServicePrincipal("s3.amazonaws.com"))
    policy = iam.ManagedPolicy(scope, "Replication", roles=[role])
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
            resources=[bucket.arn_for_objects("*")],
        ),
        iam.PolicyStatement(
            actions=["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"],
            resources=[replica.arn_for_objects("*")],
        ),
    )
    acknowledge_resources(
        policy,
        [bucket.arn_for_objects("*"), replica.arn_for_objects("*")],
        "S3 replicates every object of the bucket, under its own key, into the other",
        profile=profile,
    )
    source, target = bucket.encryption_key, replica.encryption_key
    if source is not None:
        source.grant(policy, "kms:Decrypt")
    if target is not None:
        target.grant(policy, "kms:Encrypt")
    raw = bucket.node.default_child
    assert isinstance(raw, s3.CfnBucket)  # it is what a Bucket makes
    raw.replication_configuration = _configuration(
        role, replica, encrypted=source is not None, key_arn=target.key_arn if target else None
    )


def _configuration(
    role: iam.Role, replica: s3.IBucket, *, encrypted: bool, key_arn: str | None
) -> s3.CfnBucket.ReplicationConfigurationProperty:
    kinds = s3.CfnBucket
    criteria = kinds.SourceSelectionCriteriaProperty(
        sse_kms_encrypted_objects=kinds.SseKmsEncryptedObjectsProperty(status="Enabled")
    )
    return kinds.ReplicationConfigurationProperty(
        role=role.role_arn,
        rules=[
            kinds.ReplicationRuleProperty(
                id="Replica",
                status="Enabled",
                priority=0,
                filter=kinds.ReplicationRuleFilterProperty(prefix=""),
                delete_marker_replication=kinds.DeleteMarkerReplicationProperty(status="Enabled"),
                source_selection_criteria=criteria if encrypted else None,
                destination=kinds.ReplicationDestinationProperty(
                    bucket=replica.bucket_arn,
                    encryption_configuration=(
                        kinds.EncryptionConfigurationProperty(replica_kms_key_id=key_arn)
                        if key_arn
                        else None
                    ),
                ),
            )
        ],
    )
