"""The host's builds of a function's compiled dependencies.

A deployment package holds wheels for Lambda's platform. The pure-Python ones run anywhere; of the
compiled ones the very same versions are installed for this interpreter, into a cache folder that
goes ahead of the package on the function's ``sys.path``.
"""

import hashlib
import logging
import os
import platform
import shutil
import subprocess
import sys
import threading
from email.parser import Parser
from pathlib import Path

logger = logging.getLogger("serverless_stack.overlay")

INSTALL_SECONDS = 180
_lock = threading.Lock()


class OverlayError(RuntimeError):
    """A compiled dependency has no build for this machine, or it could not be installed."""


def compiled_requirements(folders: list[Path]) -> list[str]:
    """The distributions in some folders that hold compiled code, as ``name==version``."""
    found = set()
    for folder in folders:
        for wheel in folder.glob("*.dist-info/WHEEL"):
            tags = [
                line.split(":", 1)[1].strip()
                for line in wheel.read_text(encoding="utf-8").splitlines()
                if line.startswith("Tag:")
            ]
            if tags and not any(tag.endswith("-any") for tag in tags):
                metadata = Parser().parsestr(
                    (wheel.parent / "METADATA").read_text(encoding="utf-8"), headersonly=True
                )
                found.add(f"{metadata['Name']}=={metadata['Version']}")
    return sorted(found)


def overlay_for(folders: list[Path], cache: Path, uv: str | None) -> Path | None:
    """Makes the overlay of a function.

    Args:
        folders: Where its distributions lie: its code, and ``python`` of its layers.
        cache: Folder with all overlays.
        uv: The uv binary.

    Returns:
        The folder to put first on ``sys.path``, or None when nothing is compiled.

    Raises:
        OverlayError: Names the distributions and says why they cannot be had.
    """
    requirements = compiled_requirements(folders)
    if not requirements:
        return None
    interpreter = f"{sys.implementation.cache_tag}-{sys.platform}-{platform.machine()}"
    key = hashlib.sha256("\n".join([interpreter, *requirements]).encode()).hexdigest()[:24]
    folder = cache / f"{interpreter}-{key}"
    with _lock:
        if not folder.is_dir():
            _install(requirements, folder, uv)
    return folder


def _install(requirements: list[str], folder: Path, uv: str | None) -> None:
    names = ", ".join(requirements)
    if uv is None:
        raise OverlayError(
            f"{names}: compiled for Lambda, and there is no uv to install this machine's build "
            "(`SERVERLESS_STACK_UV` is not set)"
        )
    partial = folder.with_name(f"{folder.name}.{os.getpid()}-{os.urandom(4).hex()}")
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--python", sys.executable, "--target", str(partial), *requirements]
    logger.info("installing this machine's build of %s", names)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
        if done.returncode != 0:
            raise OverlayError(
                f"{names}: compiled for Lambda, and this machine's Python "
                f"{platform.python_version()} cannot have the same: {done.stderr.strip()}"
            )
        try:
            partial.rename(folder)
        except OSError:
            # Another cloud made the same overlay meanwhile; its folder is as good.
            if not folder.is_dir():
                raise
    except subprocess.TimeoutExpired as error:
        raise OverlayError(
            f"{names}: installing took more than {INSTALL_SECONDS} s; try again"
        ) from error
    except OverlayError as error:
        logger.error("%s", error)
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
