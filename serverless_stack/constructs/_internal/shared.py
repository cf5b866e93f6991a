"""Resources that all constructs of a stack share: log bucket, dead-letter queue, key, topic."""

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from aws_cdk import Aws, CfnResource, RemovalPolicy
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
from serverless_stack.constructs._internal.buckets import all_blocked, arn_of_objects
from serverless_stack.constructs._internal.children import create_home, get_or_create
from serverless_stack.constructs._internal.durations import days
from serverless_stack.constructs._internal.policies import Statement
from serverless_stack.constructs._internal.pseudo import account_id
from serverless_stack.constructs._internal.tree import node_of, path_of, stack_of
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import SERVERLESS

_Shared = TypeVar("_Shared", bound=IConstruct)
_EMPTYING_PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider"
_HOME = "ServerlessStackShared"  # in the stack; renaming it replaces everything below it
_PROFILES: WeakKeyDictionary[Construct, Profile] = WeakKeyDictionary()  # of each home


def access_log_bucket(source: IConstruct, profile: Profile) -> s3.Bucket:
    """Return the bucket for access logs of the stack; create it on first use.

    Args:
        source: The bucket or distribution that is logged. Its resource is deleted before the log
            bucket is emptied, because it writes logs until then.
        profile: Its profile.
    """
    bucket = get_or_create(
        _home(source, profile),
        "AccessLogs",
        s3.Bucket,
        lambda home, construct_id: _create_access_log_bucket(home, construct_id, profile),
    )
    if _is_emptied(profile):
        _describe_emptying(bucket)
        emptying = node_of(bucket).find_child("AutoDeleteObjectsCustomResource")
        node_of(source).add_dependency(emptying)
    return bucket


def _is_emptied(profile: Profile) -> bool:
    return profile.removal_policy == RemovalPolicy.DESTROY


def _describe_emptying(bucket: s3.Bucket) -> None:
    """Describe CDK's function that empties buckets without naming the first bucket of the stack.

    If that bucket writes its access logs to this one, the two would depend on each other.
    """
    provider = node_of(stack_of(bucket)).find_child(_EMPTYING_PROVIDER)
    function = provider.node.find_child("Handler")
    if isinstance(function, CfnResource):
        function.add_property_override("Description", "Empties buckets before they are deleted")


def _create_access_log_bucket(home: Construct, construct_id: str, profile: Profile) -> s3.Bucket:
    bucket = s3.Bucket(
        home,
        construct_id,
        # S3 delivers access logs only to buckets with its own keys, CloudFront only with an ACL.
        encryption=s3.BucketEncryption.S3_MANAGED,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
        block_public_access=all_blocked(),
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="Expire",
                expiration=days(profile.settings.log_retention_days),
                noncurrent_version_expiration=days(1),
                abort_incomplete_multipart_upload_after=days(7),
            )
        ],
        auto_delete_objects=_is_emptied(profile),
        removal_policy=profile.removal_policy,
    )
    bucket.add_to_resource_policy(
        Statement(
            ["s3:PutObject"],
            [arn_of_objects(bucket, "*")],
            {"StringEquals": {"aws:SourceAccount": account_id()}},
            principal={"Service": "logging.s3.amazonaws.com"},
        ).for_cdk()
    )
    acknowledge(
        bucket,
        "S3BucketReplicationEnabled",
        "access logs expire and are not replicated; the buckets that they describe can be",
        packs=ALL_STANDARDS,
        profile=profile,
    )
    acknowledge(
        bucket,
        "S3DefaultEncryptionKMS",
        "S3 delivers server access logs only to buckets with keys that S3 manages",
        packs=ALL_STANDARDS,
        profile=profile,
    )
    skip_in_checkov(
        bucket, {"CKV_AWS_18": "this is the bucket of the access logs itself"}, profile=profile
    )
    return bucket


def dead_letter_queue(scope: IConstruct, profile: Profile) -> sqs.Queue:
    """Return the queue for events that functions of the stack failed to handle; create it once.

    Args:
        scope: The function.
        profile: Its profile.
    """
    return get_or_create(
        _home(scope, profile),
        "DeadLetters",
        sqs.Queue,
        lambda home, construct_id: failure_queue(home, construct_id, profile),
    )


