"""Locks between processes, so that two launchers at once do not break each other's work."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from serverless_stack.local.errors import LocalCloudError

_POLL_SECONDS = 0.05


class LockedError(LocalCloudError):
    """Another process holds the lock, and the caller did not want to wait."""


@contextmanager
def locked(
    path: Path,
    *,
    wait: bool = True,
    cancel: Event | None = None,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[None]:
    """Hold the lock `path` while the block runs; the file is gone afterwards.

    Args:
        path: The lock file; its folder is made when missing. A process that dies lets go.
        wait: Wait for the process that holds it. When false, raise at once.
        cancel: Stop waiting when it is set.
        on_wait: Called once when there is somebody to wait for.

    Raises:
        LockedError: Somebody else holds the lock and `wait` is false, or `cancel` was set.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _acquire(path, wait, cancel, on_wait)
    try:
        yield
    finally:
        # Unlinking while still holding it is what makes the re-check in _acquire sound.
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _acquire(
    path: Path, wait: bool, cancel: Event | None, on_wait: Callable[[], None] | None
) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            if not wait or (cancel is not None and cancel.is_set()):
                raise LockedError(f"{path} is held by another process") from None
            if on_wait is not None:
                on_wait()
                on_wait = None
            time.sleep(_POLL_SECONDS)
            continue
        if _is_same_file(descriptor, path):
            return descriptor
        os.close(descriptor)  # the holder before us removed it: this is a file without a name


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
