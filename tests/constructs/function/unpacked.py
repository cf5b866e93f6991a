"""What is in a package."""

import zipfile
from pathlib import Path


def contents(archive: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and bytes of every file in an archive."""
    with zipfile.ZipFile(archive) as bundle:
        return {
            entry.filename: (entry.external_attr >> 16 & 0o777, bundle.read(entry))
            for entry in bundle.infolist()
        }


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack an archive into a folder, and return it."""
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(folder)
    return folder
