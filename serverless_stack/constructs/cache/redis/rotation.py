"""The function and the schedule that rotate the AUTH token or a user's password."""

from dataclasses import dataclass

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.places import security_groups_of
from serverless_stack.constructs._internal.raw import ref_of
from serverless_stack.constructs._internal.roles import (
    apply_function_settings,
    arn_of_secret,
    default_concurrency,
    execution_role,
    grant_key,
    grantee_of,
)
from serverless_stack.constructs._internal.rotation import rotation_schedule
from serverless_stack.constructs._internal.runtimes import ARM_64, PYTHON
from serverless_stack.constructs._internal.tree import create_scope, remember_place
from serverless_stack.constructs.cache.client import elasticache_arn
from serverless_stack.constructs.cache.network import CacheNetwork, allow_ingress
from serverless_stack.constructs.cache.redis.auth import RedisAuth
from serverless_stack.constructs.cache.redis.user_group import CacheUsers
from serverless_stack.constructs.cache.services import ELASTICACHE, SECRETS_MANAGER
from serverless_stack.constructs.function.library import package_library
from serverless_stack.constructs.network.reachability import open_way
from serverless_stack.constructs.profiles.profile import Profile

_NO_ROTATION_REASON = "rotation needs a function and an endpoint, which are billed: `rotate_every`"


@dataclass(frozen=True)
class RotationSubject:
    """The owner of a token or password.

    Attributes:
        variable: The variable of the function with its name.
        name: Its name.
        arn: Its ARN.
        actions: What the function calls on it.
    """

    variable: str
    name: str
    arn: str
    actions: tuple[str, str]


def token_of(group: elasticache.CfnReplicationGroup) -> RotationSubject:
    """Return the replication group as the owner of an AUTH token."""
    return RotationSubject(
        "REPLICATION_GROUP_ID",
        ref_of(group),
        elasticache_arn(group, "replicationgroup", ref_of(group)),
        ("elasticache:DescribeReplicationGroups", "elasticache:ModifyReplicationGroup"),
    )


def password_of(user: elasticache.CfnUser) -> RotationSubject:
    """Return a user as the owner of a password."""
    return RotationSubject(
        "USER_ID",
        user.ref,
        user.attr_arn,
        ("elasticache:DescribeUsers", "elasticache:ModifyUser"),
    )


def rotate(
    scope: Construct,
    secret: secretsmanager.ISecret,
    subject: RotationSubject,
    *,
    auth: RedisAuth,
    users: CacheUsers,
) -> lambda_.Function | None:
    """Create the rotation of a secret if the arguments or the profile ask for it.

    Args:
        scope: The cache or the user, which becomes the parent.
        secret: The secret.
        subject: The owner of the token or password.
        auth: How often it is rotated.
        users: The users of the cache.

    Returns:
        The function that Secrets Manager calls, or None.
    """
    cache = users.cache
    every = auth.rotation(users.engine, Profile.of(scope))
    if every is None:
        if auth.secret is None:
            profile = Profile.of(scope)
            acknowledge(secret, "SMG4", _NO_ROTATION_REASON, profile=profile)
        return None
    home = create_scope(scope, "Rotation")
    function = _create_function(home, subject, users)
    _grant(grantee_of(function), secret, subject)
    rotation_schedule(home, secret, function, every)
    groups = security_groups_of(function)
    allow_ingress(cache.network, groups, "Rotation of the secret")
    for service in (ELASTICACHE, SECRETS_MANAGER):
        open_way(function, cache.network.vpc, service, groups)
    return function


def _create_function(
    home: Construct,
    subject: RotationSubject,
    users: CacheUsers,
) -> lambda_.Function:
    package = package_library("functions/__init__.py", "functions/rotation")
    profile, cache = Profile.of(home), users.cache
    logs = log_group(
        home,
        "Logs",
        profile,
        retention=users.retention.log_days,
        removal_policy=users.retention.logs,
    )
    role = execution_role(home, logs, profile, in_vpc=True)
    function = lambda_.Function(
        home,
        "Function",
        description="Rotates the token or password of a cache for Secrets Manager",
        code=lambda_.Code.from_asset(str(package.archive), asset_hash=package.digest),
        handler="serverless_stack.functions.rotation.handler.handler",
        runtime=PYTHON,
        architecture=ARM_64,
        memory_size=256,
        timeout=minutes(15),
        environment={"CACHE_ENDPOINT": users.endpoint, subject.variable: subject.name},
        vpc=cache.vpc,
        vpc_subnets=ec2.SubnetSelection(subnets=_subnets(cache.network)),
        role=role.role,
        log_group=logs,
    )
    remember_place(function, home, "Function")
    apply_function_settings(function, role, profile, concurrency=default_concurrency(profile))
    return function


def _subnets(network: CacheNetwork) -> list[ec2.ISubnet]:
    """Return subnets from which the function reaches the API of ElastiCache, if there are such."""
    return list(network.vpc.private_subnets) or list(network.subnets.subnets)


def _grant(
    grantee: iam.IGrantable, secret: secretsmanager.ISecret, subject: RotationSubject
) -> None:
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
