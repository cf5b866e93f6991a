"""The folders of the local cloud. All are in the cache folder, none in the user's project."""

import hashlib
import re
from pathlib import Path

from serverless_stack._shared.machine import cache_folder
from serverless_stack.local.errors import LocalCloudError

PACKAGE = Path(__file__).resolve().parent
"""The folder of this package, with the emulator and its pinned requirements."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


def locks() -> Path:
    """Return the folder of the lock files."""
    return cache_folder() / "locks"


def ports() -> Path:
    """Return the folder that remembers the ports of each cloud."""
    return cache_folder() / "ports"


def overlays() -> Path:
    """Return the folder of dependency overlays, which all clouds share."""
    return cache_folder() / "overlays"


def cloud(app_dir: Path, name: str) -> Path:
    """Return the folder of a cloud. It is different for each app folder and name.

    Raises:
        LocalCloudError: The name is invalid.
    """
    if not _NAME.fullmatch(name):
        raise LocalCloudError(
            "`name` must be 1 to 31 lower-case letters, digits and hyphens, "
            f"beginning with a letter or digit, got: {name!r}"
        )
    app = app_dir.resolve()
    readable = re.sub(r"[^a-z0-9]+", "-", app.name.lower()).strip("-")[:20] or "app"
    return cache_folder() / "clouds" / f"{readable}-{short_hash(str(app))}-{name}"


def short_hash(*texts: str) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
