"""Objects that start anew in a forked process, and in one that Lambda restored from a snapshot.

A forked process has one thread, and copies of locks that its parent's other threads held at
that moment: nobody would ever release them. Connections must not be shared by two processes.

A process that SnapStart restored has connections that servers closed long ago. What it knows by
its clock may be hours older than it seems, because the monotonic clock need not run in between.
"""

import os
import threading
import weakref
from contextlib import suppress
from importlib import import_module

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Protocol

    class ForkAware(Protocol):
        """An object whose state belongs to one process."""

        def reset_after_fork(self) -> None:
            """Forget the parent's threads and connections."""

    class RestoreAware(Protocol):
        """An object with values that grow old."""

        def reset_after_restore(self) -> None:
            """Forget the values that may be older than they seem."""


_fork_aware: "weakref.WeakSet[ForkAware]" = weakref.WeakSet()
# By their identity: subclasses of users' need not be hashable.
_restore_aware: "weakref.WeakValueDictionary[int, RestoreAware]" = weakref.WeakValueDictionary()


def register_fork_aware(thing: "ForkAware") -> None:
    """Call `reset_after_fork` of an object in every forked process, while the object lives."""
    _fork_aware.add(thing)


def _reset_all() -> None:
    for thing in list(_fork_aware):
        thing.reset_after_fork()


os.register_at_fork(after_in_child=_reset_all)


def register_restore_aware(thing: "RestoreAware") -> None:
    """Call `reset_after_restore` of an object after every restore, while the object lives."""
    _restore_aware[id(thing)] = thing


def reset_after_restore() -> None:
    """Forget connections, and values that may be older than they seem."""
    _reset_all()
    for thing in list(_restore_aware.values()):
        thing.reset_after_restore()


def register_restore_hook() -> None:
    """Have Lambda call `reset_after_restore` after each restore of a snapshot.

    The module that registers it is in Lambda's Python runtimes ("Lambda SnapStart runtime hooks for
    Python").
    """
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        with suppress(ImportError):
            import_module("snapshot_restore_py").register_after_restore(reset_after_restore)


register_restore_hook()


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
