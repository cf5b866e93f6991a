"""The function and the schedule that rotate the AUTH token or a user's password of a Redis."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.roles import (
    apply_function_settings,
    arn_of_secret,
    default_concurrency,
    execution_role,
    grant_key,
    grantee_of,
)
from serverless_stack.constructs.cache.redis.users import RedisUser, arn_of
from serverless_stack.constructs.function.packaging import package_library
from serverless_stack.constructs.network.vpc import CacheNetwork
from serverless_stack.constructs.profiles.profile import Profile


@dataclass(frozen=True)
class Subject:
    """What is rotated.

    Attributes:
        variable: The variable of the function that names it.
        name: Its name.
        arn: Its ARN.
        actions: What the function calls on it.
    """

    variable: str
    name: str
    arn: str
    actions: tuple[str, str]


def token_of(group: elasticache.CfnReplicationGroup) -> Subject:
    """Rotate the AUTH token of a replication group."""
    return Subject(
        "REPLICATION_GROUP_ID",
        group.ref,
        arn_of(group, "replicationgroup", group.ref),
        ("elasticache:DescribeReplicationGroups", "elasticache:ModifyReplicationGroup"),
    )


def password_of(user: RedisUser) -> Subject:
    """Rotate the password of a user."""
    return Subject(
        "USER_ID",
        user.user.ref,
        user.user.attr_arn,
        ("elasticache:DescribeUsers", "elasticache:ModifyUser"),
    )


def rotation_function(
    scope: Construct,
    secret: secretsmanager.ISecret,
    subject: Subject,
    *,
    endpoint: str,
    network: CacheNetwork,
    automatically_after: Duration,
    log_retention: logs.RetentionDays,
    removal_policy: RemovalPolicy,
) -> lambda_.Function:
    """Make the function, let it do what it is for, and let Secrets Manager call it.

    Args:
        scope: The construct that gets it, its log group and the schedule.
        secret: What it rotates.
        subject: Whose secret that is.
        endpoint: Where it tries a token or password.
        network: Where the cache is.
        automatically_after: How often.
        log_retention: How long its log is kept.
        removal_policy: What happens to the log when the stack is deleted.
    """
    package = package_library("functions/__init__.py", "functions/rotation")
    profile = Profile.of(scope)
    logged = log_group(
        scope, "Logs", profile, retention=log_retention, removal_policy=removal_policy
    )
    runs_with = execution_role(scope, logged, profile, in_vpc=True)
    function = lambda_.Function(
        scope,
        "Function",
        description="Rotates the token or password of a cache for Secrets Manager",
        code=lambda_.Code.from_asset(str(package.folder), asset_hash=package.digest),
        handler="serverless_stack.functions.rotation.handler.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        architecture=lambda_.Architecture.ARM_64,
        memory_size=256,
        timeout=Duration.minutes(15),
        environment={"CACHE_ENDPOINT": endpoint, subject.variable: subject.name},
        vpc=network.vpc,
        vpc_subnets=ec2.SubnetSelection(subnets=list(network.subnets)),
        role=runs_with.role,
        log_group=logged,
    )
    apply_function_settings(
        function, runs_with, profile, concurrency=default_concurrency(profile)
    )
    _allow(grantee_of(function), secret, subject)
    permission = lambda_.CfnPermission(
        scope,
        "Permission",
        action="lambda:InvokeFunction",
        function_name=function.function_arn,
        principal="secretsmanager.amazonaws.com",
        source_account=Stack.of(scope).account,
    )
    schedule = secretsmanager.CfnRotationSchedule(
        scope,
        "Schedule",
        secret_id=secret.secret_arn,
        rotation_lambda_arn=function.function_arn,
        rotate_immediately_on_update=False,
        rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
            automatically_after_days=automatically_after.to_days()
        ),
    )
    schedule.node.add_dependency(permission)
    return function


def _allow(grantee: iam.IGrantable, secret: secretsmanager.ISecret, subject: Subject) -> None:
    actions = ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"secretsmanager:{action}" for action in actions],
        resource_arns=[arn_of_secret(secret)],
    )
    iam.Grant.add_to_principal(
        grantee=grantee, actions=list(subject.actions), resource_arns=[subject.arn]
    )
    if secret.encryption_key is not None:
        grant_key(secret.encryption_key, grantee, writes=True)
