"""Where the local cloud keeps its files: nothing is written into the user's own folders."""

import hashlib
import os
import re
import sys
from pathlib import Path

from serverless_stack.local.errors import LocalCloudError

PACKAGE = Path(__file__).resolve().parent
"""The folder of this package, with the emulator and the pinned requirements."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


def cache() -> Path:
    """The folder for everything that the local cloud writes.

    `SERVERLESS_STACK_CACHE` when set, else `serverless-stack` in `XDG_CACHE_HOME`, else in the
    platform's own place (`~/Library/Caches` on macOS, `~/.cache` elsewhere).
    """
    own = os.environ.get("SERVERLESS_STACK_CACHE")
    if own:
        return Path(own).expanduser().resolve()
    shared = os.environ.get("XDG_CACHE_HOME")
    if shared:
        return Path(shared).expanduser().resolve() / "serverless-stack"
    system = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path.home() / system / "serverless-stack"


def locks() -> Path:
    """The folder of the lock files; one exists only while somebody works."""
    return cache() / "locks"


def overlays() -> Path:
    """The folder of dependency overlays, which the emulators of all clouds share."""
    return cache() / "overlays"


def cloud(app_dir: Path, name: str) -> Path:
    """The folder of one cloud: each app folder has its own, and more by other names.

    Raises:
        LocalCloudError: The name is not one that a folder can carry everywhere.
    """
    if not _NAME.fullmatch(name):
        raise LocalCloudError(
            "`name` must be 1 to 31 lower-case letters, digits and hyphens, "
            f"beginning with a letter or digit, got: {name!r}"
        )
    app = app_dir.resolve()
    readable = re.sub(r"[^a-z0-9]+", "-", app.name.lower()).strip("-")[:20] or "app"
    return cache() / "clouds" / f"{readable}-{short_hash(str(app))}-{name}"


def short_hash(*texts: str) -> str:
    """A name for content: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
