"""Execution roles, permissions and settings of all Lambda functions of this library."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct, IConstruct

from serverless_stack.constructs._internal.acknowledge import (
    Finding,
    acknowledge_all,
    resource_findings,
    skip_in_checkov,
)
from serverless_stack.constructs._internal.arns import format_arn
from serverless_stack.constructs._internal.children import get_or_create, raw_function
from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.policies import (
    Statement,
    policy_document,
    service_principal,
)
from serverless_stack.constructs._internal.pseudo import url_suffix
from serverless_stack.constructs._internal.shared import dead_letter_queue, key_of
from serverless_stack.constructs._internal.tree import node_of, region_of, remember_place
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
        scope: The construct of the function.
        role: The role.
        policy: The managed policy with its basic permissions; None if they are inline.
        key_arn: The ARN of the KMS key of the function's environment, or None.
        queue_arn: The ARN of the dead-letter queue, or None.
    """

    scope: Construct
    role: iam.Role
    policy: iam.ManagedPolicy | None
    key_arn: str | None
    queue_arn: str | None


# The functions that `apply_function_settings` was called for.
_ROLES: WeakKeyDictionary[lambda_.Function, ExecutionRole] = WeakKeyDictionary()


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
    queue_arn = dead_letter_queue(scope, profile).queue_arn if has_queue else None
    key_arn = None if key is None else key.key_arn
    statements = _basic_statements(log_group, key_arn, queue_arn, in_vpc)
    if environment_key is not None:
        key_arn = environment_key.key_arn
        statements.append(Statement(_key_actions(writes=False), [key_arn]))
    if in_vpc:
        statements.append(_deny_network_to_code(scope))
    document = policy_document(statements)
    managed = profile.settings.managed_policies
    role = iam.Role(
        scope,
        "Role",
        assumed_by=service_principal("lambda.amazonaws.com"),
        description=description,
        inline_policies=None if managed else {"Execution": document},
    )
    remember_place(role, scope, "Role")
    policy = None
    findings = resource_findings(scope, ["*"], _WILDCARD_REASON)
    if managed:
        policy = iam.ManagedPolicy(scope, "Execution", roles=[role], document=document)
    else:
        findings.insert(0, Finding("LambdaStarPermissions", _WILDCARD_REASON, (SERVERLESS,)))
    acknowledge_all(policy or role, findings, profile=profile)
    if in_vpc:
        skip_in_checkov(policy or role, {"CKV_AWS_111": _WILDCARD_REASON}, profile=profile)
    return ExecutionRole(scope, role, policy, key_arn, queue_arn)


def _basic_statements(
    log_group: logs.ILogGroup, key_arn: str | None, queue_arn: str | None, in_vpc: bool
) -> list[Statement]:
    statements = [
        Statement(("logs:CreateLogStream", "logs:PutLogEvents"), [log_group.log_group_arn]),
        Statement(_TRACING_ACTIONS, ["*"]),
    ]
    if in_vpc:
        statements.append(Statement(_NETWORK_ACTIONS, ["*"]))
    if queue_arn is not None:
        statements.append(Statement(("sqs:SendMessage",), [queue_arn]))
    if key_arn is not None:
        statements.append(Statement(_key_actions(writes=queue_arn is not None), [key_arn]))
    return statements


def _deny_network_to_code(scope: Construct) -> Statement:
    """Deny the code of a function to change network interfaces, those of others included."""
    return Statement(
        _NETWORK_ACTIONS,
        ["*"],
        # The function's own ARN would make a cycle with its role.
        {"ArnLike": {"lambda:SourceFunctionArn": format_arn(scope, "lambda", "function:*")}},
        effect="Deny",
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
    raw = raw_function(function)
    raw.tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")
    if execution_role.queue_arn is not None:
        raw.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
            target_arn=execution_role.queue_arn
        )
    if execution_role.key_arn is not None:
        raw.kms_key_arn = execution_role.key_arn
    if concurrency is None:
        concurrency = profile.settings.concurrency or None
    if concurrency is not None:
        raw.reserved_concurrent_executions = concurrency
    if execution_role.policy is not None:
        # Lambda checks the network permissions when it creates the function.
        node_of(function).add_dependency(execution_role.policy)
    _ROLES[function] = execution_role


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
        region = region_of(secret)
        services = [f"secretsmanager.{region}.{end}" for end in ("amazonaws.com", url_suffix())]
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
    if isinstance(secret, secretsmanager.Secret):  # created in this app
        return name_of_secret(secret)
    return secret.secret_full_arn or f"{secret.secret_arn}-??????"


@once_per_object
def name_of_secret(secret: secretsmanager.ISecret) -> str:
    """Return what a secret is read by: its ARN, as far as it is known."""
    return secret.secret_arn


def grantee_of(function: lambda_.Function) -> iam.IGrantable:
    """Return what takes further permissions of a function.

    That is the function itself or, for a function of this library under a profile with managed
    policies, its policy for permissions.
    """
    own = _ROLES.get(function)
    if own is None or own.policy is None:
        return function
    return permissions_policy(own.scope, own.role)


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
    role = _ROLES[function].role if function in _ROLES else function.role
    return function if role is None else role
