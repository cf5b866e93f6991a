"""Packages of parts of this library: in every handler, and for the functions of the constructs."""

import hashlib
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from serverless_stack.constructs.function.archives import (
    Entry,
    check_unchanged,
    digest_of,
    files_of,
    read_entries,
    write_archive,
)
from serverless_stack.constructs.function.installation import (
    LambdaPlatform,
    install,
)
from serverless_stack.constructs.function.package_cache import cached_archive
from serverless_stack.constructs.function.record import write_record
from serverless_stack.constructs.function.requirements import Requirements, find_requirements

_FORMAT = "5"
RUNTIME = (
    "_shared/__init__.py",
    "_shared/cache_tags.py",
    "_shared/content/__init__.py",
    "_shared/content/headers.py",
    "_shared/content/keys.py",
    "_shared/content/properties.py",
    "_shared/content/rules.py",
    "_shared/contract.py",
    "_shared/cors.py",
    "_shared/files.py",
    "_shared/text.py",
    "runtime",
)
"""The parts of this library in every handler."""


@dataclass(frozen=True)
class LibraryParts:
    """Parts of this library.

    Attributes:
        root: The folder of this library.
        files: The path of each file, by its path in a package.
        entries: What the files are.
        digest: The digest of the entries.
    """

    root: Path
    files: Mapping[str, Path]
    entries: Mapping[str, Entry]
    digest: str


@dataclass(frozen=True)
class LibraryPackage:
    """A package of parts of this library.

    Attributes:
        archive: The zip file.
        digest: The digest of its files, which is also the hash of its asset.
    """

    archive: Path
    digest: str


@cache
def library_parts(*parts: str) -> LibraryParts:
    """Return parts of this library, read once in a process.

    Args:
        parts: Their paths in the library: folders, or modules with their ``.py``.
    """
    root = _library_root()
    paths = [root / "__init__.py", root / "py.typed"]
    for part in map(root.joinpath, parts):
        paths += part.rglob("*.py") if part.is_dir() else [part]
    files = {f"serverless_stack/{path.relative_to(root).as_posix()}": path for path in paths}
    entries = read_entries(files)
    return LibraryParts(root, files, entries, digest_of(entries))


def package_library(
    *parts: str, requirements: Requirements | None = None, platform: LambdaPlatform | None = None
) -> LibraryPackage:
    """Package parts of this library for a function that the constructs deploy.

    Args:
        parts: Their paths in the library: folders, or modules with their ``.py``.
        requirements: What they import beside boto3, with hashes. Default: nothing.
        platform: The platform of the function, if there are requirements.

    Raises:
        ValueError: If the requirements cannot be installed for the platform.
    """
    library = library_parts(*parts)
    installed = "" if requirements is None else f"{platform}\n{requirements.digest}"
    key = hashlib.sha256(f"{_FORMAT}\n{library.digest}\n{installed}".encode()).hexdigest()

    def build(target: Path, work: Path) -> dict[str, object]:
        if requirements is not None and platform is not None:
            install(requirements, work / "files", platform)
        installed = files_of(work / "files")
        entries = {**read_entries(installed), **library.entries}
        digest = digest_of(entries)
        written = write_archive(target, {**installed, **library.files}, comment=digest)
        check_unchanged(written, entries, library.root)
        return {"digest": digest}

    archive, notes = cached_archive("library", key, build)
    if requirements is not None:
        write_record(notes["digest"], requirements)
    return LibraryPackage(archive, notes["digest"])


def library_requirements(part: str) -> Requirements | None:
    """Return the requirements of a part of this library.

    Args:
        part: The path of a folder in the library, with a ``requirements.txt``.
    """
    return find_requirements(_library_root() / part)


def _library_root() -> Path:
    spec = importlib.util.find_spec("serverless_stack")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"serverless_stack cannot be imported by {sys.executable}")
    return Path(spec.submodule_search_locations[0])
