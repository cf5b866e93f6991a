"""Build the asset of a Python function: the same input gives the same bytes on every machine."""

import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_stack._shared.machine import cache_folder
from serverless_stack.constructs.function.bytecode import compile_folder, find_interpreter
from serverless_stack.constructs.function.installation import LambdaPlatform, install
from serverless_stack.constructs.function.record import write_record
from serverless_stack.constructs.function.requirement_lines import normalized
from serverless_stack.constructs.function.requirements import Requirements, find_requirements
from serverless_stack.constructs.function.source import read_source

# What installers write about an installation: it differs from run to run, and nothing reads it.
_INSTALLER_NOTES = {
    "INSTALLER",
    "RECORD",
    "REQUESTED",
    "direct_url.json",
    "uv_build.json",
    "uv_cache.json",
}
_FORMAT = "4"
# The parts of this library in every handler.
_RUNTIME = (
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


@dataclass(frozen=True)
class Package:
    """A packaged function.

    Attributes:
        folder: The folder with its files.
        digest: SHA-256 of the path, mode and content of every file, in hexadecimal.
        unpinned: The distributions in it that the requirements do not pin, sorted.
        has_byte_code: Whether its Python files are compiled.
    """

    folder: Path
    digest: str
    unpinned: tuple[str, ...] = ()
    has_byte_code: bool = False

    @property
    def files(self) -> dict[str, Path]:
        """The path of each file, by its path in the package."""
        return _files(self.folder)

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum(path.stat().st_size for path in self.files.values())


def package(
    source: Path,
    requirements: Requirements | None,
    platform: LambdaPlatform,
    exclude: Collection[str] = (),
    *,
    bytecode: bool = False,
) -> Package:
    """Package the source of a handler with its requirements and the runtime of this library.

    The result is kept in the cache folder of this machine, under a hash of its input, so that
    packaging again installs nothing.

    Args:
        source: The folder of the handler.
        requirements: Its requirements, or None.
        platform: The platform of the function.
        exclude: Paths in the source that do not belong to it, such as the output of the app.
        bytecode: Whether to compile its Python files, if this machine can.

    Raises:
        ValueError: If the requirements cannot be installed for the platform.
    """
    own_files = {**_library_files(*_RUNTIME), **read_source(source, exclude).files}
    own_digest = _digest(own_files)
    key = hashlib.sha256(f"{_FORMAT}\n{platform}\n{own_digest}".encode())
    if requirements is not None:
        key.update(requirements.digest.encode())
    interpreter = find_interpreter(platform.python) if bytecode else None
    if interpreter is not None:
        key.update(b"byte code")

    def build(target: Path) -> None:
        if requirements is not None and not requirements.is_empty:
            installed = _installed(requirements, platform, interpreter)
            shutil.copytree(installed, target, copy_function=_link, dirs_exist_ok=True)
            for path in filter(Path.is_file, map(target.joinpath, own_files)):
                for byte_code in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
                    byte_code.unlink()
                path.unlink()  # a name of a file in the cache: the handler has another one
        try:
            _copy(own_files, target)
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            raise ValueError(
                f"{source} must not have a file where its requirements have a folder, or the other "
                f"way round, got: {os.path.relpath(error.filename, target)!r}"
            ) from error
        if _digest({name: target / name for name in own_files}) != own_digest:
            raise ValueError(
                f"{source} must not change while it is packaged, and it did: run the command again"
            )
        if interpreter is not None:
            compile_folder(target, interpreter)

    folder = cached("handlers", key.hexdigest(), build)
    installed = {normalized(path.name.split("-")[0]) for path in folder.glob("*.dist-info")}
    unpinned = installed - (requirements.pinned if requirements else set())
    digest = _digest(_files(folder))
    if requirements is not None and not requirements.is_empty:
        write_record(digest, requirements)
    return Package(folder, digest, tuple(sorted(unpinned)), interpreter is not None)


def _installed(
    requirements: Requirements, platform: LambdaPlatform, interpreter: str | None
) -> Path:
    """Return the installed requirements, which outlive an edit of the handler."""
    text = f"{_FORMAT}\n{platform}\n{requirements.digest}\n{interpreter is not None}"

    def build(target: Path) -> None:
        install(requirements, target, platform)
        _remove_installer_notes(target)
        if interpreter is not None:
            compile_folder(target, interpreter)

    return cached("requirements", hashlib.sha256(text.encode()).hexdigest(), build)


def _link(source: str, target: str) -> None:
    """Make a file of the cache one of another folder of the cache; copy it if that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def package_library(
    *parts: str, requirements: Requirements | None = None, platform: LambdaPlatform | None = None
) -> Package:
    """Package parts of this library for a function that the constructs deploy.

    Args:
        parts: Their paths in the library: folders, or modules with their ``.py``.
        requirements: What they import beside boto3, with hashes. Default: nothing.
        platform: The platform of the function, if there are requirements.

    Raises:
        ValueError: If the requirements cannot be installed for the platform.
    """
    files = _library_files(*parts)
    key = f"{_FORMAT}-{_digest(files)}"

    def build(target: Path) -> None:
        if requirements is not None and platform is not None:
            install(requirements, target, platform)
            _remove_installer_notes(target)
        _copy(files, target)

    if requirements is not None:
        text = f"{key}\n{platform}\n{requirements.digest}"
        key = hashlib.sha256(text.encode()).hexdigest()
    folder = cached("library", key, build)
    digest = _digest(_files(folder))
    if requirements is not None:
        write_record(digest, requirements)
    return Package(folder, digest)


def library_requirements(part: str) -> Requirements | None:
    """Return the requirements of a part of this library.

    Args:
        part: The path of a folder in the library, with a ``requirements.txt``.
    """
    return find_requirements(_library_root() / part)


def cached(kind: str, key: str, build: Callable[[Path], None]) -> Path:
    """Return a folder of the cache; build it if it is missing."""
    folder = cache_folder() / kind / key
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="build-") as scratch:
            target = Path(scratch) / "code"
            target.mkdir()
            build(target)
            try:
                target.rename(folder)
            except OSError:
                if not folder.is_dir():  # otherwise another process has built the same meanwhile
                    raise
    return folder


def _copy(files: Mapping[str, Path], target: Path) -> None:
    for name, path in files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / name)
        (target / name).chmod(_mode(path))
    for path in (target, *target.rglob("*")):  # whatever the umask: Lambda's user must read them
        path.chmod(0o755 if path.is_dir() else _mode(path))


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def _remove_installer_notes(target: Path) -> None:
    shutil.rmtree(target / "bin", ignore_errors=True)  # scripts that name this machine's Python
    (target / ".lock").unlink(missing_ok=True)
    for folder in target.glob("*.dist-info"):
        for note in _INSTALLER_NOTES:
            (folder / note).unlink(missing_ok=True)
    for byte_code in list(target.rglob("__pycache__")):
        shutil.rmtree(byte_code)


def _library_root() -> Path:
    spec = importlib.util.find_spec("serverless_stack")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"serverless_stack cannot be imported by {sys.executable}")
    return Path(spec.submodule_search_locations[0])


def _library_files(*parts: str) -> dict[str, Path]:
    root = _library_root()
    paths = [root / "__init__.py", root / "py.typed"]
    for part in map(root.joinpath, parts):
        paths += part.rglob("*.py") if part.is_dir() else [part]
    return {f"serverless_stack/{path.relative_to(root).as_posix()}": path for path in paths}


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()
    }


def _digest(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name}\0{_mode(files[name]):o}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
