"""Locks between processes, so that commands do not interfere with each other."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from serverless_stack.local.errors import LocalCloudError

_POLL_SECONDS = 0.05


class LockedError(LocalCloudError):
    """Another process holds the lock."""


@contextmanager
def locked(
    path: Path,
    *,
    wait: bool = True,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[None]:
    """Acquire a lock for the block, and remove its file afterwards.

    Args:
        path: The lock file. The lock is released if its process is killed.
        wait: Whether to wait for another process that holds the lock.
        on_wait: Called once, before waiting.

    Raises:
        LockedError: Another process holds the lock, and `wait` is false.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _acquire(path, wait, on_wait)
    try:
        yield
    finally:
        # Removed while the lock is held, so that the check in `_acquire` is reliable.
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _acquire(path: Path, wait: bool, on_wait: Callable[[], None] | None) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            if not wait:
                raise LockedError(f"{path} is held by another process") from None
            if on_wait is not None:
                on_wait()
                on_wait = None
            time.sleep(_POLL_SECONDS)
            continue
        if _is_same_file(descriptor, path):
            return descriptor
        os.close(descriptor)  # its last holder removed it: this file has no name any more


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
