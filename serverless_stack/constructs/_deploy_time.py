"""Functions of ours that CloudFormation calls while it deploys."""

from dataclasses import dataclass

from aws_cdk import CustomResource, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.constructs._packaging import package_library

# The parts of this library that the functions consist of.
_PARTS = (
    "_content",
    "_contract.py",
    "operations/__init__.py",
    "operations/content",
    "operations/deploy_time",
    "operations/invalidation",
)


@dataclass(frozen=True)
class DeployTimeFunction:
    """A function that answers CloudFormation, with a role that can do nothing but write its log.

    Attributes:
        function: The function.
        role: Its role.
        log_group: Its log group.
    """

    function: lambda_.Function
    role: iam.Role
    log_group: logs.LogGroup

    def allow(self, scope: Construct, statements: list[iam.PolicyStatement]) -> iam.Policy:
        """Allow it what it does.

        The policy is attached from outside, so that it may name the function: a role that names
        the policies of its own function is a cycle.

        Args:
            scope: The construct that gets the policy.
            statements: What is allowed.

        Returns:
            The policy, which has to be there before the function is called.
        """
        return iam.Policy(scope, "Permissions", roles=[self.role], statements=statements)


def deploy_time_function(
    scope: Construct,
    module: str,
    *,
    description: str,
    memory_size: int,
    timeout: Duration,
    log_retention: logs.RetentionDays,
    removal_policy: RemovalPolicy,
) -> DeployTimeFunction:
    """Make the function, its role and its log group in a construct.

    Args:
        scope: The construct.
        module: The module below ``operations/deploy_time`` with the ``handler``.
        description: What the function is for.
        memory_size: Its memory in MiB.
        timeout: How long one call may take.
        log_retention: How long its log is kept.
        removal_policy: What happens to the log when the stack is deleted.

    Returns:
        All three.
    """
    log_group = logs.LogGroup(scope, "Logs", retention=log_retention, removal_policy=removal_policy)
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=description,
        inline_policies={
            "Logs": iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                        resources=[log_group.log_group_arn],
                    )
                ]
            )
        },
    )
    package = package_library(*_PARTS)
    function = lambda_.Function(
        scope,
        "Function",
        description=description,
        code=lambda_.Code.from_asset(str(package.folder), asset_hash=package.digest),
        handler=f"serverless_stack.operations.deploy_time.{module}.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        architecture=lambda_.Architecture.ARM_64,
        memory_size=memory_size,
        timeout=timeout,
        role=role,
        log_group=log_group,
    )
    return DeployTimeFunction(function, role, log_group)


def custom_resource(
    scope: Construct,
    resource_type: str,
    made: DeployTimeFunction,
    permissions: iam.Policy,
    properties: dict[str, object],
    *,
    service_timeout: Duration,
) -> CustomResource:
    """Make the resource whose changes call the function.

    Args:
        scope: The construct.
        resource_type: Its type, such as ``Custom::Invalidation``.
        made: The function.
        permissions: What the function is allowed; in place as long as the resource is.
        properties: What the function gets. CloudFormation makes strings of numbers and booleans.
        service_timeout: How long CloudFormation waits for the answer, 1 hour at most.

    Returns:
        The resource.
    """
    resource = CustomResource(
        scope,
        "Resource",
        service_token=made.function.function_arn,
        resource_type=resource_type,
        properties=properties,
        service_timeout=service_timeout,
    )
    resource.node.add_dependency(permissions)
    return resource
