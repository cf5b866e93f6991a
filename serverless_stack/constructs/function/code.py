"""The code of a function as an asset: a packaged Python folder, or an artifact as it is."""

import os
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.assets import ignore_pattern, synth_outputs
from serverless_stack.constructs.function.entry_point import entry_problems
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.packaging import package
from serverless_stack.constructs.function.requirements import Requirements, find_requirements
from serverless_stack.constructs.function.source import code_problems, size_problems

# Of an artifact everything is deployed but these, which hold secrets or history.
_NEVER_DEPLOYED = (".git", ".env", ".env.*", ".npmrc", ".netrc", ".aws", ".ssh")


@dataclass(frozen=True)
class FunctionCode:
    """The code of a function.

    Attributes:
        code: The code, for CDK.
        unpinned: The distributions in it that the requirements do not pin, sorted.
    """

    code: lambda_.Code
    unpinned: tuple[str, ...] = ()


def function_code(
    scope: Construct,
    source: Path,
    entry: str,
    runtime: lambda_.Runtime,
    architecture: lambda_.Architecture,
    problems: Problems,
) -> FunctionCode:
    """Check and package the code of a function.

    Args:
        scope: The scope of the function.
        source: The folder, or a .jar or .zip file.
        entry: The entry point.
        runtime: The runtime.
        architecture: The instruction set.
        problems: The problems of the function's other arguments.

    Raises:
        ValueError: If there are problems, in the code or the other arguments.
    """
    output = synth_outputs(scope, source) if source.is_dir() else []
    is_python = runtime.family == lambda_.RuntimeFamily.PYTHON and source.is_dir()
    # `cdk deploy STACK` synthesizes the other stacks as well, and uses no asset of them.
    is_deployed = Stack.of(scope).bundling_required
    requirements = _requirements(source, problems) if is_python and is_deployed else None
    has_dependencies = not is_deployed or (requirements is not None and not requirements.is_empty)
    problems.add(
        code_problems(source, entry, runtime, exclude=output, has_dependencies=has_dependencies)
    )
    problems.raise_if_any()
    if not is_python:
        return FunctionCode(_artifact(source, output, problems))
    if not is_deployed:
        return FunctionCode(_folder_asset(source, output))
    machine = "aarch64" if architecture.name == lambda_.Architecture.ARM_64.name else "x86_64"
    platform = LambdaPlatform(runtime.name.removeprefix("python"), machine)
    packaged = package(source, requirements, platform, output)
    if has_dependencies and not is_unresolved(entry):
        place = f"{str(source)!r} with its requirements"
        problems.add(entry_problems(entry, packaged.files, place, python=platform.python))
    problems.add(size_problems(packaged.size))
    problems.raise_if_any()
    asset = lambda_.Code.from_asset(str(packaged.folder), asset_hash=packaged.digest)
    return FunctionCode(asset, packaged.unpinned)


def _requirements(source: Path, problems: Problems) -> Requirements | None:
    try:
        return find_requirements(source)
    except ValueError as error:
        problems.fail(str(error))
        return None


def _artifact(source: Path, output: Sequence[str], problems: Problems) -> lambda_.Code:
    if source.is_dir():
        _check_folder(source, output, problems)
        problems.raise_if_any()
        return _folder_asset(source, output)
    try:
        with zipfile.ZipFile(source) as archive:
            problems.add(size_problems(sum(info.file_size for info in archive.infolist())))
    except zipfile.BadZipFile:
        problems.fail(f"`code` must be a file in the format of zip, got: {str(source)!r}")
    problems.raise_if_any()
    return lambda_.Code.from_asset(str(source.absolute()))


def _folder_asset(source: Path, output: Sequence[str]) -> lambda_.Code:
    exclude = [*_NEVER_DEPLOYED, *map(ignore_pattern, output)]
    return lambda_.Code.from_asset(str(source.absolute()), exclude=exclude)


def _is_never_deployed(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _NEVER_DEPLOYED)


def _check_folder(folder: Path, output: Sequence[str], problems: Problems) -> None:
    """Check the size and kinds of the files in a folder that is deployed as it is."""
    size = 0
    excluded = {str(folder / path) for path in output}
    for root, folders, names in os.walk(folder):
        kept = [name for name in folders if os.path.join(root, name) not in excluded]
        folders[:] = [name for name in kept if not _is_never_deployed(name)]
        for path in (os.path.join(root, name) for name in names):
            status = os.lstat(path)
            size += status.st_size
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
                problems.fail(
                    "`code` must have regular files only, got a file that is not a regular one: "
                    f"{os.path.relpath(path, folder)!r}"
                )
    problems.add(size_problems(size))
