"""What the constructs of one stack share: a bucket for access logs, a queue, a key, a topic."""

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct, IConstruct

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    acknowledge,
    skip_in_checkov,
)
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import SERVERLESS

_HOME = "ServerlessStackShared"  # in the stack; renaming it replaces all that is in it


def access_log_bucket(scope: IConstruct, profile: Profile) -> s3.Bucket:
    """Give the bucket that takes the access logs of buckets and distributions of a stack.

    Args:
        scope: What is logged.
        profile: Its profile.
    """
    home = _home(scope)
    found = home.node.try_find_child("AccessLogs")
    if found is None:
        found = _make_access_log_bucket(home, profile)
    assert isinstance(found, s3.Bucket)
    return found


def _make_access_log_bucket(home: Construct, profile: Profile) -> s3.Bucket:
    destroy = profile.removal_policy == RemovalPolicy.DESTROY
    bucket = s3.Bucket(
        home,
        "AccessLogs",
        # S3 delivers access logs to buckets with its own keys only, and CloudFront by an ACL.
        encryption=s3.BucketEncryption.S3_MANAGED,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="Expire",
                expiration=Duration.days(profile.settings.log_retention_days),
                noncurrent_version_expiration=Duration.days(1),
                abort_incomplete_multipart_upload_after=Duration.days(7),
            )
        ],
        auto_delete_objects=destroy,
        removal_policy=profile.removal_policy,
    )
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["s3:PutObject"],
            principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
            resources=[bucket.arn_for_objects("*")],
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
    )
    reason = "it holds access logs alone, which expire; what they tell about is replicated"
    acknowledge(bucket, "S3BucketReplicationEnabled", reason, packs=ALL_STANDARDS, profile=profile)
    acknowledge(
        bucket,
        "S3DefaultEncryptionKMS",
        "S3 delivers server access logs to buckets with keys of S3 only",
        packs=ALL_STANDARDS,
        profile=profile,
    )
    skip_in_checkov(
        bucket, {"CKV_AWS_18": "it is the bucket of the access logs itself"}, profile=profile
    )
    return bucket


def dead_letter_queue(scope: IConstruct, profile: Profile) -> sqs.Queue:
    """Give the queue that keeps events which the functions of a stack failed to handle.

    Args:
        scope: A function.
        profile: Its profile.
    """
    home = _home(scope)
    found = home.node.try_find_child("DeadLetters")
    if found is None:
        own_key = key_of(scope, profile)
        found = sqs.Queue(
            home,
            "DeadLetters",
            encryption=sqs.QueueEncryption.KMS if own_key else sqs.QueueEncryption.SQS_MANAGED,
            encryption_master_key=own_key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            removal_policy=profile.removal_policy,
        )
        acknowledge(
            found,
            "SQSRedrivePolicy",
            "it is the queue of what failed itself, and keeps it for two weeks",
            packs=(SERVERLESS,),
            profile=profile,
        )
    assert isinstance(found, sqs.Queue)
    return found


def key_of(scope: IConstruct, profile: Profile) -> kms.Key | None:
    """Give the key of a stack, if the profile wants one.

    Args:
        scope: What is encrypted.
        profile: Its profile.
    """
    if not profile.settings.customer_key:
        return None
    home = _home(scope)
    found = home.node.try_find_child("Key")
    if found is None:
        found = _make_key(home)
    assert isinstance(found, kms.Key)
    return found


def _make_key(home: Construct) -> kms.Key:
    stack = Stack.of(home)
    key = kms.Key(
        home,
        "Key",
        description=f"Data and logs of {stack.node.path}",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.RETAIN,  # what it has encrypted is lost without it
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*"],
            principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.{Aws.URL_SUFFIX}")],
            resources=["*"],
            conditions={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": stack.format_arn(
                        service="logs", resource="*"
                    )
                }
            },
        )
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
    )
    return key


def alarm_topic(scope: IConstruct, profile: Profile) -> sns.Topic:
    """Give the topic that is told of the alarms of a stack; somebody has to subscribe to it.

    Args:
        scope: What is watched.
        profile: Its profile.
    """
    home = _home(scope)
    found = home.node.try_find_child("Alarms")
    if found is None:
        found = sns.Topic(home, "Alarms", master_key=key_of(scope, profile), enforce_ssl=True)
        # A topic with a policy of its own has lost the one by which alarms may publish.
        found.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[found.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
    assert isinstance(found, sns.Topic)
    return found


def _home(scope: IConstruct) -> Construct:
    stack = Stack.of(scope)
    found = stack.node.try_find_child(_HOME)
    if found is None:
        found = Construct(stack, _HOME)
    assert isinstance(found, Construct)
    return found
