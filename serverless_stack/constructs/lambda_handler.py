"""LambdaHandler: a function with its code packaged, its logs finite and its calls traced."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Annotations, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.checks import lambda_ as rules
from serverless_stack.checks.problems import Problems, is_unresolved
from serverless_stack.constructs import _packaging
from serverless_stack.constructs._connect import add_environment
from serverless_stack.constructs._requirements import LambdaPlatform, find_requirements


class LambdaHandler(Construct):
    """A Lambda function made from a source folder.

    A Python folder is packaged with its ``requirements.txt``, ``uv.lock`` or ``pyproject.toml``
    by uv or pip, without Docker, as wheels for Lambda's platform, and with
    ``serverless_stack.runtime``. The same input gives the same bytes. Any other runtime takes a
    ready artefact: a jar with its ``Class::method``, a Node.js folder, a zip file.

    Default settings: arm64, X-Ray tracing active, a log group of its own that keeps
    logs for three months and outlives the stack, a role with no more than logging and tracing.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the function.
        code: Folder of the source, or path of a ready artefact; relative to the working folder.
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
        vpc_subnets: Subnets in that VPC. None takes the isolated ones, else the private ones.
        security_groups: Security groups in that VPC. None makes one.
        reserved_concurrent_executions: How many calls may run at once. None shares the account's.
        log_retention: How long logs are kept.
        removal_policy: What happens to the logs when the stack is deleted.

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
        runtime: lambda_.Runtime = lambda_.Runtime.PYTHON_3_13,
        architecture: lambda_.Architecture = lambda_.Architecture.ARM_64,
        memory_size: int = 256,
        timeout: Duration = Duration.seconds(15),
        ephemeral_storage_size: Size = Size.mebibytes(512),
        environment: Mapping[str, str] | None = None,
        description: str = "",
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        reserved_concurrent_executions: int | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
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
        problems.add(_code_problems(source, handler, is_python=is_python))
        if runtime.family == lambda_.RuntimeFamily.JAVA and not is_unresolved(handler):
            problems.require(
                "::" in handler,
                f"`handler` must be `package.Class::method` for {runtime.name}, got: {handler!r}",
            )
        if vpc is None and (vpc_subnets is not None or security_groups is not None):
            problems.require(
                False, "`vpc` must be given with `vpc_subnets` and `security_groups`, got: None"
            )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self, "Logs", retention=log_retention, removal_policy=removal_policy
        )
        self.function = lambda_.Function(
            self,
            "Function",
            code=self._package(source, runtime, architecture)
            if is_python and source.is_dir()
            else lambda_.Code.from_asset(str(source)),
            handler=handler,
            runtime=runtime,
            architecture=architecture,
            memory_size=memory_size,
            timeout=timeout,
            ephemeral_storage_size=ephemeral_storage_size,
            environment=dict(environment or {}),
            description=description or None,
            vpc=vpc,
            vpc_subnets=vpc_subnets or _reachable_subnets(vpc),
            security_groups=security_groups,
            reserved_concurrent_executions=reserved_concurrent_executions,
            log_group=self.log_group,
            tracing=lambda_.Tracing.ACTIVE,
        )

    def add_environment(self, name: str, value: str) -> None:
        """Set one more environment variable.

        Args:
            name: A letter, then one or more letters, digits and underscores.
            value: The value; a CDK token is fine.

        Raises:
            ValueError: If the name is refused by Lambda or already set.
        """
        problems = Problems(self.node.path)
        problems.add(rules.environment_name_problems([name], "name"))
        problems.raise_if_any()
        add_environment(self.function, {name: value})

    def _package(
        self, source: Path, runtime: lambda_.Runtime, architecture: lambda_.Architecture
    ) -> lambda_.Code:
        if not Stack.of(self).bundling_required:  # the CLI works on other stacks than this one
            return lambda_.Code.from_asset(str(source))
        requirements = find_requirements(source)
        if requirements is not None and not requirements.is_locked:
            Annotations.of(self).add_warning_v2(
                "serverless-stack:unlocked-requirements",
                f"{requirements.source} does not pin every requirement with `==`, so that another "
                "machine may deploy other code: `uv pip compile --generate-hashes` locks them",
            )
        machine = "aarch64" if architecture == lambda_.Architecture.ARM_64 else "x86_64"
        built = _packaging.package(
            source, requirements, LambdaPlatform(runtime.name.removeprefix("python"), machine)
        )
        return lambda_.Code.from_asset(str(built.folder), asset_hash=built.digest)


def _reachable_subnets(vpc: ec2.IVpc | None) -> ec2.SubnetSelection | None:
    if vpc is None or not vpc.isolated_subnets:
        return None
    return ec2.SubnetSelection(subnets=vpc.isolated_subnets)


def _code_problems(source: Path, handler: str, *, is_python: bool) -> list[str]:
    if not source.exists():
        return [
            f"`code` must be an existing folder or file, got: {str(source)!r} "
            f"(looked for {source.absolute()})"
        ]
    if source.is_file():
        if source.suffix in (".jar", ".zip"):
            return []
        return [f"`code` must be a folder, a .jar or a .zip file, got: {str(source)!r}"]
    files = _packaging.source_files(source)
    if not files:
        return [f"`code` must have source files in it, got an empty folder: {str(source)!r}"]
    module = handler.rpartition(".")[0].replace(".", "/")
    if is_python and not {f"{module}.py", f"{module}/__init__.py"} & files.keys():
        return [
            f"`handler` must name a module in `code` and a function in it, got: {handler!r}, "
            f"but {str(source)!r} has no {module or handler}.py"
        ]
    return []
