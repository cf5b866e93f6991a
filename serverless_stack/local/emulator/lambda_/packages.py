"""A function's code and layers on disk, unpacked once per content."""

import hashlib
import io
import os
import shutil
import threading
import zipfile
from pathlib import Path

_lock = threading.Lock()


def unpack(archive: bytes, parent: Path) -> Path:
    """Unpack a zip file into a folder named after its content.

    Args:
        archive: The zip file.
        parent: Folder that the folder is made in.

    Returns:
        The folder; functions with the same code share it, so nothing may write into it.

    Raises:
        ValueError: An entry of the archive lies outside of it.
    """
    return _once(parent / hashlib.sha256(archive).hexdigest()[:24], [archive])


def merge_layers(archives: list[bytes], parent: Path) -> Path:
    """Unpack layers over each other in their order, which is what Lambda does at ``/opt``."""
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
                raise ValueError(f"the archive's entry leaves its folder: {entry.filename}")
            bundle.extract(entry, root)
            # zipfile drops the permission bits, and with them what makes a script run.
            mode = (entry.external_attr >> 16) & 0o777
            if mode and not entry.is_dir():
                target.chmod(mode | 0o600)
