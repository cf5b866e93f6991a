"""What this machine has for the library: a folder for what can be made again, and uv."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for what this library can create again.

    Returns:
        ``SERVERLESS_STACK_CACHE`` when set, else ``serverless-stack`` in ``XDG_CACHE_HOME``, else
        in the platform's own place (``~/Library/Caches`` on macOS, ``~/.cache`` elsewhere).
    """
    if own := os.environ.get("SERVERLESS_STACK_CACHE"):
        return Path(own).expanduser().resolve()
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared).expanduser().resolve() / "serverless-stack"
    system = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path.home() / system / "serverless-stack"


def find_uv() -> Path | None:
    """Return uv: the one installed for this Python, else the one on PATH, else None."""
    if importlib.util.find_spec("uv") is not None:
        from uv import find_uv_bin

        return Path(find_uv_bin())
    found = shutil.which("uv")
    return None if found is None else Path(found)
