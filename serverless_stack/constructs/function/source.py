"""The source of a function: which files of a folder belong to it, and checks of both."""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.assets import CLOUD_ASSEMBLY_FILES
from serverless_stack.constructs.function.entry_point import entry_problems

if TYPE_CHECKING:  # a package is made without loading CDK
    from aws_cdk import aws_lambda as lambda_

MAX_UNZIPPED_BYTES = 250 * 1024**2  # "Lambda quotas"
# Files that are not part of a handler, wherever they are in its folder.
_EXCLUDED = {
    "Pipfile",
    "Pipfile.lock",
    "__pycache__",
    "node_modules",
    "pdm.lock",
    "poetry.lock",
    "pylock.toml",
    "pyproject.toml",
    "requirements.in",
    "requirements.txt",
    "uv.lock",
}
_EXCLUDED_SUFFIXES = (".pyc", ".pyo")
_VIRTUAL_ENVIRONMENT_FILE = "pyvenv.cfg"


@dataclass(frozen=True)
class Source:
    """The files of a folder that belong to a Python handler.

    Attributes:
        files: The path of each file, by its path in the folder, sorted.
        problems: One message per file that cannot be packaged, without the argument's name.
    """

    files: dict[str, Path] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_source(folder: Path, exclude: Collection[str] = ()) -> Source:
    """Find the files of a folder that belong to a Python handler.

    Byte code, hidden files and folders, ``node_modules``, virtual environments, the output of
    ``cdk synth`` and the files that list requirements do not. Links are followed.

    Args:
        folder: The folder.
        exclude: Paths in the folder that do not belong to the handler, such as the app's output.
    """
    source = Source()
    for name, path, problem in _walk(str(folder), "", [os.path.realpath(folder)], exclude):
        if problem is None:
            source.files[name] = Path(path)
        else:
            source.problems.append(f"{problem}: {name!r}")
    return source


def _walk(
    folder: str, prefix: str, parents: Sequence[str], excluded: Collection[str]
) -> Iterator[tuple[str, str, str | None]]:
    """Yield the name and path of each file, and why it cannot be packaged, or None if it can."""
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except PermissionError:
        yield prefix.rstrip("/") or ".", folder, "a folder that cannot be read"
        return
    names = {entry.name for entry in entries}
    if prefix and (_VIRTUAL_ENVIRONMENT_FILE in names or names >= CLOUD_ASSEMBLY_FILES):
        return
    for entry in entries:
        if entry.name in _EXCLUDED or entry.name.startswith("."):
            continue
        name, real = f"{prefix}{entry.name}", os.path.realpath(entry.path)
        if name in excluded:
            continue
        if entry.is_dir():
            if real in parents:
                yield name, entry.path, "a link to a folder above it"
            else:
                yield from _walk(entry.path, f"{name}/", [*parents, real], excluded)
        elif not entry.name.endswith(_EXCLUDED_SUFFIXES):
            yield name, entry.path, _file_problem(entry)


def _file_problem(entry: os.DirEntry[str]) -> str | None:
    try:
        entry.name.encode()
        mode = entry.stat().st_mode
    except UnicodeEncodeError:
        return "a file name that is not in UTF-8"
    except OSError:
        return "a broken link"
    if not stat.S_ISREG(mode):
        return "a file that is not a regular one"
    return None if os.access(entry.path, os.R_OK) else "a file that cannot be read"


def code_problems(
    source: Path,
    entry: str,
    runtime: "lambda_.Runtime",
    *,
    code_argument: str = "code",
    entry_argument: str = "handler",
    exclude: Collection[str] = (),
    has_dependencies: bool = False,
) -> list[str]:
    """Check the code of a function and its entry point.

    Args:
        source: The folder, or an artifact: a .jar or .zip file.
        entry: The entry point; a CDK token passes.
        runtime: The runtime of the function.
        code_argument: The caller's name for the source, used in the messages.
        entry_argument: The caller's name for the entry point, used in the messages.
        exclude: Paths in the source that do not belong to it, such as the output of the app.
        has_dependencies: Whether the entry point may be in a dependency.

    Returns:
        One message per problem.
    """
    from serverless_stack.constructs._internal.runtimes import name_of

    problems = []
    name = name_of(runtime)
    is_java = name.startswith("java")
    # Of an artifact and of sources the class is looked for: an implementation of `RequestHandler`
    # needs no method.
    is_read = source.is_dir() or source.suffix in (".jar", ".zip")
    if is_java and not is_read and not is_unresolved(entry) and "::" not in entry:
        problems.append(
            f"`{entry_argument}` must be `package.Class::method` for {name}, got: {entry!r}"
        )
    if not source.exists():
        problems.append(
            f"`{code_argument}` must be an existing folder or file, got: {str(source)!r} "
            f"(looked for {source.absolute()})"
        )
    elif source.is_file():
        if source.suffix not in (".jar", ".zip"):
            problems.append(
                f"`{code_argument}` must be a folder, a .jar or a .zip file, got: {str(source)!r}"
            )
    elif name.startswith("python"):
        problems += python_problems(
            source,
            entry,
            name.removeprefix("python"),
            code_argument=code_argument,
            entry_argument=entry_argument,
            exclude=exclude,
            has_dependencies=has_dependencies,
        )
    elif not any(source.iterdir()):
        problems.append(_empty(source, code_argument))
    return problems


def python_problems(
    source: Path,
    entry: str,
    python: str,
    *,
    code_argument: str = "code",
    entry_argument: str = "handler",
    exclude: Collection[str] = (),
    has_dependencies: bool = False,
) -> list[str]:
    """Check the folder of a Python function and its entry point.

    Args:
        source: The folder, which exists.
        entry: The entry point; a CDK token passes.
        python: The Python version of the function, such as ``3.13``.
        code_argument: The caller's name for the folder, used in the messages.
        entry_argument: The caller's name for the entry point, used in the messages.
        exclude: Paths in the folder that do not belong to it, such as the output of the app.
        has_dependencies: Whether the entry point may be in a dependency.

    Returns:
        One message per problem.
    """
    read = read_source(source, exclude)
    problems = [
        f"`{code_argument}` must have regular files only, got: {problem}"
        for problem in read.problems
    ]
    if not read.files and not read.problems:
        problems.append(_empty(source, code_argument))
    elif not is_unresolved(entry):
        problems += entry_problems(
            entry,
            read.files,
            repr(str(source)),
            entry_argument,
            python=python,
            is_complete=not has_dependencies,
        )
    if not read.problems:  # before anything is read, copied and installed
        size = sum(path.stat().st_size for path in read.files.values())
        problems += size_problems(size, code_argument)
    return problems


def _empty(source: Path, argument: str) -> str:
    return f"`{argument}` must have source files in it, got an empty folder: {str(source)!r}"


def size_problems(size: int, argument: str = "code") -> list[str]:
    """Check the unzipped size of a package.

    Args:
        size: The size in bytes.
        argument: The caller's name for the code.
    """
    if size <= MAX_UNZIPPED_BYTES:
        return []
    return [
        f"`{argument}` must be {MAX_UNZIPPED_BYTES // 1024**2} MiB at most with all its "
        f"requirements, unzipped, got: {size / 1024**2:.1f} MiB"
    ]
