"""Locks, results and background work shared by threads, also in a forked process."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from serverless_stack.runtime.caching import (
    LazyLoading,
    MemoryStore,
    Namespace,
    StoreUnavailable,
    WriteThrough,
)
from serverless_stack.runtime.caching.resilience import forks
from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock, register_fork_aware
from serverless_stack.runtime.caching.resilience.threads import Background, KeyLocks, Once
from tests.runtime.caching.rig import in_threads
from tests.runtime.servers import wait_until

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
LIMIT = 20.0
"""Seconds after which a child hangs."""


# Once


def test_threads_get_one_thing() -> None:
    def make() -> object:
        time.sleep(0.02)
        return object()

    once = Once(make)

    assert len(set(map(id, in_threads(10, once)))) == 1


def test_failure_is_not_kept() -> None:
    calls: list[int] = []

    def make() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise KeyError("not yet")
        return len(calls)

    once = Once(make)
    with pytest.raises(KeyError, match="not yet"):
        once()

    assert (once(), once()) == (2, 2)


# KeyLocks


def test_one_writer_of_a_key_at_a_time() -> None:
    locks = KeyLocks()
    inside = threading.Event()
    order: list[str] = []

    def second() -> None:
        inside.set()
        with locks.hold("a"):
            order.append("second")

    with locks.hold("a"), locks.hold("a"):  # `save` may put the same key again
        thread = threading.Thread(target=second)
        thread.start()
        assert inside.wait(30)
        with locks.hold("b"):
            order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_no_lock_is_kept() -> None:
    locks = KeyLocks()
    with locks.hold("a"):
        assert len(locks._locks) == 1

    assert locks._locks == {}


# Background


class Work:
    """Waits to be let go, and counts its runs."""

    def __init__(self) -> None:
        self.runs = 0
        self.may_end = threading.Event()
        self.failure: Exception | None = None

    def __call__(self) -> int:
        self.runs += 1
        assert self.may_end.wait(30)
        if self.failure is not None:
            raise self.failure
        return self.runs


def test_callers_share_a_run_and_its_outcome() -> None:
    work = Work()
    background = Background("work", work)
    outcomes: list[int] = []
    threads = [threading.Thread(target=lambda: outcomes.append(background.get(30))) for _ in "abc"]
    for thread in threads:
        thread.start()
    wait_until(lambda: work.runs == 1)
    work.may_end.set()
    for thread in threads:
        thread.join()

    assert outcomes[0] == 1
    assert background.get(30) == work.runs  # each later call is a run of its own


def test_run_goes_on_when_its_caller_has_given_up() -> None:
    work = Work()
    background = Background("work", work)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match=r"work: timed out after 0\.01 s"):
            background.get(0.01)
    background.start()

    assert work.runs == 1
    work.may_end.set()


def test_failure_goes_to_the_caller_and_the_next_run_is_another() -> None:
    work = Work()
    work.may_end.set()
    work.failure = OSError("no network")
    background = Background("work", work)
    with pytest.raises(OSError, match="no network"):
        background.get(30)
    work.failure = None

    assert background.get(30) == 2


# Forks


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


def test_a_lock_is_open_in_a_forked_process() -> None:
    lock = ForkSafeLock()

    def take() -> bool:
        with lock:
            return True

    def hold(stay: Callable[[], None]) -> None:
        with lock:
            stay()

    with busy(hold):
        assert in_child(take) is True


def test_a_thread_that_forks_while_it_holds_a_lock_can_leave_it_in_both_processes() -> None:
    lock = ForkSafeLock()
    with lock:
        child = os.fork()
    if child == 0:
        with lock:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with lock:
        pass


def test_what_is_renewed_is_not_kept_alive() -> None:

    class Thing:
        def reset_after_fork(self) -> None: ...

    thing = Thing()
    register_fork_aware(thing)
    assert thing in forks._fork_aware
    before = len(forks._fork_aware)
    del thing
    assert len(forks._fork_aware) < before
