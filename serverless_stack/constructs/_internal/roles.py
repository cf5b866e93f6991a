"""Execution roles, permissions and settings of all Lambda functions of this library."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, Aws, Stack
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
from serverless_stack.constructs._internal.children import default_child, get_or_create
from serverless_stack.constructs._internal.shared import dead_letter_queue, key_of
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import SERVERLESS

_DEFAULT_CONCURRENCY = 5
# "Giving Lambda functions access to resources in an Amazon VPC"
_NETWORK_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
_TRACING_ACTIONS = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
_WILDCARD_REASON = "traces and network interfaces of Lambda have no names before they exist"


@dataclass(frozen=True)
class ExecutionRole:
    """The role of a function, and what else the profile adds to the function.

    Attributes:
        role: The role.
        policy: The managed policy with its basic permissions; None if they are inline.
        key: The KMS key of the function's environment, or None.
        queue: The dead-letter queue, or None.
    """

    role: iam.Role
    policy: iam.ManagedPolicy | None
    key: kms.IKey | None
    queue: sqs.Queue | None


def execution_role(
    scope: Construct,
    log_group: logs.ILogGroup,
    profile: Profile,
    *,
    in_vpc: bool,
    dead_letters: bool = True,
    environment_key: kms.IKey | None = None,
    description: str | None = None,
) -> ExecutionRole:
    """Create the role of a function, with the permissions to log, trace and join a VPC.

    Lambda uses the permissions to join a VPC; the code of the function is denied them ("Giving
    Lambda functions access to resources in an Amazon VPC"). The trust policy has no
    ``aws:SourceAccount``, which Lambda does not send.

    Args:
        scope: The construct of the function.
        log_group: The log group of the function.
        profile: The profile of the construct.
        in_vpc: Whether the function is in a VPC.
        dead_letters: Whether failed events go to a queue, if the profile asks for it.
        environment_key: The KMS key of the function's environment. Default: set by the profile.
        description: The description of the role.
    """
    key = key_of(scope, profile)
    has_queue = dead_letters and profile.settings.dead_letters
    queue = dead_letter_queue(scope, profile) if has_queue else None
    document = iam.PolicyDocument(statements=_basic_statements(log_group, key, queue, in_vpc))
    if environment_key is not None:
        document.add_statements(
            iam.PolicyStatement(
                actions=_key_actions(writes=False), resources=[environment_key.key_arn]
            )
        )
    if in_vpc:
        document.add_statements(_deny_network_to_code(scope))
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
    else:
        rule = "LambdaStarPermissions"
        acknowledge(role, rule, _WILDCARD_REASON, packs=(SERVERLESS,), profile=profile)
    acknowledge_resources(policy or role, ["*"], _WILDCARD_REASON, profile=profile)
    if in_vpc:
        skip_in_checkov(policy or role, {"CKV_AWS_111": _WILDCARD_REASON}, profile=profile)
    return ExecutionRole(role, policy, environment_key or key, queue)


def _basic_statements(
    log_group: logs.ILogGroup, key: kms.Key | None, queue: sqs.Queue | None, in_vpc: bool
) -> list[iam.PolicyStatement]:
    permissions: list[tuple[Sequence[str], str]] = [
        (("logs:CreateLogStream", "logs:PutLogEvents"), log_group.log_group_arn),
        (_TRACING_ACTIONS, "*"),
    ]
    if in_vpc:
        permissions.append((_NETWORK_ACTIONS, "*"))
    if queue is not None:
        permissions.append((("sqs:SendMessage",), queue.queue_arn))
    if key is not None:
        permissions.append((_key_actions(writes=queue is not None), key.key_arn))
    return [
        iam.PolicyStatement(actions=list(actions), resources=[resource])
        for actions, resource in permissions
    ]


def _deny_network_to_code(scope: Construct) -> iam.PolicyStatement:
    """Deny the code of a function to change network interfaces, those of others included."""
    stack = Stack.of(scope)
    any_function = stack.format_arn(
        service="lambda",
        resource="function",
        resource_name="*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=list(_NETWORK_ACTIONS),
        resources=["*"],
        # The function's own ARN would make a cycle with its role.
        conditions={"ArnLike": {"lambda:SourceFunctionArn": any_function}},
    )


def apply_function_settings(
    function: lambda_.Function,
    execution_role: ExecutionRole,
    profile: Profile,
    *,
    concurrency: int | None,
) -> None:
    """Turn on tracing, and set the queue, key and concurrency of the profile.

    CDK's own arguments for these would add statements to the role.

    Args:
        function: A function with that role.
        execution_role: Its role.
        profile: Its profile.
        concurrency: The reserved concurrency. Default: set by the profile.
    """
    raw = default_child(function, lambda_.CfnFunction)
    raw.tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")
    if execution_role.queue is not None:
        raw.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
            target_arn=execution_role.queue.queue_arn
        )
    if execution_role.key is not None:
        raw.kms_key_arn = execution_role.key.key_arn
    if concurrency is None:
        concurrency = profile.settings.concurrency or None
    raw.reserved_concurrent_executions = concurrency
    if execution_role.policy is not None:
        # Lambda checks the network permissions when it creates the function.
        function.node.add_dependency(execution_role.policy)


def default_concurrency(profile: Profile) -> int | None:
    """Return the reserved concurrency of functions that only AWS calls.

    It is enough for a call that continues in another one. None shares that of the account.

    Args:
        profile: The profile of the function.
    """
    return _DEFAULT_CONCURRENCY if profile.settings.concurrency else None


def grant_key(key: kms.IKey, grantee: iam.IGrantable, *, writes: bool) -> None:
    """Allow to decrypt with a key and, optionally, to encrypt; CDK's own grants have wildcards.

    Args:
        key: The key.
        grantee: The principal.
        writes: Whether to encrypt, too.
    """
    key.grant(grantee, *_key_actions(writes))


def _key_actions(writes: bool) -> list[str]:
    return ["kms:Decrypt", *(["kms:GenerateDataKey"] if writes else [])]


def grant_secret(secret: secretsmanager.ISecret, grantee: iam.IGrantable) -> None:
    """Allow to read the value of a secret; CDK's own grant allows to describe it as well.

    Args:
        secret: The secret.
        grantee: The principal.
    """
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=["secretsmanager:GetSecretValue"],
        resource_arns=[arn_of_secret(secret)],
    )
    if secret.encryption_key is not None:
        # In China the name of the service ends as its domain does.
        region = Stack.of(secret).region
        services = [f"secretsmanager.{region}.{end}" for end in ("amazonaws.com", Aws.URL_SUFFIX)]
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=_key_actions(writes=False),
            resource_arns=[secret.encryption_key.key_arn],
            conditions={"StringEquals": {"kms:ViaService": services}},
        )


def arn_of_secret(secret: secretsmanager.ISecret) -> str:
    """Return the secret's ARN for use in a policy.

    The ARN of a secret that was imported by name gets a wildcard suffix.
    """
    return secret.secret_full_arn or f"{secret.secret_arn}-??????"


def grantee_of(function: lambda_.Function) -> iam.IGrantable:
    """Return what takes further permissions of a function.

    That is the function itself or, for a function of this library under a profile with managed
    policies, its policy for permissions.
    """
    scope = function.node.scope
    if not isinstance(scope, Construct):
        return function
    if not isinstance(scope.node.try_find_child("Execution"), iam.ManagedPolicy):
        return function
    return permissions_policy(scope, function.role)


def permissions_policy(scope: Construct, role: iam.IRole | None) -> iam.ManagedPolicy:
    """Return the managed policy with what a function is granted; create it on first use.

    Args:
        scope: The construct of the function.
        role: The role of the function.
    """
    return get_or_create(
        scope,
        "Permissions",
        iam.ManagedPolicy,
        lambda scope, construct_id: iam.ManagedPolicy(
            scope, construct_id, roles=[role] if role else []
        ),
    )


def permissions_holder(function: lambda_.Function) -> IConstruct:
    """Return the construct on which findings about a function's permissions are reported."""
    grantee = grantee_of(function)
    if isinstance(grantee, iam.ManagedPolicy):
        return grantee
    return function if function.role is None else function.role
