"""Checks of the arguments of ``LambdaHandler`` that are about one of its subjects each."""

import math
from collections.abc import Mapping, Sequence

from aws_cdk import Duration, Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import lambda_function as rules
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.places import function_subnet_problems
from serverless_stack.constructs._internal.runtimes import PYTHON, family_of, name_of
from serverless_stack.constructs.function.code import is_image
from serverless_stack.constructs.function.layers import layer_problems

DEFAULT_HANDLER = "index.handler"
DEFAULT_RUNTIME = PYTHON
_DEFAULT_MIB = 512
DEFAULT_STORAGE = Size.mebibytes(_DEFAULT_MIB)
_IMAGE_RUNTIME = "FROM_IMAGE"  # the name of Runtime.FROM_IMAGE


def size_problems(memory_size: int, timeout: Duration, ephemeral_storage_size: Size) -> list[str]:
    """Check the memory, the time-out and the size of ``/tmp``."""
    problems = Problems()
    problems.between("memory_size", memory_size, *rules.MEMORY_SIZE_MIB, "MiB")
    problems.add(seconds_problems("timeout", timeout, *rules.TIMEOUT_SECONDS))
    size = _mebibytes(ephemeral_storage_size)
    if size is not None:
        problems.between("ephemeral_storage_size", size, *rules.EPHEMERAL_STORAGE_MIB, "MiB")
        problems.require(
            size == int(size), f"`ephemeral_storage_size` must be whole MiB, got: {size:g} MiB"
        )
    return problems.messages


@once_per_object
def _mebibytes(size: Size) -> float | None:
    """Return a size in MiB; None if it is known at deployment only."""
    if size is DEFAULT_STORAGE:
        return _DEFAULT_MIB
    return None if size.is_unresolved() else size.to_kibibytes() / 1024


def text_problems(
    environment: Mapping[str, str], description: str | None, handler: str, runtime: lambda_.Runtime
) -> list[str]:
    """Check the environment, the description and the names of entry point and runtime."""
    problems = Problems()
    problems.add(rules.environment_name_problems(environment))
    problems.add(rules.environment_value_problems(environment))
    problems.add(rules.environment_size_problems(environment))
    if description is not None:
        problems.add(rules.description_problems(description))
    problems.add(rules.handler_problems(handler))
    problems.add(rules.runtime_problems(name_of(runtime)))
    return problems.messages


def place_problems(
    concurrency: int | None,
    vpc: ec2.IVpc | None,
    vpc_subnets: ec2.SubnetSelection | None,
    security_groups: Sequence[ec2.ISecurityGroup] | None,
) -> list[str]:
    """Check the reserved concurrency and the place in a network."""
    problems = Problems()
    if concurrency is not None:
        problems.between("reserved_concurrent_executions", concurrency, 0, math.inf)
    if vpc is not None:
        problems.add(function_subnet_problems(vpc, vpc_subnets))
    if len(security_groups or ()) > rules.MAX_SECURITY_GROUPS:
        problems.fail(
            f"`security_groups` must have {rules.MAX_SECURITY_GROUPS} at most, "
            f"got: {len(security_groups or ())}"
        )
    if vpc is None and (vpc_subnets is not None or security_groups is not None):
        problems.fail("`vpc` must be given with `vpc_subnets` and `security_groups`, got: None")
    return problems.messages


def packaging_problems(
    code: object,
    handler: str,
    runtime: lambda_.Runtime,
    architecture: lambda_.Architecture,
    layers: Sequence[lambda_.ILayerVersion],
    bytecode: bool | None,
    code_signing_config: lambda_.ICodeSigningConfig | None,
) -> list[str]:
    """Check what goes together with the kind of the code, and the layers."""
    problems = Problems()
    if not is_image(code):
        if name_of(runtime) == _IMAGE_RUNTIME:
            problems.fail(
                "`code` must be a container image with Runtime.FROM_IMAGE, such as "
                f"Code.from_ecr_image(repository), got: {code if _is_path(code) else type(code)}"
            )
        if bytecode and (family_of(runtime) != lambda_.RuntimeFamily.PYTHON or not _is_path(code)):
            problems.fail(
                "`bytecode` must be False but for a folder of Python files, got: True with "
                f"{name_of(runtime) if _is_path(code) else type(code).__name__}"
            )
        problems.add(layer_problems(layers, runtime, architecture))
        return problems.messages
    if handler not in (DEFAULT_HANDLER, lambda_.Handler.FROM_IMAGE):
        problems.fail(
            "`handler` must be left out with a container image, which names its command itself "
            f"(pass `cmd` to Code.from_ecr_image), got: {handler!r}"
        )
    if name_of(runtime) not in (name_of(DEFAULT_RUNTIME), _IMAGE_RUNTIME):
        problems.fail(
            "`runtime` must be left out with a container image, which brings its own, "
            f"got: {name_of(runtime)}"
        )
    extras = {"layers": layers, "bytecode": bytecode, "code_signing_config": code_signing_config}
    for name, value in extras.items():
        if value:
            problems.fail(
                f"`{name}` must be left out with a container image, for which Lambda "
                "does not have it"
            )
    return problems.messages


def log_problems(
    log_format: lambda_.LoggingFormat | None, log_level: lambda_.ApplicationLogLevel | None
) -> list[str]:
    """Check that a level goes with the format of logs."""
    if log_level is None or log_format in (None, lambda_.LoggingFormat.JSON):
        return []
    return [
        "`log_format` must be LoggingFormat.JSON with `log_level`, by which Lambda filters JSON "
        f"only, got: {log_format}"
    ]


def _is_path(code: object) -> bool:
    return not isinstance(code, lambda_.Code | lambda_.DockerImageCode)
