"""The unpacked code and layers of functions, and the packages of Lambda's runtime."""

import hashlib
import io
import os
import shutil
import threading
import zipfile
from importlib.metadata import distribution
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
        partial = folder.with_name(f"{folder.name}.{os.urandom(4).hex()}")
        partial.mkdir(parents=True)
        try:
            for archive in archives:
                _extract(archive, partial)
            partial.rename(folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        return folder


def _extract(archive: bytes, folder: Path) -> None:
    root = folder.resolve()
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        for entry in bundle.infolist():
            target = (root / entry.filename).resolve()
            if not target.is_relative_to(root):
                raise ValueError(
                    f"an entry of the archive is outside of its folder: {entry.filename}"
                )
            bundle.extract(entry, root)
            # zipfile drops the permission bits, without which scripts cannot be run.
            mode = (entry.external_attr >> 16) & 0o777
            if mode and not entry.is_dir():
                target.chmod(mode | 0o600)


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
