"""Functions of ours that CloudFormation calls while it deploys."""

from dataclasses import dataclass

from aws_cdk import CustomResource, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    acknowledge,
    skip_in_checkov,
)
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.roles import (
    complete,
    execution,
    few,
    grantee_of,
    permissions,
)
from serverless_stack.constructs.function.packaging import package_library
from serverless_stack.constructs.profiles.profile import Profile

_OUTSIDE = "it invalidates by CloudFront's API, which has no VPC endpoint, and listens to nobody"
# The parts of this library that the functions consist of.
_PARTS = (
    "_shared/__init__.py",
    "_shared/content",
    "_shared/contract.py",
    "functions/__init__.py",
    "functions/content",
    "functions/custom_resource.py",
    "functions/invalidation.py",
    "operations/__init__.py",
    "operations/content",
    "operations/invalidation",
)


@dataclass(frozen=True)
class DeployTimeFunction:
    """A function that answers CloudFormation, with a role that can do nothing but log and trace.

    Attributes:
        function: The function.
        role: Its role.
        log_group: Its log group.
    """

    function: lambda_.Function
    role: iam.Role
    log_group: logs.LogGroup

    @property
    def grantee(self) -> iam.IGrantable:
        """What takes one more permission."""
        return grantee_of(self.function)

    def allow(
        self, scope: Construct, statements: list[iam.PolicyStatement]
    ) -> iam.Policy | iam.ManagedPolicy:
        """Allow it what it does.

        The policy is attached from outside, so that it may name the function: a role that names
        the policies of its own function is a cycle.

        Args:
            scope: The construct that gets the policy.
            statements: What is allowed.

        Returns:
            The policy, which has to be there before the function is called.
        """
        if not Profile.of(scope).settings.managed_policies:
            return iam.Policy(scope, "Permissions", roles=[self.role], statements=statements)
        policy = permissions(scope, [self.role])
        policy.add_statements(*statements)
        return policy


def deploy_time_function(
    scope: Construct,
    module: str,
    *,
    description: str,
    memory_size: int,
    timeout: Duration,
    log_retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
) -> DeployTimeFunction:
    """Make the function, its role and its log group in a construct.

    Args:
        scope: The construct.
        module: The module below ``functions`` with the ``handler``.
        description: What the function is for.
        memory_size: Its memory in MiB.
        timeout: How long one call may take.
        log_retention: How long its log is kept. None takes the profile's.
        removal_policy: What happens to the log when the stack is deleted. None takes the
            profile's.

    Returns:
        All three.
    """
    profile = Profile.of(scope)
    logged = log_group(
        scope, "Logs", profile, retention=log_retention, removal_policy=removal_policy
    )
    runs_with = execution(scope, logged, profile, in_vpc=False, description=description)
    package = package_library(*_PARTS)
    function = lambda_.Function(
        scope,
        "Function",
        description=description,
        code=lambda_.Code.from_asset(str(package.folder), asset_hash=package.digest),
        handler=f"serverless_stack.functions.{module}.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        architecture=lambda_.Architecture.ARM_64,
        memory_size=memory_size,
        timeout=timeout,
        role=runs_with.role,
        log_group=logged,
    )
    complete(function, runs_with, profile, concurrency=few(profile))
    acknowledge(function, "LambdaInsideVPC", _OUTSIDE, packs=ALL_STANDARDS, profile=profile)
    skip_in_checkov(function, {"CKV_AWS_117": _OUTSIDE}, profile=profile)
    return DeployTimeFunction(function, runs_with.role, logged)


def custom_resource(
    scope: Construct,
    resource_type: str,
    made: DeployTimeFunction,
    permissions: iam.Policy | iam.ManagedPolicy,
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
