import pytest

from serverless_stack.runtime.caching import MISSING, MemoryStore, StoreUnavailable
from serverless_stack.runtime.caching.resilience.lease import Lease
from tests.runtime.caching.rig import Clock, FlakyStore


def test_one_has_it_until_it_is_released() -> None:
    store = MemoryStore()
    mine, other = Lease(store, "a", 5), Lease(store, "a", 5)

    assert mine.acquire()
    assert mine.held
    assert not other.acquire()
    assert not other.held
    assert Lease(store, "b", 5).acquire()
    assert mine.release()
    assert not mine.held
    assert other.acquire()


def test_it_ends_by_itself_and_its_owner_cannot_end_the_next_one() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    mine, other = Lease(store, "a", 5), Lease(store, "a", 5)
    mine.acquire()
    clock.now += 5

    assert other.acquire()
    assert not mine.release()
    assert store.get("a#lease") is not MISSING


def test_store_that_fails_gives_none() -> None:
    store = FlakyStore()
    store.down = True
    lease = Lease(store, "a", 5)
    with pytest.raises(StoreUnavailable):
        lease.acquire()

    assert not lease.held
