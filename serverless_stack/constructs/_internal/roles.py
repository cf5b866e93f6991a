"""What every function of ours has: a role of its own with no more than it needs, and limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs
from constructs import Construct, IConstruct

from serverless_stack.constructs._internal.acknowledge import (
    acknowledge,
    acknowledge_resources,
    skip_in_checkov,
)
from serverless_stack.constructs._internal.shared import dead_letter_queue, key_of
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import SERVERLESS

_POLICY = "Permissions"
_FEW = 5
# "Giving Lambda functions access to resources in an Amazon VPC"
_NETWORK = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
_NO_NAMES = "traces and network interfaces of Lambda have no names before they exist"
_TRACING = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")


@dataclass(frozen=True)
class Execution:
    """What a function runs with.

    Attributes:
        role: Its role.
        policy: The policy with what every function needs, if it is not in the role itself.
        key: The key of its environment, or None.
        queue: The queue of events that it failed to handle, or None.
    """

    role: iam.Role
    policy: iam.ManagedPolicy | None
    key: kms.Key | None
    queue: sqs.Queue | None


def execution(
    scope: Construct,
    log_group: logs.ILogGroup,
    profile: Profile,
    *,
    in_vpc: bool,
    description: str | None = None,
) -> Execution:
    """Make the role of a function, which may log, trace, and join the VPC that it is in.

    Args:
        scope: The construct that gets it.
        log_group: Where the function logs.
        profile: The profile of the construct.
        in_vpc: Whether the function is in a VPC.
        description: What the role is for.
    """
    own_key = key_of(scope, profile)
    queue = dead_letter_queue(scope, profile) if profile.settings.dead_letters else None
    document = iam.PolicyDocument(statements=_needed(log_group, own_key, queue, in_vpc))
    managed = profile.settings.managed_policies
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=description,
        inline_policies=None if managed else {"Execution": document},
    )
    policy = None
    if managed:
        policy = iam.ManagedPolicy(scope, "Execution", roles=[role], document=document)
    acknowledge_resources(
        policy or role,
        ["*"],
        _NO_NAMES,
        profile=profile,
    )
    if in_vpc:
        skip_in_checkov(policy or role, {"CKV_AWS_111": _NO_NAMES}, profile=profile)
    if not managed:
        acknowledge(role, "LambdaStarPermissions", _NO_NAMES, packs=(SERVERLESS,), profile=profile)
    return Execution(role, policy, own_key, queue)


def _needed(
    log_group: logs.ILogGroup, key: kms.Key | None, queue: sqs.Queue | None, in_vpc: bool
) -> list[iam.PolicyStatement]:
    statements = [
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        ),
        iam.PolicyStatement(actions=list(_TRACING), resources=["*"]),
    ]
    if in_vpc:
        statements.append(iam.PolicyStatement(actions=list(_NETWORK), resources=["*"]))
    if queue is not None:
        statements.append(
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn])
        )
    if key is not None:
        statements.append(
            iam.PolicyStatement(
                actions=_key_actions(writes=queue is not None), resources=[key.key_arn]
            )
        )
    return statements


def grant_key(key: kms.IKey, grantee: iam.IGrantable, *, writes: bool) -> None:
    """Let a function read what a key encrypts and, if told so, write it.

    CDK's own grants have wildcards in their actions.

    Args:
        key: The key.
        grantee: What takes the permission.
        writes: Whether it writes, too.
    """
    key.grant(grantee, *_key_actions(writes))


def grant_secret(secret: secretsmanager.ISecret, grantee: iam.IGrantable) -> None:
    """Let a function read the value of a secret; CDK's own grant lets it see all about it, too.

    Args:
        secret: The secret.
        grantee: What takes the permission.
    """
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=["secretsmanager:GetSecretValue"],
        resource_arns=[arn_of_secret(secret)],
    )
    if secret.encryption_key is not None:
        service = f"secretsmanager.{Stack.of(secret).region}.amazonaws.com"
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=_key_actions(writes=False),
            resource_arns=[secret.encryption_key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": service}},
        )


def arn_of_secret(secret: secretsmanager.ISecret) -> str:
    """Give the ARN of a secret for a policy; that of one known by its name ends in any way."""
    return secret.secret_full_arn or f"{secret.secret_arn}-??????"


def _key_actions(writes: bool) -> list[str]:
    return ["kms:Decrypt", *(["kms:GenerateDataKey"] if writes else [])]


def complete(
    function: lambda_.Function, made: Execution, profile: Profile, *, concurrency: int | None
) -> None:
    """Turn on tracing, and what the profile wants of a function.

    CDK's own arguments for these would put what they need into a policy of the role.

    Args:
        function: The function, which has the role that was made.
        made: What it runs with.
        profile: Its profile.
        concurrency: How many calls may run at once. None leaves it to the profile.
    """
    raw = function.node.default_child
    assert isinstance(raw, lambda_.CfnFunction)  # it is what a Function makes
    raw.tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")
    if made.queue is not None:
        raw.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
            target_arn=made.queue.queue_arn
        )
    if made.key is not None:
        raw.kms_key_arn = made.key.key_arn
    if concurrency is None:
        concurrency = profile.settings.concurrency or None
    raw.reserved_concurrent_executions = concurrency
    if made.policy is not None:
        function.node.add_dependency(made.policy)  # Lambda tries the network permissions at once


def few(profile: Profile) -> int | None:
    """Give how many calls of a function may run at once that only AWS itself calls.

    Args:
        profile: Its profile.

    Returns:
        Enough for one that goes on in a call of its own; None shares the account's.
    """
    return _FEW if profile.settings.concurrency else None


def grantee_of(function: lambda_.Function) -> iam.IGrantable:
    """Give what takes a permission of a function: a policy of its own, if it is ours and has one.

    Args:
        function: The function.
    """
    home = function.node.scope
    if home is None or not isinstance(home.node.try_find_child("Execution"), iam.ManagedPolicy):
        return function
    return permissions(home, [function.role])


def permissions(scope: IConstruct, roles: Sequence[iam.IRole | None]) -> iam.ManagedPolicy:
    """Give the policy with what a function is granted.

    Args:
        scope: The construct of the function.
        roles: The role of the function.
    """
    found = scope.node.try_find_child(_POLICY)
    if found is None:
        assert isinstance(scope, Construct)
        found = iam.ManagedPolicy(scope, _POLICY, roles=[role for role in roles if role])
    assert isinstance(found, iam.ManagedPolicy)
    return found


def holder_of(function: lambda_.Function) -> IConstruct:
    """Give the construct whose findings are those of a function's permissions.

    Args:
        function: The function.
    """
    grantee = grantee_of(function)
    if isinstance(grantee, iam.ManagedPolicy):
        return grantee
    return function if function.role is None else function.role
