"""Building the asset of a Python handler: the same bytes for the same input, on every machine."""

import hashlib
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from serverless_stack._shared.machine import cache_folder
from serverless_stack.constructs.function import requirements as _requirements
from serverless_stack.constructs.function.platform import LambdaPlatform
from serverless_stack.constructs.function.requirements import Requirements, normalized

# Folders and files that are no part of a handler, wherever they lie in its folder.
_LEFT_OUT = {"__pycache__", "node_modules", "venv", "requirements.txt", "requirements.in"}
_LEFT_OUT |= {"pyproject.toml", "uv.lock"}
# What installers write about themselves: it differs from run to run and nothing reads it.
_INSTALLER_NOTES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
_INSTALLER_NOTES |= {"uv_cache.json", "uv_build.json"}
_FORMAT = "2"
_RUNTIME = (
    "_shared/__init__.py",
    "_shared/contract.py",
    "runtime",
)  # the parts of this library that every handler gets


@dataclass(frozen=True)
class Package:
    """A packaged handler.

    Attributes:
        folder: What goes to Lambda.
        digest: SHA-256 of every path, mode and byte in it, in hexadecimal.
        unpinned: The distributions in it that the requirements do not pin, sorted.
    """

    folder: Path
    digest: str
    unpinned: tuple[str, ...]


def package(source: Path, requirements: Requirements | None, platform: LambdaPlatform) -> Package:
    """Package a handler's source with its requirements and this library's runtime.

    The result is kept in the cache folder of this machine under a hash of all that went into it,
    so that packaging again costs no installation.

    Args:
        source: The handler's folder.
        requirements: What it needs, or None.
        platform: The Python version and machine of the function.

    Returns:
        The folder, its digest, and what another installation may choose differently.

    Raises:
        ValueError: If the requirements cannot be resolved for the platform.
    """
    wanted = hashlib.sha256(f"{_FORMAT}\n{platform}\n".encode())
    wanted.update((requirements.text if requirements else "").encode())
    wanted.update(_digest(_library_files(*_RUNTIME)).encode())
    wanted.update(_digest(source_files(source)).encode())
    kept = cache_folder() / "handlers" / wanted.hexdigest()
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix="build-") as build:
            _build(Path(build) / "code", source, requirements, platform)
            _move_into_place(Path(build) / "code", kept)
    installed = {normalized(path.name.split("-")[0]) for path in kept.glob("*.dist-info")}
    unpinned = installed - (requirements.pinned if requirements else set())
    return Package(kept, _digest(_files(kept)), tuple(sorted(unpinned)))


def package_library(*parts: str) -> Package:
    """Package parts of this library for a function that runs at deploy time.

    Args:
        parts: Their paths in the library: folders, or modules with their ``.py``.

    Returns:
        The folder and its digest.
    """
    files = _library_files(*parts)
    kept = cache_folder() / "library" / f"{_FORMAT}-{_digest(files)}"
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix="build-") as build:
            _copy(files, Path(build) / "code")
            _move_into_place(Path(build) / "code", kept)
    return Package(kept, _digest(_files(kept)), ())


def source_files(folder: Path) -> dict[str, Path]:
    """List the files of a folder that belong into an asset, by their path in it.

    Left out are byte code, hidden files and folders (``.git``, ``.venv``, ``.env``, caches),
    ``node_modules`` and the files that name requirements.
    """
    return _files(folder, _belongs)


def _belongs(name: str) -> bool:
    return not (name in _LEFT_OUT or name.startswith(".") or name.endswith((".pyc", ".pyo")))


def _build(
    target: Path, source: Path, requirements: Requirements | None, platform: LambdaPlatform
) -> None:
    target.mkdir()
    if requirements is not None and not requirements.is_empty:
        _requirements.install(requirements, target, platform)
        _drop_installer_notes(target)
    _copy({**_library_files(*_RUNTIME), **source_files(source)}, target)


def _copy(files: dict[str, Path], target: Path) -> None:
    for name, path in files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / name)
        (target / name).chmod(_mode(path))
    for path in (target, *target.rglob("*")):  # whatever the umask: Lambda's user has to read them
        path.chmod(0o755 if path.is_dir() else _mode(path))


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def _drop_installer_notes(target: Path) -> None:
    shutil.rmtree(target / "bin", ignore_errors=True)  # scripts that name this machine's Python
    (target / ".lock").unlink(missing_ok=True)
    for folder in target.glob("*.dist-info"):
        for note in _INSTALLER_NOTES:
            (folder / note).unlink(missing_ok=True)
    for cache in list(target.rglob("__pycache__")):
        shutil.rmtree(cache)


def _move_into_place(built: Path, kept: Path) -> None:
    try:
        built.rename(kept)
    except OSError:
        if not kept.is_dir():  # else another process built the same at the same time
            raise


def _library_files(*parts: str) -> dict[str, Path]:
    spec = importlib.util.find_spec("serverless_stack")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"serverless_stack is not importable by {sys.executable}")
    root = Path(spec.submodule_search_locations[0])
    wanted = [root / "__init__.py", root / "py.typed"]
    for part in parts:
        found = (root / part).rglob("*.py") if (root / part).is_dir() else [root / part]
        wanted += [path for path in found if path.is_file()]
    return {f"serverless_stack/{path.relative_to(root).as_posix()}": path for path in wanted}


def _files(folder: Path, wanted: Callable[[str], bool] = lambda name: True) -> dict[str, Path]:
    def walk(at: Path) -> Iterator[Path]:
        for entry in sorted(entry for entry in at.iterdir() if wanted(entry.name)):
            if entry.is_dir():
                yield from walk(entry)
            else:
                yield entry

    return {path.relative_to(folder).as_posix(): path for path in walk(folder)}


def _digest(files: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name}\0{_mode(files[name]):o}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
