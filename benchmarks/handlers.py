"""Handlers to package in a benchmark."""

import re
import shutil
from pathlib import Path

SHOP = Path(__file__).parents[1] / "examples" / "shop" / "handler"
_PIN = re.compile(r"^[A-Za-z0-9._-]+==[^ ;\\]+", re.MULTILINE)


def copy_handler(source: Path, target: Path) -> Path:
    """Copy a handler, with its requirements for any version of Python: pinned, without hashes.

    Args:
        source: The folder of the handler.
        target: The folder to create.
    """
    shutil.copytree(source, target)
    listing = target / "requirements.txt"
    listing.write_text("".join(f"{pin}\n" for pin in _PIN.findall(listing.read_text("utf-8"))))
    return target