def failure_queue(
    scope: Construct, construct_id: str, profile: Profile, *, fifo: bool = False
) -> sqs.Queue:
    """Create a queue for what functions failed to handle, which keeps it for two weeks.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        profile: The profile of the functions.
        fifo: Whether it takes messages of FIFO queues.
    """
    key = key_of(scope, profile)
    queue = sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.KMS if key else sqs.QueueEncryption.SQS_MANAGED,
        encryption_master_key=key,
        enforce_ssl=True,
        fifo=True if fifo else None,
        retention_period=days(14),
        removal_policy=profile.removal_policy,
    )
    acknowledge(
        queue,
        "SQSRedrivePolicy",
        "this is the dead-letter queue itself; it keeps messages for two weeks",
        packs=(SERVERLESS,),
        profile=profile,
    )
    return queue


def key_of(scope: IConstruct, profile: Profile) -> kms.Key | None:
    """Return the KMS key of the stack, created on first use; None if the profile has none.

    Args:
        scope: The construct whose data is encrypted.
        profile: Its profile.
    """
    if not profile.settings.customer_key:
        return None
    return get_or_create(_home(scope), "Key", kms.Key, _create_key)


def _create_key(home: Construct, construct_id: str) -> kms.Key:
    stack = stack_of(home)
    key = kms.Key(
        home,
        construct_id,
        description=f"Data and logs of {path_of(stack)}",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.RETAIN,  # without it, retained data cannot be decrypted
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
        Statement(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            ["*"],
            {"StringEquals": {"aws:SourceAccount": account_id()}},
            principal={"Service": "cloudwatch.amazonaws.com"},
        ).for_cdk()
    )
    return key


def alarm_topic(scope: IConstruct, profile: Profile) -> sns.Topic:
    """Return the topic for alarms of the stack, created on first use. It has no subscribers.

    Args:
        scope: The construct with the alarm.
        profile: Its profile.
    """

    def create(home: Construct, construct_id: str) -> sns.Topic:
        topic = sns.Topic(home, construct_id, master_key=key_of(scope, profile), enforce_ssl=True)
        # A topic policy replaces the default one, by which CloudWatch may publish.
        topic.add_to_resource_policy(
            Statement(
                ["sns:Publish"],
                [topic.topic_arn],
                {"StringEquals": {"aws:SourceAccount": account_id()}},
                principal={"Service": "cloudwatch.amazonaws.com"},
            ).for_cdk()
        )
        return topic

    return get_or_create(_home(scope, profile), "Alarms", sns.Topic, create)


def shared_construct(
    scope: IConstruct,
    profile: Profile | None,
    construct_id: str,
    kind: type[_Shared],
    create: Callable[[Construct, str], _Shared],
) -> _Shared:
    """Return a construct that all constructs of a stack share; create it on first use.

    Args:
        scope: The construct that needs it.
        profile: Its profile; None for what is the same under all profiles.
        construct_id: The id, which is part of logical ids.
        kind: The class of the construct.
        create: Called with the parent and the id if there is none yet.
    """
    return get_or_create(_home(scope, profile), construct_id, kind, create)


def _home(scope: IConstruct, profile: Profile | None = None) -> Construct:
    """Return the parent of the shared resources of a stack, which take the settings of a profile.

    The first profile of a stack has the shortest id. Another one, such as that of a second
    application in the stack, has resources of its own.

    Args:
        scope: Any construct of the stack.
        profile: The profile. Default: the resource is the same under all profiles.
    """
    stack = stack_of(scope)
    home = get_or_create(stack, _HOME, Construct, create_home)
    if profile is None or _PROFILES.setdefault(home, profile) == profile:
        return home
    words = f"{profile.name} {profile.settings.removal}".replace("_", " ").split()
    own = f"{_HOME}{''.join(word.capitalize() for word in words)}"
    return get_or_create(stack, own, Construct, create_home)
