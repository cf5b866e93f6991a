"""Read the requirements of a Python handler: requirements.txt, uv.lock or pyproject.toml."""

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from serverless_stack._shared.machine import find_uv
from serverless_stack.constructs.function.indexes import index_variables
from serverless_stack.constructs.function.installer_files import uv_files
from serverless_stack.constructs.function.other_tools import refuse_other_tools
from serverless_stack.constructs.function.requirement_lines import (
    decoded,
    is_verified,
    line_problems,
    local_path,
    name_of,
    normalized,
    pinned_name,
    split_lines,
    with_absolute_path,
)
from serverless_stack.constructs.function.uv_export import export

# The tables of a pyproject.toml that are read, each below the one before.
_TABLES = (
    ("project",),
    ("tool", "uv", "sources"),
    ("tool", "uv", "workspace"),
    ("tool", "poetry", "dependencies"),
    ("tool", "pdm"),
    ("tool", "pixi"),
    ("tool", "flit", "metadata"),
)


@dataclass(frozen=True)
class Requirements:
    """The requirements of a Python handler.

    Attributes:
        source: The file that they come from.
        text: The lines of a ``requirements.txt``, or a ``pylock.toml``.
        is_lock: Whether the text is a ``pylock.toml``.
    """

    source: Path
    text: str
    is_lock: bool = False

    @property
    def file_name(self) -> str:
        """The name by which an installer knows the format of the text."""
        return "pylock.toml" if self.is_lock else "requirements.txt"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to install."""
        return not self._packages and all(line.startswith("-") for line in self._lines)

    @property
    def pinned(self) -> set[str]:
        """The normalized names of the distributions with exactly one version."""
        locked = {normalized(package["name"]) for package in self._packages}
        return locked | {name for line in self._lines if (name := pinned_name(line))}

    @property
    def local_files(self) -> list[Path]:
        """The files on this machine that the lines refer to; their content is installed."""
        places = [path for line in self._lines if (path := local_path(line)) is not None]
        for package in self._packages:
            for archive in (package.get("archive", {}), *package.get("wheels", ())):
                places += [Path(archive["path"])] if "path" in archive else []
        return sorted(
            file
            for place in places
            for file in (place.iterdir() if place.is_dir() else [place])
            if file.is_file()
        )

    @cached_property
    def digest(self) -> str:
        """A hash of all that decides what is installed, as far as this machine knows it."""
        digest = hashlib.sha256(self.text.encode())
        for file in self.local_files:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        for name, value in self.variables.items():
            digest.update(f"\0{name}={value}".encode())
            digest.update(
                b"".join(Path(p).read_bytes() for p in value.split() if os.path.isfile(p))
            )
        for settings in uv_files(self.source.parent):
            digest.update(repr(settings.table).encode())
        return digest.hexdigest()

    @cached_property
    def variables(self) -> dict[str, str]:
        """The environment variables by which an installer looks in the right indexes."""
        return index_variables(self.source, self._lines, uses_uv=find_uv() is not None)

    @property
    def has_hashes(self) -> bool:
        """Whether a file without a hash must not be installed."""
        return any("--hash" in line for line in self._lines)

    @cached_property
    def _lines(self) -> list[str]:
        return [] if self.is_lock else split_lines(self.text)

    @cached_property
    def _packages(self) -> list[dict[str, Any]]:
        return tomllib.loads(self.text).get("packages", []) if self.is_lock else []


def find_requirements(folder: Path) -> Requirements | None:
    """Read the requirements of a handler's folder.

    The first of these counts: ``requirements.txt``; ``pylock.toml``; ``uv.lock``, of the folder or
    of the uv workspace that it belongs to; the ``project.dependencies`` of ``pyproject.toml``.

    Args:
        folder: The folder of the handler.

    Returns:
        The requirements, or None if the folder lists none.

    Raises:
        ValueError: If the requirements cannot be read, need a build from source, or are listed
            where this library does not look.
    """
    for name in ("requirements.txt", "pylock.toml", "uv.lock", "pyproject.toml"):
        if os.path.lexists(folder / name) and not (folder / name).is_file():
            raise ValueError(f"{folder / name} must be a file with requirements, or not be there")
    listing, pyproject = folder / "requirements.txt", folder / "pyproject.toml"
    lines = split_lines(decoded(listing)) if listing.is_file() else []
    if lines:
        _refuse_sources(listing, lines)
        return _from_lines(listing, lines)
    if (folder / "pylock.toml").is_file():
        _read_toml(folder / "pylock.toml")
        lock = folder / "pylock.toml"
        return _from_lock(lock, lock.read_text("utf-8-sig"), folder)
    if not pyproject.is_file():
        if (folder / "uv.lock").is_file():
            raise ValueError(
                f"{folder / 'uv.lock'} must have its pyproject.toml beside it, or be exported: run "
                f"`uv export --no-emit-project -o {listing}` in the folder of the project"
            )
        refuse_other_tools(folder, {})
        return Requirements(listing, "") if listing.is_file() else None
    project = _read_toml(pyproject)
    root = _workspace_root(folder)
    if (root / "uv.lock").is_file():
        lock = root / "uv.lock"
        return _from_lock(lock, export(lock, folder), folder)
    dependencies = project.get("project", {}).get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(d, str) for d in dependencies):
        raise ValueError(f"`project.dependencies` in {pyproject} must be a list of texts")
    sources = _sources(_read_toml(root / "pyproject.toml"), project)
    if sources.keys() & set(map(name_of, dependencies)):
        raise ValueError(
            f"{pyproject} must have a uv.lock beside it, because `tool.uv.sources` says where "
            f"{', '.join(sorted(sources.values()))} comes from: run `uv lock` in {folder}"
        )
    refuse_other_tools(folder, project)
    return _from_lines(pyproject, dependencies)


def _from_lines(source: Path, lines: list[str]) -> Requirements:
    problems = [problem for line in lines for problem in line_problems(line, source)]
    if problems:
        raise ValueError("\n".join(problems))
    unhashed = [line for line in lines if "--hash" not in line and not line.startswith("-")]
    if unhashed and len(unhashed) < sum(not line.startswith("-") for line in lines):
        raise ValueError(
            f"{source} must have a hash in every line or in none, got none in: {unhashed[0]!r}; "
            "`uv pip compile --generate-hashes` writes all of them"
        )
    absolute = [with_absolute_path(line, source.parent) for line in lines]
    requirements = Requirements(source, "".join(f"{line}\n" for line in absolute))
    _ = requirements.variables  # which refuses ambiguous indexes
    return requirements


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} must be valid TOML: {error}") from error
    for names in _TABLES:
        place = table
        for name in names:
            place = place.get(name, {})
            if not isinstance(place, dict):
                raise ValueError(f"`{'.'.join(names)}` in {path} must be a table, got: {place!r}")
    return table


def _sources(*projects: dict[str, Any]) -> dict[str, str]:
    """Return the names in `tool.uv.sources` of projects, by their normalized form."""
    return {
        normalized(name): name
        for project in projects
        for name in project.get("tool", {}).get("uv", {}).get("sources", {})
    }


def _refuse_sources(listing: Path, lines: list[str]) -> None:
    """Refuse lines whose distributions the project takes from elsewhere.

    By its name alone, a package of a stranger would be installed from the public index.
    """
    folder = listing.parent
    pyproject = folder / "pyproject.toml"
    if not pyproject.is_file():
        return
    root = _workspace_root(folder) / "pyproject.toml"
    sources = _sources(*map(_read_toml, {root, pyproject}))
    names = sorted({name_of(line) for line in lines if not is_verified(line)} & sources.keys())
    if names:
        raise ValueError(
            f"{listing} must have hashes or name wheels, because `tool.uv.sources` in {pyproject} "
            f"says where {', '.join(sources[name] for name in names)} comes from: delete it, and "
            f"run `uv lock` in {folder}"
        )


def _workspace_root(folder: Path) -> Path:
    """Return the root of the uv workspace that a project is a member of, or its own folder."""
    here = folder.resolve()
    for parent in here.parents:
        if (parent / "pyproject.toml").is_file():
            tool = _read_toml(parent / "pyproject.toml").get("tool", {})
            members = tool.get("uv", {}).get("workspace", {}).get("members", [])
            if any(here in map(Path.resolve, parent.glob(pattern)) for pattern in members):
                return folder if (folder / "uv.lock").is_file() else parent
    return folder


def _from_lock(lock: Path, text: str, folder: Path) -> Requirements:
    for package in tomllib.loads(text).get("packages", []):
        if not isinstance(package, dict) or not isinstance(package.get("name"), str):
            raise ValueError(f"each of `packages` in {lock} must have a name, got: {package!r}")
        name, source = package["name"], package.get("directory", package.get("vcs"))
        if source is not None:
            place = source.get("path") or source.get("url")
            raise ValueError(
                f"{lock} must lock wheels, got the source of {name} in {place}, from the "
                f"workspace or `tool.uv.sources`; build one with `uv build --wheel --out-dir "
                f"wheels {place}`, and name the file that it writes in `tool.uv.sources`: "
                f'`{name} = {{ path = "wheels/FILE" }}`'
            )
    # Relative paths are relative to the folder of the file, which is written elsewhere.
    absolute = re.sub(
        r'\bpath = "([^"]+)"', lambda match: f'path = "{folder.absolute() / match[1]}"', text
    )
    return Requirements(lock, absolute, is_lock=True)
