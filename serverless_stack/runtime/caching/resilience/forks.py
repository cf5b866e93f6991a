"""Objects that start anew in a forked process.

A forked process has one thread, and copies of locks that its parent's other threads held at
that moment: nobody would ever release them. Connections must not be shared by two processes.
"""

import os
import threading
import weakref
from contextlib import suppress

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Protocol

    class ForkAware(Protocol):
        """An object whose state belongs to one process."""

        def reset_after_fork(self) -> None:
            """Forget the parent's threads and connections."""


_fork_aware: "weakref.WeakSet[ForkAware]" = weakref.WeakSet()


def register_fork_aware(thing: "ForkAware") -> None:
    """Call `reset_after_fork` of an object in every forked process, while the object lives."""
    _fork_aware.add(thing)


def _reset_all() -> None:
    for thing in list(_fork_aware):
        thing.reset_after_fork()


os.register_at_fork(after_in_child=_reset_all)


class ForkSafeLock:
    """A lock that is open in a forked process, whichever thread of the parent held it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        register_fork_aware(self)

    def reset_after_fork(self) -> None:
        """Open the lock."""
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        with suppress(RuntimeError):  # open: this thread forked while it held the lock
            self._lock.release()
