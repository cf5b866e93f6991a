"""Export a uv.lock with the hashes and indexes in it, in the format of pylock.toml."""

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from serverless_stack._shared.machine import find_uv
from serverless_stack.constructs.function.indexes import index_variables, inherited_variables
from serverless_stack.constructs.function.installer_files import uv_files
from serverless_stack.constructs.function.package_cache import cached

_FILE = "pylock.toml"
_END = "# end\n"  # of a file that was not cut off
_OPTIONS = ("--format", _FILE, "--quiet", "--no-header", "--no-default-groups", "--no-emit-project")
# What makes a lock depend on more than it and its project: other folders, and the day.
_SOURCES = re.compile(r'^source = \{ (?!registry = |virtual = "\."|editable = "\.")', re.MULTILINE)
_NOT_ALONE = re.compile(r"\bworkspace\b|\bexclude-newer\b|\bdynamic\b|\bpath\b|\bfile:")


def export(lock: Path, folder: Path) -> str:
    """Return a uv.lock as a pylock.toml with what one project needs.

    uv compares the lock with the project, which takes longer than packaging. So the answer of a
    project on its own is kept under a hash of all that uv reads for it.

    Args:
        lock: The lock.
        folder: The folder of the project.

    Raises:
        ValueError: If uv is missing, or the lock is broken or older than its project.
    """
    uv = find_uv()
    if uv is None:
        raise ValueError(f"{lock} needs uv to be read: `python -m pip install uv`")
    variables = {**inherited_variables(), **index_variables(lock, [], uses_uv=True)}
    key = _key(uv, lock, folder, variables)
    if key is None:
        return _checked(uv, lock, folder, variables) or _unchecked(uv, lock, folder, variables)

    def build(target: Path) -> None:
        text = _checked(uv, lock, folder, variables)
        if text is None:
            raise _NotComparedError
        (target / _FILE).touch(0o600)  # an index may have a password in its URL
        (target / _FILE).write_text(text + _END, "utf-8")

    try:
        kept = cached("exports", key, build, lambda folder: _text(folder).endswith(_END))
    except _NotComparedError:
        return _unchecked(uv, lock, folder, variables)
    return _text(kept).removesuffix(_END)


def _text(folder: Path) -> str:
    path = folder / _FILE
    return path.read_text("utf-8") if path.is_file() else ""


class _NotComparedError(Exception):
    """uv has not compared the lock with its project."""


def _key(uv: Path, lock: Path, folder: Path, variables: Mapping[str, str]) -> str | None:
    """Return a hash of all that uv reads; None if that is more than one project and its lock."""
    project = folder / "pyproject.toml"
    locked, text = lock.read_bytes(), project.read_bytes()
    parents = [parent / "pyproject.toml" for parent in folder.absolute().parents]
    above = [path.read_text("utf-8", "replace") for path in parents if path.is_file()]
    settings = {name: value for name, value in variables.items() if name.startswith("UV_")}
    tables = [repr(file.table) for file in uv_files(folder)]
    words = [text.decode("utf-8", "replace"), *above, *tables, *settings.values()]
    if (
        lock.parent != folder
        or any(map(_NOT_ALONE.search, words))
        or _SOURCES.search(locked.decode("utf-8", "replace"))
        or {"UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE_NEWER"} & settings.keys()
    ):
        return None
    status = uv.stat()
    program = f"{uv} {status.st_size} {status.st_mtime_ns}"
    inputs = [program, _OPTIONS, str(folder.absolute()), tables, sorted(settings.items())]
    digests = [hashlib.sha256(content).hexdigest() for content in (locked, text)]
    return hashlib.sha256(json.dumps([*inputs, *digests]).encode()).hexdigest()


def _checked(uv: Path, lock: Path, folder: Path, variables: Mapping[str, str]) -> str | None:
    """Return the export; None without an interpreter that the project accepts, or if it fails."""
    completed = _run(uv, folder, variables, "--locked")
    if "needs to be updated" in completed.stderr:
        raise ValueError(
            f"{lock} must be up to date with the pyproject.toml: run `uv lock` in {folder}"
        )
    return completed.stdout if completed.returncode == 0 else None


def _unchecked(uv: Path, lock: Path, folder: Path, variables: Mapping[str, str]) -> str:
    # Without an interpreter that the project accepts, uv can export but not compare.
    completed = _run(uv, folder, variables, "--frozen")
    if completed.returncode:
        raise ValueError(f"{lock} must be a lock that uv reads:\n{completed.stderr}")
    return completed.stdout


def _run(
    uv: Path, folder: Path, variables: Mapping[str, str], freshness: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(uv), "export", *_OPTIONS, "--color", "never", freshness],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=variables,
    )
