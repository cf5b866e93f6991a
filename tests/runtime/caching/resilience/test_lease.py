import pytest

from serverless_stack.runtime.caching import MISSING, MemoryStore, StoreUnavailable
from serverless_stack.runtime.caching.resilience.budget import Stopwatch
from serverless_stack.runtime.caching.resilience.lease import Lease, entry_key
from serverless_stack.runtime.caching.resilience.single_flight import Flight
from tests.runtime.caching.rig import Clock, FlakyStore

FLIGHT = Flight(["a"])


def test_one_has_it_until_it_is_released() -> None:
    store = MemoryStore()
    mine, other = Lease(store, "a", 5), Lease(store, "a", 5)

    assert mine.acquire(FLIGHT)
    assert not other.acquire(FLIGHT)
    other.release()
    assert not other.acquire(FLIGHT)
    assert Lease(store, "b", 5).acquire(FLIGHT)
    mine.release()
    assert other.acquire(FLIGHT)


def test_it_expires_and_its_owner_cannot_end_the_next_one() -> None:
    clock = Clock()
    store = MemoryStore(clock=clock)
    mine, other = Lease(store, "a", 5), Lease(store, "a", 5)
    mine.acquire(FLIGHT)
    clock.now += 5

    assert other.acquire(FLIGHT)
    mine.release()
    assert store.get("#lease:a") is not MISSING


def test_store_that_fails_gives_none() -> None:
    store = FlakyStore()
    store.down = True
    lease = Lease(store, "a", 5)
    with pytest.raises(StoreUnavailable):
        lease.acquire(FLIGHT)
    lease.release()

    assert store.asked == ["add", "delete_if"]  # the server may have run the first


def test_lease_whose_acquisition_was_not_answered_is_released() -> None:
    """The server ran the command, and its answer was lost."""
    store = FlakyStore()

    def lose_the_answer(method: str) -> None:
        store.before = lambda method: None
        store.inner.add("#lease:a", lease._token, 5)
        raise StoreUnavailable("timed out")

    lease = Lease(store, "a", 5)
    store.before = lose_the_answer
    with pytest.raises(StoreUnavailable):
        lease.acquire(FLIGHT)
    lease.release()

    assert store.inner.get("#lease:a") is MISSING


def test_the_load_around_the_caller_may_hold_it() -> None:
    store = MemoryStore()
    flight = Flight(["a"])
    Lease(store, "a", 5).acquire(flight)

    with flight.boarded():
        assert Lease(store, "a", 5).is_held_here()
        assert not Lease(store, "b", 5).is_held_here()
        assert not Lease(MemoryStore(), "a", 5).is_held_here()
    assert not Lease(store, "a", 5).is_held_here()


@pytest.mark.parametrize(("budget", "most"), [(None, 1.0), (0.2, 0.2)])
def test_pauses_end_with_the_lease_or_the_budget(budget: float | None, most: float) -> None:
    pauses = list(Lease(MemoryStore(), "a", 1).pauses(Stopwatch(budget)))

    assert pauses[0] == 0.005
    assert max(pauses) <= 0.1
    assert sum(pauses) == pytest.approx(most)


def test_no_key_of_a_user_is_that_of_a_lease() -> None:
    keys = ["a", "#lease:a", "#key:#lease:a", "#", "a#lease"]
    names = [entry_key(key) for key in keys]

    assert len({*names, *(Lease(MemoryStore(), key, 1).key for key in keys)}) == 2 * len(keys)
    assert entry_key("a") == "a"
