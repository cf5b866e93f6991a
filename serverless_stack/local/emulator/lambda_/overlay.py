"""Overlays: builds of a function's compiled dependencies for this machine.

A deployment package contains wheels for Lambda's platform. Compiled ones are installed in the same
versions for this interpreter, with further requirements of its Python version, into a cache folder
that precedes the package on ``sys.path``.
"""

import hashlib
import logging
import os
import platform
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from .distributions import distributions, missing_here

logger = logging.getLogger("serverless_stack.overlay")

INSTALL_SECONDS = 180
_lock = threading.Lock()


class OverlayError(RuntimeError):
    """A dependency has no build for this machine, or could not be installed."""


def overlay_for(
    folders: list[Path], cache: Path, uv: str | None, provided: Path | None = None
) -> Path | None:
    """Return the overlay of a function, created when needed.

    Args:
        folders: The folders of its distributions: its code, and ``python`` of its layers.
        cache: The folder of all overlays.
        uv: The uv binary.
        provided: The folder with the distributions of Lambda's runtime.

    Returns:
        The folder to put first on ``sys.path``; None if the function needs no overlay.

    Raises:
        OverlayError: Distributions could not be installed. The message has their names.
    """
    packaged = distributions(folders)
    requirements = [distribution.pin for distribution in packaged if distribution.compiled]
    requirements += missing_here(packaged, distributions([provided] if provided else []))
    if not requirements:
        return None
    pins = [distribution.pin for distribution in packaged]
    interpreter = f"{sys.implementation.cache_tag}-{sys.platform}-{platform.machine()}"
    key = hashlib.sha256("\n".join([interpreter, *requirements, "", *pins]).encode()).hexdigest()[
        :24
    ]
    folder = cache / f"{interpreter}-{key}"
    with _lock:
        if not folder.is_dir():
            _install(requirements, pins, folder, uv)
    return folder


def _install(requirements: list[str], pins: list[str], folder: Path, uv: str | None) -> None:
    names = ", ".join(requirements)
    if uv is None:
        raise OverlayError(
            f"{names}: needed for this machine's Python, and there is no uv to install it "
            "(`SERVERLESS_STACK_UV` is not set)"
        )
    partial = folder.with_name(f"{folder.name}.{os.getpid()}-{os.urandom(4).hex()}")
    locked = partial.with_suffix(".txt")
    locked.write_text("\n".join(pins), encoding="utf-8")
    command = [uv, "pip", "install", "--quiet", "--only-binary", ":all:"]
    command += ["--constraint", str(locked), "--python", sys.executable]
    command += ["--target", str(partial), *requirements]
    logger.info("installing for this machine: %s", names)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
        if done.returncode != 0:
            raise OverlayError(
                f"{names}: packaged for Lambda, and this machine's Python "
                f"{platform.python_version()} cannot have the same: {done.stderr.strip()}"
            )
        try:
            partial.rename(folder)
        except OSError:
            # Another cloud has created the same overlay in the meantime.
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
        locked.unlink()
