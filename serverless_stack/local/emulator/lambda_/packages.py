"""The unpacked code and layers of functions, and the packages of Lambda's runtime."""

import hashlib
import io
import os
import shutil
import threading
import zipfile
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import distribution
from importlib.util import cache_from_source
from pathlib import Path

RUNTIME_DISTRIBUTIONS = (
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
)
_lock = threading.Lock()
# By content and mode: the path of an unpacked file, and its date as long as nobody writes to it.
_unpacked: dict[tuple[bytes, int], tuple[str, int]] = {}


def unpack(archive: bytes, parent: Path) -> Path:
    """Unpack a zip file into a folder named after its content.

    Args:
        archive: The zip file.
        parent: The folder for the new folder.

    Returns:
        The folder, which functions with the same code share. Nothing may write to it.

    Raises:
        ValueError: An entry of the archive is outside of the folder.
    """
    return _once(parent / hashlib.sha256(archive).hexdigest()[:24], [archive])


def merge_layers(archives: list[bytes], parent: Path) -> Path:
    """Unpack layers over each other in order, as Lambda does at ``/opt``."""
    digest = hashlib.sha256()
    for archive in archives:
        digest.update(hashlib.sha256(archive).digest())
    return _once(parent / f"opt-{digest.hexdigest()[:24]}", archives)


def _once(folder: Path, archives: list[bytes]) -> Path:
    with _lock:
        if folder.is_dir():
            return folder
        folders: set[str] = set()
        files: dict[str, File] = {}
        for archive in archives:
            files |= _files_of(archive, folders)
        partial = folder.with_name(f"{folder.name}.{os.urandom(4).hex()}")
        partial.mkdir(parents=True)
        try:
            for name in {*folders, *map(os.path.dirname, files)}:
                os.makedirs(partial / name, exist_ok=True)
            for name, file in files.items():
                has_byte_code = os.path.normpath(cache_from_source(name)) in files
                _place(file, os.path.join(partial, name), has_byte_code=has_byte_code)
            partial.rename(folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        for name, file in files.items():
            path = os.path.join(folder, name)
            _unpacked[file.key] = (path, os.stat(path).st_mtime_ns)
        return folder


@dataclass(frozen=True)
class File:
    """A file of an archive."""

    content: bytes
    mode: int

    @cached_property
    def key(self) -> tuple[bytes, int]:
        """The hash of the content, and the mode: those of equal files are equal."""
        return hashlib.sha256(self.content).digest(), self.mode


def _files_of(archive: bytes, folders: set[str]) -> dict[str, File]:
    """Return the files of an archive by their names, and add its folders to others."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        for entry in bundle.infolist():
            if os.path.isabs(entry.filename) or os.pardir in entry.filename.split("/"):
                raise ValueError(
                    f"an entry of the archive is outside of its folder: {entry.filename}"
                )
            name = os.path.normpath(entry.filename)
            if entry.is_dir():
                folders.add(name)
            else:
                # zipfile drops the permission bits, without which scripts cannot be run.
                mode = (entry.external_attr >> 16) & 0o777 or 0o644
                found[name] = File(bundle.read(entry), mode | 0o600)
    return found


def _place(file: File, target: str, *, has_byte_code: bool) -> None:
    """Write a file, or link the same one of another folder.

    An edit changes one file of hundreds, and writing a file takes many times as long as a link.

    Args:
        file: The file.
        target: Its path.
        has_byte_code: Whether the archive has byte code for it, which must not be written through
            a link to that of another folder.
    """
    source, date = _unpacked.get(file.key, ("", 0))
    if not (source and _date_of(source) == date and _linked(source, target)):
        with open(target, "wb") as stream:
            stream.write(file.content)
        os.chmod(target, file.mode)
    elif target.endswith(".py") and not has_byte_code:
        # The interpreter has compiled the same file, of the same date.
        compiled = cache_from_source(source)
        if os.path.isfile(compiled):
            os.makedirs(os.path.dirname(cache_from_source(target)), exist_ok=True)
            _linked(compiled, cache_from_source(target))


def _date_of(path: str) -> int | None:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


def _linked(source: str, target: str) -> bool:
    """Link a file, and return whether that was possible."""
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def link_runtime_packages(folder: Path) -> Path:
    """Create a folder with links to the packages of Lambda's runtime.

    A handler that imports a package without bundling it must fail as it does on AWS. So functions
    see this folder, and not the emulator's site-packages.

    Args:
        folder: The folder.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME_DISTRIBUTIONS:
        files = distribution(name).files or []
        for top in {Path(file).parts[0] for file in files if ".." not in Path(file).parts}:
            source = Path(str(distribution(name).locate_file(top)))
            link = folder / top
            if top != "__pycache__" and source.exists() and not link.exists():
                link.symlink_to(source)
    return folder
