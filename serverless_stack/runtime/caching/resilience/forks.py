"""What a process that is forked off must not take over: locks of threads that it does not have."""

import os
import weakref
from typing import Protocol


class Renewable(Protocol):
    """Something that threads share, and a process must not."""

    def renew(self) -> None:
        """Begin anew in a child process, whose only thread is the one that forked."""


_all: "weakref.WeakSet[Renewable]" = weakref.WeakSet()


def renew_in_children(thing: Renewable) -> None:
    """Have something renewed in each process that is forked off, as long as it lives.

    Args:
        thing: What is renewed; this does not keep it alive.
    """
    _all.add(thing)


def _renew() -> None:
    for thing in list(_all):
        thing.renew()


os.register_at_fork(after_in_child=_renew)
