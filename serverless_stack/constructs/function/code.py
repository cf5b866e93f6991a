"""The code of a function: a packaged folder, an artifact as it is, code of CDK, or an image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.assets import ignore_pattern, synth_outputs
from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.runtimes import family_of, name_of
from serverless_stack.constructs._internal.tree import stack_of
from serverless_stack.constructs.function.artifacts import (
    NEVER_DEPLOYED,
    read_artifact,
    staged_artifact,
)
from serverless_stack.constructs.function.bytecode import find_interpreter
from serverless_stack.constructs.function.entry_point import entry_problems
from serverless_stack.constructs.function.function_code import FunctionCode, NoByteCode
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.java_build import build_java, content_digest
from serverless_stack.constructs.function.layers import room_beside, size_problems_with
from serverless_stack.constructs.function.other_entry_points import artifact_entry_problems
from serverless_stack.constructs.function.packaging import package
from serverless_stack.constructs.function.repackaging import PACKAGES, Packaged
from serverless_stack.constructs.function.requirements import Requirements, find_requirements
from serverless_stack.constructs.function.source import code_problems

_IMAGES = (lambda_.DockerImageCode, lambda_.EcrImageCode, lambda_.AssetImageCode)


@dataclass(frozen=True)
class CodeSettings:
    """What decides how code is packaged and checked.

    Attributes:
        entry: The entry point.
        runtime: The runtime.
        architecture: The instruction set.
        layers: The layers of the function.
        bytecode: Whether Python files are compiled. None: if this machine and their size allow.
    """

    entry: str
    runtime: lambda_.Runtime
    architecture: lambda_.Architecture
    layers: Sequence[lambda_.ILayerVersion] = ()
    bytecode: bool | None = None


@once_per_object
def is_bundled(stack: Stack) -> bool:
    """Whether the assets of a stack are used: ``cdk deploy STACK`` uses none of the others.

    Args:
        stack: The stack.
    """
    return stack.bundling_required


def is_image(code: object) -> bool:
    """Whether code is a container image.

    Args:
        code: The code.
    """
    return isinstance(code, _IMAGES)


def function_code(
    scope: Construct,
    code: str | Path | lambda_.Code | lambda_.DockerImageCode,
    settings: CodeSettings,
    problems: Problems,
) -> FunctionCode:
    """Check and package the code of a function.

    Args:
        scope: The scope of the function.
        code: The folder, a .jar or .zip file, code of CDK, or a container image.
        settings: How to package and check it.
        problems: The problems of the function's other arguments.

    Raises:
        ValueError: If there are problems, in the code or the other arguments.
    """
    if isinstance(code, lambda_.DockerImageCode):
        problems.raise_if_any()
        return FunctionCode(partial(lambda_.DockerImageFunction, code=code))
    if isinstance(code, lambda_.Code):
        if isinstance(code, lambda_.InlineCode):
            problems.add(_inline_problems(scope, code, settings))
        problems.raise_if_any()
        return FunctionCode(_constructor(code, settings))
    source = Path(code)
    output = synth_outputs(scope, source) if source.is_dir() else []
    is_python = family_of(settings.runtime) == lambda_.RuntimeFamily.PYTHON and source.is_dir()
    # `cdk deploy STACK` synthesizes the other stacks as well, and uses no asset of them.
    is_deployed = is_bundled(stack_of(scope))
    requirements = _requirements(source, problems) if is_python and is_deployed else None
    has_requirements = not is_deployed or (requirements is not None and not requirements.is_empty)
    problems.add(
        code_problems(
            source,
            settings.entry,
            settings.runtime,
            exclude=output,
            has_dependencies=has_requirements or bool(settings.layers),
        )
    )
    problems.raise_if_any()
    if not is_deployed:
        asset = _folder_asset(source, output) if source.is_dir() else _file_asset(source)
        return FunctionCode(_constructor(asset, settings))
    if not is_python:
        return FunctionCode(_constructor(_artifact(source, output, settings, problems), settings))
    machine = "aarch64" if name_of(settings.architecture) == "arm64" else "x86_64"
    platform = LambdaPlatform(name_of(settings.runtime).removeprefix("python"), machine)
    packaged = package(
        source,
        requirements,
        platform,
        output,
        bytecode=settings.bytecode,
        max_size=room_beside(settings.layers),
    )
    if has_requirements and not settings.layers and not is_unresolved(settings.entry):
        place = f"{str(source)!r} with its requirements"
        problems.add(entry_problems(settings.entry, packaged.files, place, python=platform.python))
    problems.add(size_problems_with(packaged.size, settings.layers))
    problems.raise_if_any()
    if not settings.layers and not is_unresolved(settings.entry):
        PACKAGES.append(
            Packaged(
                problems.path,
                str(source.resolve()),
                settings.entry,
                platform.python,
                platform.machine,
                tuple(output),
                settings.bytecode,
                requirements.digest if requirements else "",
            )
        )
    asset = lambda_.Code.from_asset(str(packaged.archive), asset_hash=packaged.digest)
    lacks_byte_code = settings.bytecode is not False and not packaged.has_byte_code
    return FunctionCode(
        _constructor(asset, settings),
        source,
        packaged.unpinned,
        _why_no_byte_code(platform.python, settings) if lacks_byte_code else None,
        platform.python,
    )


def _why_no_byte_code(python: str, settings: CodeSettings) -> NoByteCode:
    if settings.bytecode:
        return NoByteCode.ASKED_FOR
    return NoByteCode.NO_INTERPRETER if find_interpreter(python) is None else NoByteCode.TOO_LARGE


def staged_code_problems(function: lambda_.Function, settings: CodeSettings) -> list[str]:
    """Check the code of a function that CDK has packaged, by what is in its asset.

    Args:
        function: The function.
        settings: How it was packaged.

    Returns:
        One message per problem; none if the code is no asset of this app.
    """
    artifact = staged_artifact(function)
    if artifact is None:
        return []
    problems = artifact_entry_problems(
        settings.entry,
        artifact.files,
        "it",
        settings.runtime,
        is_complete=not settings.layers,
    )
    return [*problems, *size_problems_with(artifact.size, settings.layers)]


def _inline_problems(
    scope: Construct, code: lambda_.InlineCode, settings: CodeSettings
) -> list[str]:
    """Check the entry point of code that is in the template, whose file is called ``index``."""
    suffix = "py" if family_of(settings.runtime) == lambda_.RuntimeFamily.PYTHON else "js"
    text = code.bind(scope).inline_code
    if text is None or is_unresolved(text):
        return []
    files = {f"index.{suffix}": _Text(text)}
    return artifact_entry_problems(
        settings.entry, files, "it", settings.runtime, is_complete=not settings.layers
    )


@dataclass(frozen=True)
class _Text:
    text: str

    def read_bytes(self) -> bytes:
        return self.text.encode()


def _constructor(code: lambda_.Code, settings: CodeSettings) -> Callable[..., lambda_.Function]:
    if is_image(code):
        handler, runtime = lambda_.Handler.FROM_IMAGE, lambda_.Runtime.FROM_IMAGE
    else:
        handler, runtime = settings.entry, settings.runtime
    return partial(lambda_.Function, code=code, handler=handler, runtime=runtime)


def _requirements(source: Path, problems: Problems) -> Requirements | None:
    try:
        return find_requirements(source)
    except ValueError as error:
        problems.fail(str(error))
        return None


def _artifact(
    source: Path, output: Sequence[str], settings: CodeSettings, problems: Problems
) -> lambda_.Code:
    built = None
    if source.is_dir() and family_of(settings.runtime) == lambda_.RuntimeFamily.JAVA:
        try:
            built = build_java(source, name_of(settings.runtime).removeprefix("java"))
        except ValueError as error:
            problems.fail(str(error))
            problems.raise_if_any()
    artifact = read_artifact(built or source, () if built else output)
    problems.add(
        f"`code` must have regular files only, got {problem}"
        if source.is_dir()
        else f"`code` must be a file in the format of zip, got {problem}"
        for problem in artifact.problems
    )
    problems.add(
        artifact_entry_problems(
            settings.entry,
            artifact.files,
            repr(str(source)),
            settings.runtime,
            is_complete=not settings.layers,
        )
    )
    problems.add(size_problems_with(artifact.size, settings.layers))
    problems.raise_if_any()
    if built is not None:
        # The same classes have the same hash, whatever compressed them.
        return lambda_.Code.from_asset(str(built), asset_hash=content_digest(artifact.files))
    return _folder_asset(source, output) if source.is_dir() else _file_asset(source)


def _file_asset(source: Path) -> lambda_.Code:
    return lambda_.Code.from_asset(str(source.absolute()))


def _folder_asset(source: Path, output: Sequence[str]) -> lambda_.Code:
    exclude = [*NEVER_DEPLOYED, *map(ignore_pattern, output)]
    return lambda_.Code.from_asset(str(source.absolute()), exclude=exclude)
