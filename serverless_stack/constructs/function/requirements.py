"""Read the requirements of a Python handler: requirements.txt, uv.lock or pyproject.toml."""

import hashlib
import os
import re
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serverless_stack._shared.machine import find_uv
from serverless_stack.constructs.function.requirement_lines import (
    decoded,
    line_problems,
    local_path,
    name_of,
    normalized,
    pinned_name,
    split_lines,
    with_absolute_path,
)

_INSTALLER_SETTINGS = re.compile(r"(PIP|UV)_.*(INDEX|FIND_LINKS|CONSTRAINT|OVERRIDE).*")
_COMPILE = "uv pip compile --generate-hashes {} -o requirements.txt"
_PIPENV = "pipenv requirements > requirements.txt"
_POETRY = "poetry export -f requirements.txt -o requirements.txt"
# Files of other tools: what shows that one lists dependencies, and the command that writes these
# to requirements.txt.
_EXPORTS = {
    "Pipfile": (r"^\[packages\]\s*^[^\[\s#]", _PIPENV),
    "Pipfile.lock": (r'"default":\s*\{\s*"', _PIPENV),
    "pdm.lock": (r"^\[\[package\]\]", "pdm export --prod -o requirements.txt"),
    "poetry.lock": (r"^\[\[package\]\]", _POETRY),
    "requirements.in": (r"^\s*[^\s#]", _COMPILE.format("requirements.in")),
    "setup.cfg": (r"install_requires", _COMPILE.format("setup.cfg")),
    "setup.py": (r"install_requires", _COMPILE.format("setup.py")),
}


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

    @property
    def digest(self) -> str:
        """A hash of all that decides what is installed, as far as this machine knows it."""
        digest = hashlib.sha256(self.text.encode())
        for file in self.local_files:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        for name, value in self.variables.items():
            digest.update(f"\0{name}={value}".encode())
        return digest.hexdigest()

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that decide where an installer looks, sorted."""
        return {
            name: value
            for name, value in sorted(os.environ.items())
            if _INSTALLER_SETTINGS.fullmatch(name)
        }

    @property
    def _lines(self) -> list[str]:
        return [] if self.is_lock else split_lines(self.text)

    @property
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
    listing, pyproject = folder / "requirements.txt", folder / "pyproject.toml"
    if listing.is_file():
        return _from_lines(listing, split_lines(decoded(listing)))
    if (folder / "pylock.toml").is_file():
        lock = folder / "pylock.toml"
        return _from_lock(lock, lock.read_text("utf-8"), folder)
    project = _read_toml(pyproject) if pyproject.is_file() else {}
    uv_lock = _uv_lock_of(folder, project)
    if uv_lock is not None:
        return _export(uv_lock, folder)
    dependencies = project.get("project", {}).get("dependencies", [])
    sources = project.get("tool", {}).get("uv", {}).get("sources", {})
    if {normalized(name) for name in sources} & set(map(name_of, dependencies)):
        raise ValueError(
            f"{pyproject} must have a uv.lock beside it, because `tool.uv.sources` says where "
            f"{', '.join(sorted(sources))} comes from: run `uv lock` in {folder}"
        )
    if not dependencies:
        _refuse_other_tools(folder, project)
    if not pyproject.is_file():
        return None
    return _from_lines(pyproject, dependencies)


def _refuse_other_tools(folder: Path, project: Mapping[str, Any]) -> None:
    """Refuse a folder whose dependencies are listed where this library does not look."""
    for name, (pattern, command) in _EXPORTS.items():
        path = folder / name
        if path.is_file() and re.search(pattern, path.read_text("utf-8", "replace"), re.MULTILINE):
            raise ValueError(
                f"the requirements in {path} must be in a requirements.txt, which is "
                f"missing: run `{command}` in {folder}"
            )
    tools = project.get("tool", {})
    if "dependencies" in project.get("project", {}).get("dynamic", ()):
        place, command = "are dynamic", _COMPILE.format("pyproject.toml")
    elif set(tools.get("poetry", {}).get("dependencies", {})) - {"python"}:
        place, command = "are those of Poetry", _POETRY
    else:
        return
    raise ValueError(
        f"the requirements in {folder / 'pyproject.toml'} {place} and must be in a "
        f"requirements.txt: run `{command}` in {folder}"
    )


def _from_lines(source: Path, lines: list[str]) -> Requirements:
    problems = [problem for line in lines for problem in line_problems(line, source)]
    if problems:
        raise ValueError("\n".join(problems))
    absolute = [with_absolute_path(line, source.parent) for line in lines]
    return Requirements(source, "".join(f"{line}\n" for line in absolute))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} must be valid TOML: {error}") from error


def _uv_lock_of(folder: Path, project: Mapping[str, Any]) -> Path | None:
    """Return the uv.lock of a project, or of the uv workspace that it is a member of."""
    if not project:
        return None
    if (folder / "uv.lock").is_file():
        return folder / "uv.lock"
    here = folder.resolve()
    for parent in here.parents:
        if (parent / "uv.lock").is_file() and (parent / "pyproject.toml").is_file():
            tool = _read_toml(parent / "pyproject.toml").get("tool", {})
            members = tool.get("uv", {}).get("workspace", {}).get("members", [])
            if any(here in map(Path.resolve, parent.glob(pattern)) for pattern in members):
                return parent / "uv.lock"
    return None


def _export(lock: Path, folder: Path) -> Requirements:
    """Export a uv.lock with the hashes and indexes in it, in the format of pylock.toml."""
    uv = find_uv()
    if uv is None:
        raise ValueError(f"{lock} needs uv to be read: `python -m pip install uv`")
    command = [str(uv), "export", "--format", "pylock.toml", "--quiet", "--no-header"]
    command += ["--no-default-groups", "--no-emit-project"]
    variables = {k: v for k, v in os.environ.items() if k not in ("UV_FROZEN", "UV_LOCKED")}
    for freshness in ("--locked", "--frozen"):
        completed = subprocess.run(
            [*command, freshness],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=variables,
        )
        if completed.returncode == 0:
            return _from_lock(lock, completed.stdout, folder)
        if "needs to be updated" in completed.stderr:
            raise ValueError(
                f"{lock} must be up to date with the pyproject.toml: run `uv lock` in {folder}"
            )
        # Without an interpreter that the project accepts, uv can export but not compare.
    raise ValueError(f"{lock} must be a lock that uv reads:\n{completed.stderr}")


def _from_lock(lock: Path, text: str, folder: Path) -> Requirements:
    for package in tomllib.loads(text).get("packages", []):
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
