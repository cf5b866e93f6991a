"""A process that is forked off while threads of its parent are at work is held up by none."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from serverless_stack.runtime.caching import LazyLoading, MemoryStore, Namespace, WriteThrough
from serverless_stack.runtime.caching.resilience.background import Background
from serverless_stack.runtime.caching.resilience.breaker import CircuitBreaker
from serverless_stack.runtime.caching.resilience.forks import renew_in_children
from serverless_stack.runtime.caching.resilience.once import Once

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
LIMIT = 20.0
"""Seconds after which a child hangs."""


def in_child(work: Callable[[], object]) -> object:
    """Run a check in a forked process; give True, or why it was not passed."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0 or f"status {os.waitstatus_to_exitcode(status)}"
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return "hangs"


@contextmanager
def busy(work: Callable[[Callable[[], None]], object]) -> Iterator[None]:
    """Have a thread within some work, which calls what it is given to stay there."""
    inside, gate = threading.Event(), threading.Event()

    def stay() -> None:
        if threading.current_thread() is thread:
            inside.set()
            assert gate.wait(60)

    thread = threading.Thread(target=lambda: work(stay))
    thread.start()
    assert inside.wait(10)
    try:
        yield
    finally:
        gate.set()
        thread.join()


def test_a_load_of_the_parent_is_not_waited_for() -> None:
    lazy: LazyLoading[str] = LazyLoading(MemoryStore(), load=lambda key: "child")

    def get(stay: Callable[[], None]) -> None:
        def load(key: str) -> str:
            stay()
            return "parent"

        lazy.get("k", load=load)

    with busy(get):
        assert in_child(lambda: lazy.get("k") == "child") is True
        assert in_child(lambda: lazy.get_many(["k", "j"]) == {"k": "child", "j": "child"}) is True
    assert lazy.get("k") == "parent"


def test_a_put_of_the_parent_is_not_waited_for() -> None:
    stays: list[Callable[[], None]] = []

    def save(key: str, value: int) -> None:
        for stay in stays:
            stay()

    writer = WriteThrough(MemoryStore(), save)

    def put(stay: Callable[[], None]) -> None:
        stays.append(stay)
        writer.put("k", 1)

    with busy(put):
        assert in_child(lambda: writer.put("k", 2)) is True


def test_what_forks_itself_goes_on_in_both_processes() -> None:
    children: list[object] = []

    def load(key: str) -> str:
        children.append(in_child(lambda: lazy.get(key, load=lambda key: "child") == "child"))
        return "parent"

    lazy = LazyLoading(MemoryStore(), load)
    assert lazy.get("k") == "parent"
    assert children == [True]


def test_a_child_ends_the_load_that_it_was_forked_in() -> None:
    def load(key: str) -> str:
        return "child" if os.getpid() != parent else "parent"

    parent = os.getpid()
    lazy = LazyLoading(MemoryStore(), lambda key: f"{load(key)}, {in_child_of(key)}")
    ended: list[int] = []

    def in_child_of(key: str) -> str:
        ended.append(os.fork())
        return "child" if ended[-1] == 0 else "parent"

    try:
        found = lazy.get("k")
    finally:
        if os.getpid() != parent:
            os._exit(0 if found == "parent, child" and lazy.get("k") == found else 1)
    assert found == "parent, parent"
    assert os.waitpid(ended[0], 0)[1] == 0


def test_a_namespace_that_is_being_read_is_not_waited_for() -> None:
    class Slow(MemoryStore):
        stay = staticmethod(lambda: None)

        def get(self, key: str) -> object:
            self.stay()
            return super().get(key)

    store = Slow()
    named = Namespace("app").on(store)

    def read(stay: Callable[[], None]) -> None:
        store.stay = stay
        named.get("k")

    with busy(read):
        assert in_child(lambda: named.increment("k") == 1) is True


def test_what_is_being_made_is_made_again() -> None:
    stays: list[Callable[[], None]] = []

    def make() -> int:
        for stay in stays:
            stay()
        return os.getpid()

    once, background = Once(make), Background("making", make)
    parent = os.getpid()

    def work(stay: Callable[[], None]) -> None:
        stays.append(stay)
        once()

    with busy(work):
        assert in_child(lambda: once() != parent) is True
    assert once() == parent
    assert background.get(10) == parent
    assert in_child(lambda: background.get(10) != parent) is True


@pytest.mark.parametrize("make", [MemoryStore, lambda: CircuitBreaker("it")])
def test_locks_that_are_held_are_left_to_the_parent(make: Callable[[], object]) -> None:
    thing = make()
    with thing._lock:  # type: ignore[attr-defined]
        assert in_child(lambda: thing._lock.acquire(timeout=5)) is True  # type: ignore[attr-defined]


def test_what_is_renewed_is_not_kept_alive() -> None:
    from serverless_stack.runtime.caching.resilience import forks

    class Thing:
        def renew(self) -> None: ...

    thing = Thing()
    renew_in_children(thing)
    assert thing in forks._all
    before = len(forks._all)
    del thing
    assert len(forks._all) < before
