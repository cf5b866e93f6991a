"""What this process has packaged, so that an edited function is packaged again without the app."""

import os
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.constructs.function.entry_point import entry_problems
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.packaging import package
from serverless_stack.constructs.function.requirements import find_requirements
from serverless_stack.constructs.function.source import read_source, size_problems


@dataclass(frozen=True)
class Packaged:
    """What the package of a Python function was made of.

    Attributes:
        path: The path of the construct.
        source: The folder of the handler, absolute.
        entry: The entry point.
        python: The Python version of the function.
        machine: Its machine, as of `LambdaPlatform`.
        exclude: Paths in the source that do not belong to it.
        bytecode: Whether its Python files are compiled. None: if they can be.
        requirements: The digest of its requirements; empty without any.
    """

    path: str
    source: str
    entry: str
    python: str
    machine: str
    exclude: tuple[str, ...]
    bytecode: bool | None
    requirements: str


PACKAGES: list[Packaged] = []
"""The packages of this process, in the order in which the app made them."""


def package_again(before: Packaged) -> tuple[str, Path] | None:
    """Package a function of which files were edited.

    Args:
        before: How it was packaged.

    Returns:
        The hash of the new asset, and its archive. None if only a synthesis can tell: the
        requirements have changed, or something is wrong with the code.
    """
    source = Path(before.source)
    if not source.is_dir() or read_source(source, before.exclude).problems:
        return None
    requirements = find_requirements(source)
    if (requirements.digest if requirements else "") != before.requirements:
        return None
    platform = LambdaPlatform(before.python, before.machine)
    made = package(source, requirements, platform, before.exclude, bytecode=before.bytecode)
    place = os.fspath(source)
    if entry_problems(before.entry, made.files, place, python=before.python):
        return None
    return None if size_problems(made.size) else (made.asset_hash, made.archive)
