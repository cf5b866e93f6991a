"""LambdaHandler: a function with its code packaged, its logs finite and its calls traced."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Annotations, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import lambda_function as rules
from serverless_stack.constructs._internal.connect import add_environment
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.roles import apply_function_settings, execution_role
from serverless_stack.constructs.function import packaging as _packaging
from serverless_stack.constructs.function.folders import code_problems
from serverless_stack.constructs.function.platform import LambdaPlatform
from serverless_stack.constructs.function.requirements import find_requirements
from serverless_stack.constructs.profiles.profile import Profile

# Of a ready artefact everything goes to Lambda but these, which hold secrets or history.
_NEVER_DEPLOYED = [".git", ".env"]


class LambdaHandler(Construct):
    """A Lambda function made from a source folder.

    A Python folder is packaged with its ``requirements.txt``, ``uv.lock`` or ``pyproject.toml``
    by uv or pip, without Docker, as wheels for Lambda's platform, and with
    ``serverless_stack.runtime``. The same input gives the same bytes. Any other runtime takes a
    ready artefact: a jar with its ``Class::method``, a Node.js folder, a zip file.

    Default settings: arm64, X-Ray tracing active, a log group of its own, a queue that keeps the
    events which it failed to handle, a role with no more than logging and tracing. What a
    ``Profile`` decides is said below.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the function.
        code: Folder of the source, or path of a ready artefact; relative to the working folder.
            ``.git`` and ``.env`` are never deployed, of a Python folder no hidden file is.
        handler: The entry point: ``module.function`` in Python, ``package.Class::method`` in
            Java, ``file.export`` in Node.js.
        runtime: Lambda's runtime.
        architecture: The instruction set. Wheels are chosen for it.
        memory_size: Memory in MiB, 128-10240; CPU grows with it ("Lambda quotas").
        timeout: How long one call may take, 1-900 seconds. API Gateway waits 29 seconds at most.
        ephemeral_storage_size: The size of ``/tmp``, 512-10240 MiB.
        environment: Environment variables. Each name may be given once, here or by ``connect``.
        description: What the function is for, shown in the console.
        vpc: The VPC to run in; needed to reach a cache. None runs it outside any VPC.
        vpc_subnets: Subnets in that VPC. None takes the private ones, which have a way out, else
            the isolated ones.
        security_groups: Security groups in that VPC. None makes one.
        reserved_concurrent_executions: How many calls may run at once. None takes the profile's,
            which for production is to share the account's.
        log_retention: How long logs are kept. None takes the profile's.
        removal_policy: What happens to the logs when the stack is deleted. None takes the
            profile's.

    Attributes:
        function: The function.
        log_group: Its log group.

    Raises:
        ValueError: If an argument is out of range, the code is missing or empty, or the
            requirements cannot be installed for Lambda's platform.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        code: str | Path,
        handler: str = "index.handler",
        runtime: lambda_.Runtime = lambda_.Runtime.PYTHON_3_14,
        architecture: lambda_.Architecture = lambda_.Architecture.ARM_64,
        memory_size: int = 256,
        timeout: Duration = Duration.seconds(15),
        ephemeral_storage_size: Size = Size.mebibytes(512),
        environment: Mapping[str, str] | None = None,
        description: str | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        reserved_concurrent_executions: int | None = None,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        is_python = runtime.family == lambda_.RuntimeFamily.PYTHON
        source = Path(code)
        problems = Problems(scope.node.path, construct_id)
        problems.between("memory_size", memory_size, *rules.MEMORY_SIZE_MIB, "MiB")
        if not timeout.is_unresolved():
            problems.between("timeout", timeout.to_seconds(), *rules.TIMEOUT_SECONDS, "seconds")
        if not ephemeral_storage_size.is_unresolved():
            problems.between(
                "ephemeral_storage_size",
                ephemeral_storage_size.to_mebibytes(),
                *rules.EPHEMERAL_STORAGE_MIB,
                "MiB",
            )
        problems.add(rules.environment_name_problems(environment or {}))
        problems.add(rules.environment_value_problems(environment or {}))
        problems.add(rules.environment_size_problems(environment or {}))
        if description is not None:
            problems.add(rules.description_problems(description))
        problems.add(rules.handler_problems(handler))
        problems.add(rules.runtime_problems(runtime.name))
        problems.add(code_problems(source, handler, runtime))
        if reserved_concurrent_executions is not None:
            problems.between(
                "reserved_concurrent_executions", reserved_concurrent_executions, 0, math.inf
            )
        groups = len(security_groups or ())
        problems.require(
            groups <= rules.MAX_SECURITY_GROUPS,
            f"`security_groups` must have {rules.MAX_SECURITY_GROUPS} at most, got: {groups}",
        )
        if vpc is None and (vpc_subnets is not None or security_groups is not None):
            problems.require(
                False, "`vpc` must be given with `vpc_subnets` and `security_groups`, got: None"
            )
        problems.raise_if_any()
        # Without bundling the CLI works on other stacks than this one and deploys no asset of it.
        bundled = is_python and source.is_dir() and Stack.of(scope).bundling_required
        package = _package(source, runtime, architecture) if bundled else None

        super().__init__(scope, construct_id)
        if package is not None and package.unpinned:
            Annotations.of(self).add_warning_v2(
                "serverless-stack:unpinned-requirements",
                f"the requirements of {source} do not pin {', '.join(package.unpinned)}, so that "
                "another machine may deploy other code; `uv pip compile --generate-hashes` does",
            )
        profile = Profile.of(self)
        self.log_group = log_group(
            self, "Logs", profile, retention=log_retention, removal_policy=removal_policy
        )
        runs_with = execution_role(self, self.log_group, profile, in_vpc=vpc is not None)
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(str(source.absolute()), exclude=_NEVER_DEPLOYED)
            if package is None
            else lambda_.Code.from_asset(str(package.folder), asset_hash=package.digest),
            handler=handler,
            runtime=runtime,
            architecture=architecture,
            memory_size=memory_size,
            timeout=timeout,
            ephemeral_storage_size=ephemeral_storage_size,
            environment=dict(environment or {}),
            description=description,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            role=runs_with.role,
            log_group=self.log_group,
        )
        apply_function_settings(
            self.function, runs_with, profile, concurrency=reserved_concurrent_executions
        )

    def add_environment(self, name: str, value: str) -> None:
        """Set one more environment variable.

        Args:
            name: A letter, then one or more letters, digits and underscores.
            value: The value; a CDK token is fine.

        Raises:
            ValueError: If the name is refused by Lambda or already set, or the value is no text.
        """
        problems = Problems(self.node.path)
        problems.add(rules.environment_name_problems([name], "name"))
        problems.add(rules.environment_value_problems({name: value}, "value"))
        problems.raise_if_any()
        add_environment(self.function, {name: value})


def _package(
    source: Path, runtime: lambda_.Runtime, architecture: lambda_.Architecture
) -> _packaging.Package:
    machine = "aarch64" if architecture.name == lambda_.Architecture.ARM_64.name else "x86_64"
    platform = LambdaPlatform(runtime.name.removeprefix("python"), machine)
    return _packaging.package(source, find_requirements(source), platform)
