"""Overlays: builds of a function's compiled dependencies for this machine.

A deployment package contains wheels for Lambda's platform. The same requirements are installed for
this interpreter, with the hashes of the project's lock and from its indexes, into a cache folder
that precedes the package on ``sys.path``. Names and versions alone do not suffice: a public index
may have a stranger's package of the same name.
"""

import hashlib
import logging
import os
import platform
import shlex
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from .distributions import distributions, missing_here, name_of
from .records import Record

logger = logging.getLogger("serverless_stack.overlay")

INSTALL_SECONDS = 180
_lock = threading.Lock()


class OverlayError(RuntimeError):
    """A dependency has no build for this machine, or could not be installed."""


def overlay_for(
    folders: list[Path],
    cache: Path,
    uv: str | None,
    provided: Path | None = None,
    record: Record | None = None,
) -> Path | None:
    """Return the overlay of a function, created when needed.

    Args:
        folders: The folders of its distributions: its code, and ``python`` of its layers.
        cache: The folder of all overlays.
        uv: The uv binary.
        provided: The folder with the distributions of Lambda's runtime.
        record: What its package was made from.

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
    recorded = record.key if record else ""
    text = "\n".join([interpreter, *requirements, "", *pins, recorded])
    folder = cache / f"{interpreter}-{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    with _lock:
        if not folder.is_dir():
            _install(requirements, pins, folder, uv, record)
    return folder


def _install(
    requirements: list[str], pins: list[str], folder: Path, uv: str | None, record: Record | None
) -> None:
    names = ", ".join(requirements)
    if uv is None:
        raise OverlayError(
            f"{names}: needed for this machine's Python, and there is no uv to install it "
            "(`SERVERLESS_STACK_UV` is not set)"
        )
    work = folder.with_name(f"{folder.name}.{os.getpid()}-{os.urandom(4).hex()}")
    work.mkdir(mode=0o700)
    partial = work / "site"
    command = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--only-binary", ":all:"]
    command += ["--python", sys.executable]
    logger.info("installing for this machine: %s", names)
    try:
        if record is None:
            _install_unrecorded(command, requirements, partial, folder)
        else:
            options = _options(record, pins, work)
            _run_uv([*command, "--target", str(partial), *options], names, record)
            _check(requirements, partial)
        try:
            partial.rename(folder)
        except OSError:
            # Another cloud has created the same overlay in the meantime.
            if not folder.is_dir():
                raise
    except OverlayError as error:
        logger.error("%s", error)
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _install_unrecorded(
    command: list[str], requirements: list[str], partial: Path, folder: Path
) -> None:
    """Run uv with required hashes, which names and versions lack, and raise what to do instead."""
    names = ", ".join(requirements)
    try:
        _run_uv([*command, "--require-hashes", "--target", str(partial), *requirements], names)
    except OverlayError as error:
        by_hand = shlex.join([*command, "--target", str(folder), *requirements])
        raise OverlayError(
            f"{names}: packaged for Lambda, and there is no record of the hashes and the index of "
            "the same for this machine's Python, so what an index has under this name may be a "
            "stranger's. Package the function with `LambdaHandler`, or, if your default index is "
            f"the right one, run once: {by_hand}"
        ) from error


def _options(record: Record, pins: list[str], work: Path) -> list[str]:
    """Write down the requirements of a record, and return the options that install them."""
    listing = work / record.file_name
    listing.write_text(record.text, encoding="utf-8")
    options = ["-r", str(listing)]
    if record.has_hashes:
        return [*options, "--require-hashes"]
    constraints = work / "constraints.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")
    return [*options, "--constraint", str(constraints)]


def _run_uv(command: list[str], names: str, record: Record | None = None) -> None:
    source = record.source.parent if record else None
    if source is not None and not source.is_dir():
        raise OverlayError(
            f"{names}: the folder of the requirements does not exist any more: {source}; "
            "deploy the function again"
        )
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
            cwd=source,
            env=record.environment() if record else None,
        )
    except subprocess.TimeoutExpired as error:
        raise OverlayError(
            f"{names}: installing took more than {INSTALL_SECONDS} s; try again"
        ) from error
    if done.returncode != 0:
        raise OverlayError(
            f"{names}: packaged for Lambda, and this machine's Python "
            f"{platform.python_version()} cannot have the same: {done.stderr.strip()}"
        )


def _check(requirements: list[str], folder: Path) -> None:
    """Check that the requirements of the record have led to all that is needed here."""
    installed = {distribution.name for distribution in distributions([folder])}
    missing = [text for text in requirements if name_of(text) not in installed]
    if missing:
        raise OverlayError(
            f"{', '.join(missing)}: in the package or its layers, but not in its requirements, so "
            "there is no build of it for this machine; add it to the requirements"
        )
