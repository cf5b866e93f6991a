"""LambdaHandler: a Lambda function with its package, role and log group."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Annotations, Duration, RemovalPolicy, Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import lambda_function as rules
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.connect import add_environment
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.places import function_subnet_problems
from serverless_stack.constructs._internal.roles import apply_function_settings, execution_role
from serverless_stack.constructs.function.alias import find_live_alias
from serverless_stack.constructs.function.code import function_code
from serverless_stack.constructs.function.connections.connections import Connections
from serverless_stack.constructs.function.triggers.triggers import Triggers
from serverless_stack.constructs.profiles.profile import Profile


class LambdaHandler(Triggers, Connections, Construct):
    """A Lambda function made of a folder.

    A Python folder is packaged with its ``requirements.txt``, ``uv.lock`` or ``pyproject.toml``
    by uv or pip, without Docker, as wheels for Lambda's platform, and with
    ``serverless_stack.runtime``. The same input gives the same bytes. Any other runtime takes an
    artifact: a jar with its ``Class::method``, a Node.js folder, a zip file.

    By default the function runs on arm64 with X-Ray tracing, a log group of its own, and a role
    that allows it to log and trace. The profile adds the rest, such as a dead-letter queue.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the function.
        code: The folder of the source, or the path of an artifact, relative to the working folder.
            ``.git``, ``.env``, ``.env.*``, ``.npmrc``, ``.netrc``, ``.aws`` and ``.ssh`` are never
            deployed, and no hidden file of a Python folder.
        handler: The entry point: ``module.function`` in Python, ``package.Class::method`` in
            Java, ``file.export`` in Node.js.
        runtime: The runtime.
        architecture: The instruction set, for which wheels are chosen.
        memory_size: The memory in MiB, 128-10240; CPU grows with it ("Lambda quotas").
        timeout: The time-out, 1-900 seconds. API Gateway waits 29 seconds at most.
        ephemeral_storage_size: The size of ``/tmp``, 512-10240 MiB.
        environment: Environment variables. ``connect`` adds others, and refuses to replace these.
        description: A description for the console.
        vpc: The VPC, which is needed to reach a cache. Default: none.
        vpc_subnets: The subnets in that VPC. Default: private subnets with a way out, else
            isolated ones.
        security_groups: The security groups in that VPC. Default: a new one.
        reserved_concurrent_executions: The reserved concurrency. Default: set by the profile
            (production: none; the function shares that of the account).
        log_retention: How long logs are kept. Default: set by the profile.
        removal_policy: What happens to the logs when the stack is deleted. Default: set by the
            profile.

    Attributes:
        function: The function.
        log_group: Its log group.

    Raises:
        ValueError: If an argument is out of range, the code is missing, empty or too large, or
            its requirements cannot be installed for Lambda.
    """

    @check_types
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
        problems = Problems(scope.node.path, construct_id)
        problems.between("memory_size", memory_size, *rules.MEMORY_SIZE_MIB, "MiB")
        problems.add(seconds_problems("timeout", timeout, *rules.TIMEOUT_SECONDS))
        if not ephemeral_storage_size.is_unresolved():
            size = ephemeral_storage_size.to_kibibytes() / 1024
            problems.between("ephemeral_storage_size", size, *rules.EPHEMERAL_STORAGE_MIB, "MiB")
            problems.require(
                size == int(size), f"`ephemeral_storage_size` must be whole MiB, got: {size:g} MiB"
            )
        problems.add(rules.environment_name_problems(environment or {}))
        problems.add(rules.environment_value_problems(environment or {}))
        problems.add(rules.environment_size_problems(environment or {}))
        if description is not None:
            problems.add(rules.description_problems(description))
        problems.add(rules.handler_problems(handler))
        problems.add(rules.runtime_problems(runtime.name))
        if reserved_concurrent_executions is not None:
            problems.between(
                "reserved_concurrent_executions", reserved_concurrent_executions, 0, math.inf
            )
        if vpc is not None:
            problems.add(function_subnet_problems(vpc, vpc_subnets))
        if len(security_groups or ()) > rules.MAX_SECURITY_GROUPS:
            problems.fail(
                f"`security_groups` must have {rules.MAX_SECURITY_GROUPS} at most, "
                f"got: {len(security_groups or ())}"
            )
        if vpc is None and (vpc_subnets is not None or security_groups is not None):
            problems.fail("`vpc` must be given with `vpc_subnets` and `security_groups`, got: None")
        asset = function_code(scope, Path(code), handler, runtime, architecture, problems)

        super().__init__(scope, construct_id)
        self._vpc = vpc
        profile = Profile.of(self)
        group = log_group(
            self, "Logs", profile, retention=log_retention, removal_policy=removal_policy
        )
        role = execution_role(self, group, profile, in_vpc=vpc is not None)
        function = lambda_.Function(
            self,
            "Function",
            code=asset.code,
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
            role=role.role,
            log_group=group,
        )
        apply_function_settings(function, role, profile, concurrency=reserved_concurrent_executions)
        if asset.unpinned:
            Annotations.of(self).add_warning_v2(
                "serverless-stack:unpinned-requirements",
                f"the requirements of {code} do not pin {', '.join(asset.unpinned)}, so that "
                "another machine may deploy other code; `uv pip compile --generate-hashes` pins "
                "all of them",
            )
        self.function: lambda_.Function = function
        self.log_group: logs.LogGroup = group

    @property
    def target(self) -> lambda_.IFunction:
        """What callers invoke: the alias ``live`` of a function that has one, else the function.

        An API, a URL, triggers and other functions call this.
        """
        alias = find_live_alias(self)
        return self.function if alias is None else alias

    @check_types
    def add_environment(self, name: str, value: str) -> None:
        """Set one more environment variable.

        Args:
            name: A letter, then one or more letters, digits and underscores.
            value: The value; a CDK token passes.

        Raises:
            ValueError: If the name is already set or refused by Lambda, or the value is not text.
        """
        problems = Problems(self.node.path)
        problems.add(rules.environment_name_problems([name], "name"))
        problems.add(rules.environment_value_problems({name: value}, "value"))
        problems.raise_if_any()
        add_environment(self.function, {name: value})
