"""LambdaHandler: a Lambda function with its package, role and log group."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import lambda_function as rules
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.connect import add_environment
from serverless_stack.constructs._internal.durations import seconds
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.places import remember_vpc
from serverless_stack.constructs._internal.roles import apply_function_settings, execution_role
from serverless_stack.constructs._internal.runtimes import ARM_64
from serverless_stack.constructs._internal.tree import path_of, remember_place
from serverless_stack.constructs.function import arguments
from serverless_stack.constructs.function.alias import find_live_alias, live_alias
from serverless_stack.constructs.function.code import (
    CodeSettings,
    function_code,
    is_image,
    staged_code_problems,
)
from serverless_stack.constructs.function.connections.connections import Connections
from serverless_stack.constructs.function.invocations import (
    Destination,
    configure_invocations,
    invocation_problems,
)
from serverless_stack.constructs.function.release import Release, add_release, release_problems
from serverless_stack.constructs.function.triggers.triggers import Triggers
from serverless_stack.constructs.function.url import FunctionUrl, add_function_url, url_problems
from serverless_stack.constructs.function.warming import keep_warm
from serverless_stack.constructs.function.warmth import WarmFunction, Warmth, warmth_problems
from serverless_stack.constructs.profiles.profile import Profile


class LambdaHandler(Triggers, Connections, Construct):
    """A Lambda function made of a folder.

    A Python folder is packaged with its ``requirements.txt``, ``uv.lock`` or ``pyproject.toml``
    by uv or pip, without Docker, as wheels for Lambda's platform, and with
    ``serverless_stack.runtime``. The same input gives the same bytes. A Java folder is built by its
    ``pom.xml`` or ``build.gradle``, or by ``javac`` if it has neither. Any other runtime takes an
    artifact: a Node.js folder, a jar, a zip file.

    By default the function runs on arm64 with X-Ray tracing, a log group of its own, and a role
    that allows it to log and trace. The profile adds the rest, such as a dead-letter queue.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the function.
        code: The folder of the source, or the path of an artifact, relative to the working folder;
            any ``aws_lambda.Code``; or a container image (``aws_lambda.Code.from_ecr_image``). With
            its layers it has 250 MiB at most, unzipped ("Lambda quotas"). ``.git``, ``.env``,
            ``.env.*``, ``.npmrc``, ``.netrc``, ``.aws`` and ``.ssh`` are never deployed, and no
            hidden file of a Python folder.
        handler: The entry point: ``module.function`` in Python, ``package.Class::method`` in
            Java, ``file.export`` in Node.js.
        runtime: The runtime.
        architecture: The instruction set, for which wheels are chosen.
        layers: Layers for this runtime and architecture, 5 at most.
        bytecode: Whether Python files are compiled when they are packaged, so that cold starts do
            not. Default: if this machine has an interpreter of the function's Python version and
            the package stays below Lambda's limit.
        memory_size: The memory in MiB, 128-10240; CPU grows with it ("Lambda quotas").
        timeout: The time-out, 1-900 seconds. API Gateway waits 29 seconds at most.
        ephemeral_storage_size: The size of ``/tmp``, 512-10240 MiB.
        environment: Environment variables. ``connect`` adds others, and refuses to replace these.
        environment_key: The KMS key for the environment variables. Default: set by the profile
            (production: Lambda's own).
        description: A description for the console.
        vpc: The VPC, which is needed to reach a cache. Default: none.
        vpc_subnets: The subnets in that VPC. Default: private subnets with a way out, else
            isolated ones.
        security_groups: The security groups in that VPC. Default: a new one.
        reserved_concurrent_executions: The reserved concurrency. Default: set by the profile
            (production: none; the function shares that of the account).
        warmth: How environments are kept ready: ``Warmth.ping()``, ``Warmth.provisioned()`` or
            ``Warmth.snap_start()``. Default: Lambda starts them when requests come.
        release: How requests move to a new version: ``Release.canary()``, ``Release.linear()`` or
            ``Release.all_at_once()``. Callers then use the alias ``live``. Default: at once,
            without an alias and without a rollback.
        url: An HTTPS endpoint without an API. Default: none.
        on_failure: Where the events of asynchronous calls go that failed: a queue, a topic, an
            event bus, a function, or an ``aws_lambda_destinations`` object. Default: the profile's
            dead-letter queue (production), which gets them as well if this is given.
        on_success: Where the results of asynchronous calls go. Default: nowhere.
        retry_attempts: How often a failed asynchronous call is repeated, 0-2. Default: 2.
        max_event_age: How long an asynchronous call may wait, 60-21600 seconds. Default: 6 hours.
        code_signing_config: Whose signature the code must have. Default: none.
        log_format: Text, or JSON objects with level and request id. Default: text; JSON with
            ``log_level``.
        log_level: The lowest level of the messages that are kept. Default: all.
        log_retention: How long logs are kept. Default: set by the profile.
        removal_policy: What happens to the logs when the stack is deleted. Default: set by the
            profile.

    Attributes:
        function: The function.
        log_group: Its log group.
        function_url: Its URL; None without ``url``.

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
        code: str | Path | lambda_.Code | lambda_.DockerImageCode,
        handler: str = arguments.DEFAULT_HANDLER,
        runtime: lambda_.Runtime = arguments.DEFAULT_RUNTIME,
        architecture: lambda_.Architecture = ARM_64,
        layers: Sequence[lambda_.ILayerVersion] = (),
        bytecode: bool | None = None,
        memory_size: int = 256,
        timeout: Duration = seconds(15),
        ephemeral_storage_size: Size = arguments.DEFAULT_STORAGE,
        environment: Mapping[str, str] | None = None,
        environment_key: kms.IKey | kms.Key | None = None,
        description: str | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        reserved_concurrent_executions: int | None = None,
        warmth: Warmth | None = None,
        release: Release | None = None,
        url: FunctionUrl | None = None,
        on_failure: Destination | None = None,
        on_success: Destination | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration | None = None,
        code_signing_config: lambda_.ICodeSigningConfig | None = None,
        log_format: lambda_.LoggingFormat | None = None,
        log_level: lambda_.ApplicationLogLevel | None = None,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        problems = Problems(path_of(scope), construct_id)
        problems.add(arguments.size_problems(memory_size, timeout, ephemeral_storage_size))
        problems.add(arguments.text_problems(environment or {}, description, handler, runtime))
        problems.add(
            arguments.place_problems(
                reserved_concurrent_executions, vpc, vpc_subnets, security_groups
            )
        )
        problems.add(
            arguments.packaging_problems(
                code, handler, runtime, architecture, layers, bytecode, code_signing_config
            )
        )
        problems.add(arguments.log_problems(log_format, log_level))
        problems.add(
            invocation_problems(
                on_failure=on_failure,
                on_success=on_success,
                retry_attempts=retry_attempts,
                max_event_age=max_event_age,
            )
        )
        if release is not None:
            problems.add(release_problems(release))
        if warmth is not None:
            reserved = reserved_concurrent_executions
            if reserved is None:
                reserved = Profile.of(scope).settings.concurrency or None
            warm = WarmFunction(code, runtime, ephemeral_storage_size, reserved, release)
            problems.add(warmth_problems(warmth, warm))
        if url is not None:
            problems.add(url_problems(url, runtime, Profile.of(scope), is_image=is_image(code)))
        settings = CodeSettings(handler, runtime, architecture, layers, bytecode)
        asset = function_code(scope, code, settings, problems)

        super().__init__(scope, construct_id)
        self._vpc = vpc
        profile = Profile.of(self)
        group = log_group(
            self, "Logs", profile, retention=log_retention, removal_policy=removal_policy
        )
        role = execution_role(
            self, group, profile, in_vpc=vpc is not None, environment_key=environment_key
        )
        function = asset.construct(
            self,
            "Function",
            architecture=architecture,
            layers=list(layers) or None,
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
            logging_format=lambda_.LoggingFormat.JSON if log_level else log_format,
            application_log_level_v2=log_level,
            code_signing_config=code_signing_config,
        )
        remember_place(function, self, "Function")
        if vpc is not None:
            remember_vpc(function, vpc)
        apply_function_settings(function, role, profile, concurrency=reserved_concurrent_executions)
        if not isinstance(code, str | Path):
            problems.add(staged_code_problems(function, settings))
            problems.raise_if_any()
        asset.add_warnings(self)
        self.function: lambda_.Function = function
        self.log_group: logs.LogGroup = group
        if release is not None:
            add_release(self, live_alias(self, function), release, profile)
        if warmth is not None:
            keep_warm(self, function, warmth, handler, profile)
        configure_invocations(
            self,
            function,
            self.target,
            on_failure=on_failure,
            on_success=on_success,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
        )
        self.function_url: lambda_.FunctionUrl | None = (
            None if url is None else add_function_url(self, self.target, url)
        )

    @property
    def target(self) -> lambda_.IFunction:
        """What callers invoke: the alias ``live`` of a function that has one, else the function.

        An API, a URL, triggers and other functions call this.
        """
        alias = find_live_alias(self)
        return self.function if alias is None else alias

    @property
    def url(self) -> str:
        """The function URL, with a slash at its end; a token at synthesis.

        Raises:
            ValueError: If the function was created without ``url``.
        """
        if self.function_url is None:
            raise ValueError(
                f"`url` must be given to {path_of(self)}, such as FunctionUrl(), got: None"
            )
        return self.function_url.url

    @check_types
    def add_environment(self, name: str, value: str) -> None:
        """Set one more environment variable.

        Args:
            name: A letter, then one or more letters, digits and underscores.
            value: The value; a CDK token passes.

        Raises:
            ValueError: If the name is already set or refused by Lambda, or the value is not text.
        """
        problems = Problems(path_of(self))
        problems.add(rules.environment_name_problems([name], "name"))
        problems.add(rules.environment_value_problems({name: value}, "value"))
        problems.raise_if_any()
        add_environment(self.function, {name: value})
