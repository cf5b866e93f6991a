"""The functions that CloudFormation calls during a deployment, and their custom resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CustomResource, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    Finding,
    acknowledge_all,
    skip_in_checkov,
)
from serverless_stack.constructs._internal.attributes import arn_of_function
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.policies import Statement, policy_document
from serverless_stack.constructs._internal.roles import (
    apply_function_settings,
    default_concurrency,
    execution_role,
    grantee_of,
    permissions_policy,
)
from serverless_stack.constructs._internal.runtimes import ARM_64, PYTHON
from serverless_stack.constructs._internal.tree import remember_place, stack_of
from serverless_stack.constructs.function.code import is_bundled
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.library import (
    LibraryPackage,
    library_requirements,
    package_library,
)
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import HIPAA, NIST, SERVERLESS

# The parts of this library that functions consist of.
ANSWERS = ("functions/__init__.py", "functions/custom_resource.py")
"""What every one of them needs: the requests of CloudFormation, and the answers."""
CONTENT_PARTS = (
    *ANSWERS,
    "_shared/__init__.py",
    "_shared/cache_tags.py",
    "_shared/content",
    "_shared/contract.py",
    "_shared/text.py",
    "functions/content",
    "functions/invalidation.py",
    "operations/__init__.py",
    "operations/content",
    "operations/invalidation",
)
_DEAD_LETTER_PACKS = (SERVERLESS, NIST, HIPAA)
_NO_QUEUE = (
    "an event of CloudFormation has a secret URL, which must not be kept; it repeats failed calls"
)
_NO_VPC = "it calls public APIs of AWS only, and nothing can connect to the function"


@dataclass(frozen=True)
class DeployTimeFunction:
    """A function that answers CloudFormation; its role allows it to log and trace.

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
        """What takes further permissions."""
        return grantee_of(self.function)

    def allow(
        self, scope: Construct, statements: Sequence[Statement]
    ) -> iam.Policy | iam.ManagedPolicy:
        """Add permissions in a policy of their own.

        A role whose inline policy names its own function would be a cycle.

        Args:
            scope: The construct of the function.
            statements: The statements.

        Returns:
            The policy, which must exist before the function is called.
        """
        if not Profile.of(scope).settings.managed_policies:
            document = policy_document(statements)
            policy = iam.Policy(scope, "Permissions", roles=[self.role], document=document)
            return remember_place(policy, scope, "Permissions")
        managed = permissions_policy(scope, self.role)
        managed.add_statements(*[statement.for_cdk() for statement in statements])
        return managed


def deploy_time_function(
    scope: Construct,
    module: str,
    parts: Sequence[str],
    *,
    description: str,
    memory_size: int,
    timeout: Duration,
    log_retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
    environment: Mapping[str, str] | None = None,
    requirements_of: str | None = None,
) -> DeployTimeFunction:
    """Create a function with its role and log group.

    Args:
        scope: The construct.
        module: The module below ``functions`` that has the ``handler``.
        parts: The parts of this library that it needs, such as ``ANSWERS``.
        description: The description of the function.
        memory_size: Its memory in MiB.
        timeout: Its time-out.
        log_retention: How long its log is kept. Default: set by the profile.
        removal_policy: What happens to the log when the stack is deleted. Default: set by the
            profile.
        environment: Its environment variables. Default: none.
        requirements_of: The part that has a ``requirements.txt``, which is installed for Lambda's
            platform. Default: none; the function has boto3 only.
    """
    profile = Profile.of(scope)
    group = log_group(
        scope, "Logs", profile, retention=log_retention, removal_policy=removal_policy
    )
    # A failed event would be kept with the secret URL that answers CloudFormation.
    role = execution_role(
        scope, group, profile, in_vpc=False, dead_letters=False, description=description
    )
    package = _packaged(scope, parts, requirements_of)
    function = lambda_.Function(
        scope,
        "Function",
        description=description,
        code=lambda_.Code.from_asset(str(package.archive), asset_hash=package.digest),
        handler=f"serverless_stack.functions.{module}.handler",
        runtime=PYTHON,
        architecture=ARM_64,
        memory_size=memory_size,
        timeout=timeout,
        environment=environment,
        role=role.role,
        log_group=group,
    )
    remember_place(function, scope, "Function")
    apply_function_settings(function, role, profile, concurrency=default_concurrency(profile))
    findings = [Finding("LambdaInsideVPC", _NO_VPC, ALL_STANDARDS)]
    if profile.settings.dead_letters:
        findings.append(Finding("LambdaDLQ", _NO_QUEUE, _DEAD_LETTER_PACKS))
    acknowledge_all(function, findings, profile=profile)
    skips = {"CKV_AWS_116": _NO_QUEUE, "CKV_AWS_117": _NO_VPC}
    skip_in_checkov(function, skips, profile=profile)
    return DeployTimeFunction(function, role.role, group)


def _packaged(
    scope: Construct, parts: Sequence[str], requirements_of: str | None
) -> LibraryPackage:
    # `cdk deploy STACK` synthesizes the other stacks as well, and uses no asset of them.
    if requirements_of is None or not is_bundled(stack_of(scope)):
        return package_library(*parts)
    return package_library(
        *parts,
        requirements=library_requirements(requirements_of),
        platform=LambdaPlatform("3.14", "aarch64"),  # that of `deploy_time_function`
    )


def custom_resource(
    scope: Construct,
    resource_type: str,
    function: lambda_.Function,
    permissions: iam.Policy | iam.ManagedPolicy,
    properties: Mapping[str, object],
    *,
    service_timeout: Duration,
) -> CustomResource:
    """Create the resource whose changes call a function.

    Args:
        scope: The construct.
        resource_type: Its type, such as ``Custom::Invalidation``.
        function: The function.
        permissions: Its permissions, which are created before the resource and deleted after it.
        properties: What the function gets. CloudFormation turns numbers and booleans into text.
        service_timeout: How long CloudFormation waits for the answer, 1 hour at most.
    """
    resource = CustomResource(
        scope,
        "Resource",
        service_token=arn_of_function(function),
        resource_type=resource_type,
        properties=properties,
        service_timeout=service_timeout,
    )
    resource.node.add_dependency(permissions)
    return resource
