import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from serverless_stack.runtime.caching import (
    MISSING,
    Budget,
    Event,
    JsonCodec,
    LazyLoading,
    Lookup,
    MemoryStore,
    WriteThrough,
)
from serverless_stack.runtime.caching.resilience.single_flight import MAX_REFRESHES
from tests.runtime.caching.rig import Clock, FlakyStore, in_threads
from tests.runtime.caching.rig import Source as Origin
from tests.runtime.servers import wait_until


class Source:
    """A source of values that counts how often it is asked."""

    def __init__(self, values: dict[str, str | None]) -> None:
        self.values = values
        self.loads = 0

    def load(self, key: str) -> str | None:
        self.loads += 1
        return self.values[key]


def test_miss_loads_and_hit_does_not() -> None:
    source = Source({"a": "A"})
    lazy = LazyLoading(MemoryStore(), source.load)

    assert lazy.lookup("a") == Lookup("A", hit=False, degraded=False)
    assert lazy.lookup("a") == Lookup("A", hit=True, degraded=False)
    assert lazy.get("a") == "A"
    assert source.loads == 1


def test_none_is_a_value() -> None:
    source = Source({"a": None})
    lazy = LazyLoading(MemoryStore(), source.load)
    lazy.get("a")

    assert lazy.lookup("a") == Lookup(None, hit=True, degraded=False)
    assert source.loads == 1


def test_value_is_loaded_again_when_its_time_is_over() -> None:
    now = [0.0]
    source = Source({"a": "old"})
    lazy = LazyLoading(MemoryStore(clock=lambda: now[0]), source.load, ttl=300)
    lazy.get("a")
    source.values["a"] = "new"

    now[0] = 299.9
    assert lazy.get("a") == "old"
    now[0] = 300
    assert lazy.get("a") == "new"


def test_invalidated_value_is_loaded_again() -> None:
    source = Source({"a": "old"})
    lazy = LazyLoading(MemoryStore(), source.load)
    lazy.get("a")
    source.values["a"] = "new"

    assert lazy.invalidate("a")
    assert lazy.get("a") == "new"


def test_error_of_the_source_reaches_the_caller_and_is_not_cached() -> None:
    source = Source({})
    lazy = LazyLoading(MemoryStore(), source.load)
    with pytest.raises(KeyError, match="a"):
        lazy.get("a")
    source.values["a"] = "A"

    assert lazy.get("a") == "A"


def test_time_to_live_below_a_second_is_refused() -> None:
    with pytest.raises(
        ValueError, match="`ttl` must be a whole number of seconds between 1 and 3153600000, got: 0"
    ):
        LazyLoading(MemoryStore(), Source({}).load, ttl=0)


@pytest.mark.parametrize("ttl", [1.5, 60.0, "60", True, None, 10**12, float("nan")])
@pytest.mark.parametrize("name", ["ttl", "negative_ttl", "stale_if_error", "lease"])
def test_times_to_live_are_whole_seconds(name: str, ttl: object) -> None:
    if ttl is None and name != "ttl":
        return
    options = {"ttl": 100, name: ttl}
    with pytest.raises((ValueError, TypeError), match=f"`{name}` must be a whole number"):
        LazyLoading(MemoryStore(), str.upper, **options)  # type: ignore[arg-type]


@dataclass
class OwnStore(MemoryStore):
    """Not hashable, and equal to others of its kind."""

    def __post_init__(self) -> None:
        super().__init__()


def test_store_need_not_be_hashable() -> None:
    first, second = OwnStore(), OwnStore()
    assert first == second

    lazy = LazyLoading(first, str.upper)
    assert lazy.get("a") == "A"
    assert lazy.lookup("a").hit
    assert not LazyLoading(second, str.upper).lookup("a").hit


@pytest.fixture
def source() -> Origin:
    return Origin()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_another_source_for_one_call() -> None:
    lazy = LazyLoading(MemoryStore(), str.upper)

    assert lazy.get("a", str.title) == "A"
    assert lazy.get("b", lambda key: "another") == "another"
    assert lazy.get("b") == "another"


def test_jitter_shortens_lives_by_chance() -> None:
    clock = Clock()
    chances = iter([0.0, 0.5, 0.99])
    store = MemoryStore(clock=clock)
    lazy = LazyLoading(store, str.upper, ttl=100, jitter=0.2, random=lambda: next(chances))
    for key in "abc":
        lazy.get(key)

    clock.now += 80
    assert [store.get(key) for key in "abc"] == ["A", "B", "C"]
    clock.now += 2
    assert [store.get(key) for key in "abc"] == ["A", "B", MISSING]
    clock.now += 8
    assert [store.get(key) for key in "abc"] == ["A", MISSING, MISSING]
    clock.now += 10
    assert store.get("a") is MISSING


def test_jitter_has_its_own_chance() -> None:
    store = FlakyStore()
    ttls: list[int | None] = []
    store.inner.set = lambda key, value, ttl=None: ttls.append(ttl)  # type: ignore[method-assign]
    lazy = LazyLoading(store, str.upper, ttl=1000, jitter=0.1)
    for number in range(200):
        lazy.get(str(number))

    assert len(set(ttls)) > 20
    assert all(ttl is not None and 900 <= ttl <= 1000 for ttl in ttls)


@pytest.mark.parametrize(("negative_ttl", "lives"), [(5, [True, False]), (None, [True, True])])
def test_none_has_a_life_of_its_own(negative_ttl: int | None, lives: list[bool]) -> None:
    clock = Clock()
    lazy = LazyLoading[str | None](
        MemoryStore(clock=clock), lambda key: None, ttl=100, negative_ttl=negative_ttl
    )
    lazy.get("a")
    hits = []
    for _ in range(2):
        clock.now += 4
        hits.append(lazy.lookup("a").hit)

    assert hits == lives


def test_none_is_not_cached_for_0_seconds() -> None:
    lazy = LazyLoading[str | None](MemoryStore(), lambda key: None, negative_ttl=0)

    assert lazy.lookup("a") == lazy.lookup("a") == Lookup(None, hit=False, degraded=False)


def test_value_that_cannot_be_cached_is_given_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = MemoryStore(codec=JsonCodec(max_bytes=10))
    values: dict[str, object] = {"large": "x" * 20, "nan": float("nan"), "thing": object()}
    lazy = LazyLoading(store, values.__getitem__)

    for key, value in values.items():
        assert lazy.get(key) is value
        assert lazy.lookup(key) == Lookup(value, hit=False, degraded=False)
        assert store.get(key) is MISSING
    assert "`large` is not cached: the value is too large" in caplog.text
    assert "`nan` is not cached: ValueError: Out of range" in caplog.text
    assert "`thing` is not cached: TypeError: a value of type object" in caplog.text


def test_stale_value_goes_when_the_new_one_is_too_large(clock: Clock) -> None:
    store = MemoryStore(codec=JsonCodec(max_bytes=50), clock=clock)
    values = {"a": "small"}
    lazy = LazyLoading(store, lambda key: values[key], ttl=20, soft_ttl=5, clock=clock)
    lazy.get("a")
    values["a"] = "x" * 60
    clock.now += 6

    assert lazy.get("a") == "small"
    wait_until(lambda: store.get("a") is MISSING)
    assert lazy.get("a") == "x" * 60


# Single flight


@pytest.mark.parametrize("down", [False, True], ids=["well", "degraded"])
def test_threads_that_miss_one_key_load_it_once(source: Origin, down: bool) -> None:
    store = FlakyStore()
    store.down = down
    source.gate = threading.Event()
    lazy = LazyLoading(store, source.load)
    threading.Timer(0.2, source.gate.set).start()

    assert in_threads(20, lambda: lazy.get("a")) == ["a:1"] * 20
    assert source.loads == ["a"]


@pytest.mark.parametrize("down", [False, True], ids=["well", "degraded"])
def test_at_most_one_load_of_a_key_at_a_time(source: Origin, down: bool) -> None:
    store = FlakyStore()
    store.down = down
    lazy = LazyLoading(store, source.load)

    def work() -> None:
        for _ in range(50):
            lazy.get("a")
            lazy.invalidate("a")

    in_threads(8, work)

    assert source.most_at_once == 1


def test_threads_that_miss_different_keys_load_at_once(source: Origin) -> None:
    source.gate = threading.Event()
    lazy = LazyLoading(MemoryStore(), source.load)
    keys = iter("abcd")
    threading.Thread(target=in_threads, args=(4, lambda: lazy.get(next(keys)))).start()

    for _ in range(4):
        assert source.entered.acquire(timeout=30)
    source.gate.set()


def test_waiters_get_the_exception_of_the_source(source: Origin) -> None:
    source.gate = threading.Event()
    source.failure = OSError("the source is down")
    lazy = LazyLoading(MemoryStore(), source.load)
    threading.Timer(0.2, source.gate.set).start()

    results = in_threads(10, lambda: lazy.get("a"))

    assert results == [source.failure] * 10
    assert source.loads == ["a"]
    source.failure = None
    assert lazy.get("a") == "a:2"


def test_interrupt_of_the_one_that_loads_is_not_shared() -> None:
    entered, proceed = threading.Event(), threading.Event()
    calls: list[int] = []

    def load(key: str) -> str:
        calls.append(1)
        if len(calls) == 1:
            entered.set()
            assert proceed.wait(30)
            raise KeyboardInterrupt
        return "loaded"

    lazy = LazyLoading(MemoryStore(), load)

    def interrupted() -> None:
        with pytest.raises(KeyboardInterrupt):
            lazy.get("a")

    first = threading.Thread(target=interrupted)
    first.start()
    assert entered.wait(30)
    threading.Timer(0.2, proceed.set).start()

    assert lazy.get("a") == "loaded"
    first.join()


def test_source_that_asks_for_its_own_key_does_not_wait_for_itself() -> None:
    depth: list[int] = []

    def load(key: str) -> str:
        depth.append(1)
        return lazy.get(key) if len(depth) < 3 else "deep"

    lazy = LazyLoading(MemoryStore(), load)

    assert lazy.get("a") == "deep"


@pytest.mark.parametrize("stores", [1, 2], ids=["one loader", "two loaders"])
def test_source_that_asks_for_its_own_key_does_not_wait_for_its_own_lease(stores: int) -> None:
    store = MemoryStore()
    depth: list[int] = []

    def load(key: str) -> str:
        depth.append(1)
        return loaders[-1].get(key) if len(depth) < 3 else "deep"

    loaders = [LazyLoading(store, load, lease=3600) for _ in range(stores)]

    assert loaders[0].get("a") == "deep"


def test_loads_that_ask_for_each_others_keys_do_not_wait_for_each_other() -> None:
    together = threading.Barrier(2)
    loads: list[str] = []

    def load(key: str) -> str:
        loads.append(key)
        if len(loads) <= 2:
            together.wait(30)
            return lazy.get("b" if key == "a" else "a")
        return "deep"

    lazy = LazyLoading(MemoryStore(), load)
    keys = iter("ab")

    assert in_threads(2, lambda: lazy.get(next(keys))) == ["deep", "deep"]


def test_iterator_is_not_shared_between_threads(caplog: pytest.LogCaptureFixture) -> None:
    entered = threading.Event()

    def load(key: str) -> Iterator[int]:
        entered.set()
        time.sleep(0.1)
        return iter([1, 2, 3])

    lazy = LazyLoading(MemoryStore(), load)

    assert in_threads(3, lambda: list(lazy.get("a"))) == [[1, 2, 3]] * 3
    assert "`a` is not cached: TypeError" in caplog.text


def test_batch_that_asks_for_its_own_keys_does_not_wait_for_itself(source: Origin) -> None:
    def load_many(keys: Sequence[str]) -> dict[str, str | None]:
        if len(keys) == 1:
            return {key: lazy.get(key) for key in keys}
        return lazy.get_many(keys[:1])

    lazy = LazyLoading(MemoryStore(), source.load, load_many=load_many)

    assert lazy.get_many(["a", "b"]) == {"a": "a:1"}


def test_miss_before_a_load_ended_looks_again(source: Origin) -> None:
    """A thread may miss, be put to sleep, and wake up after another has cached the value."""
    store = FlakyStore()
    lazy = LazyLoading(store, source.load)
    asked, woken = threading.Event(), threading.Event()

    def sleep_once(method: str) -> None:
        store.before = lambda method: None
        asked.set()

    store.before = sleep_once
    real = lazy._get

    def read(key: str) -> object:
        found = real(key)
        if threading.current_thread() is slow:
            assert woken.wait(30)
        return found

    lazy._get = read  # type: ignore[assignment]
    results: list[str | None] = []
    slow = threading.Thread(target=lambda: results.append(lazy.get("a")))
    slow.start()
    assert asked.wait(30)
    wait_until(lambda: store.asked == ["get"])
    assert lazy.get("a") == "a:1"
    woken.set()
    slow.join()

    assert results == ["a:1"]
    assert source.loads == ["a"]


# Soft life


def test_stale_value_is_given_at_once_while_one_caller_refreshes(
    source: Origin, clock: Clock
) -> None:
    lazy = LazyLoading(MemoryStore(clock=clock), source.load, ttl=100, soft_ttl=10, clock=clock)
    lazy.get("a")
    clock.now += 9
    assert lazy.lookup("a") == Lookup("a:1", hit=True, degraded=False)

    clock.now += 1
    source.gate = threading.Event()  # the refresh does not end before it is opened
    answers = in_threads(10, lambda: lazy.lookup("a"))
    assert answers == [Lookup("a:1", hit=True, degraded=False, stale=True)] * 10
    assert source.entered.acquire(timeout=30)
    assert lazy.get("a") == "a:1"
    source.gate.set()

    wait_until(lambda: lazy.get("a") == "a:2")
    assert lazy.lookup("a") == Lookup("a:2", hit=True, degraded=False)
    assert source.loads == ["a", "a"]


def test_one_of_two_processes_refreshes(source: Origin, clock: Clock) -> None:
    """Two loaders on one store stand for two processes: they share nothing else."""
    store = MemoryStore(clock=clock)
    first, second = (
        LazyLoading(store, source.load, ttl=100, soft_ttl=10, clock=clock) for _ in range(2)
    )
    first.get("a")
    clock.now += 10
    source.gate = threading.Event()
    assert first.get("a") == "a:1"
    source.entered.acquire()
    assert source.entered.acquire(timeout=30)

    assert second.get("a") == "a:1"
    assert not source.entered.acquire(timeout=0.3)
    source.gate.set()
    wait_until(lambda: second.get("a") == "a:2")
    assert source.loads == ["a", "a"]


def test_refresh_that_fails_leaves_the_value_stale(
    source: Origin, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    lazy = LazyLoading(MemoryStore(clock=clock), source.load, ttl=20, soft_ttl=10, clock=clock)
    lazy.get("a")
    source.failure = OSError("the source is down")
    clock.now += 10

    assert lazy.get("a") == "a:1"
    wait_until(lambda: "`a` stays stale" in caplog.text)
    assert lazy.lookup("a").stale
    clock.now += 10
    with pytest.raises(OSError, match="the source is down"):
        lazy.get("a")


def test_many_stale_values_take_few_threads(source: Origin, clock: Clock) -> None:
    keys = [str(number) for number in range(200)]
    lazy = LazyLoading(MemoryStore(clock=clock), source.load, ttl=100, soft_ttl=10, clock=clock)
    lazy.get_many(keys)
    clock.now += 10
    source.gate = threading.Event()
    before = threading.active_count()
    lazy.get_many(keys)

    assert threading.active_count() - before <= MAX_REFRESHES
    source.gate.set()
    source.gate = None
    wait_until(lambda: all(value.endswith(":2") for value in lazy.get_many(keys).values() if value))


def test_dead_owner_of_a_refresh_locks_nobody_out(source: Origin, clock: Clock) -> None:
    store = MemoryStore(clock=clock)
    lazy = LazyLoading(store, source.load, ttl=100, soft_ttl=10, lease=5, clock=clock)
    lazy.get("a")
    store.add("#lease:a", "of a process that died", ttl=5)
    clock.now += 10
    store.add("#lease:a", "of a process that died", ttl=5)
    assert lazy.get("a") == "a:1"
    clock.now += 5

    wait_until(lambda: lazy.get("a") == "a:2")


def test_soft_and_plain_loaders_read_each_others_entries(clock: Clock) -> None:
    store = MemoryStore(clock=clock)
    soft = LazyLoading(store, str.upper, ttl=100, soft_ttl=10, clock=clock)
    plain = LazyLoading(store, str.title, ttl=100, clock=clock)
    soft.get("soft")
    plain.get("plain")
    clock.now += 50

    assert soft.lookup("plain") == Lookup("Plain", hit=True, degraded=False)
    assert plain.get("soft") == "SOFT"
    assert plain.lookup("soft").hit
    assert plain.lookup("soft").stale
    clock.now += 50
    assert plain.get("soft") == "Soft"


def test_written_value_is_read_by_a_soft_loader(clock: Clock) -> None:
    store = MemoryStore(clock=clock)
    saved: dict[str, str] = {}
    soft = LazyLoading(store, saved.__getitem__, ttl=100, soft_ttl=10, clock=clock)
    writer = WriteThrough(store, saved.__setitem__)
    writer.put("a", "1")

    assert soft.lookup("a") == Lookup("1", hit=True, degraded=False)


# Lease


def test_lease_is_gone_after_the_load(source: Origin) -> None:
    store = MemoryStore()
    LazyLoading(store, source.load, lease=60).get("a")

    assert store.get("#lease:a") is MISSING


def test_lease_is_gone_after_a_load_that_failed(source: Origin) -> None:
    store = MemoryStore()
    source.failure = OSError("the source is down")
    with pytest.raises(OSError, match="the source is down"):
        LazyLoading(store, source.load, lease=60).get("a")

    assert store.get("#lease:a") is MISSING


@pytest.mark.parametrize("interrupt", [SystemExit, KeyboardInterrupt])
def test_lease_is_gone_after_an_interrupt(interrupt: type[BaseException]) -> None:
    store = MemoryStore()

    def load(key: str) -> str:
        raise interrupt

    with pytest.raises(interrupt):
        LazyLoading(store, load, lease=60).get("a")

    assert store.get("#lease:a") is MISSING


def test_others_wait_for_the_owner_of_the_lease(source: Origin) -> None:
    store = MemoryStore()
    source.gate = threading.Event()
    loaders = [LazyLoading(store, source.load, lease=60) for _ in range(4)]  # as many processes
    turns = iter(loaders * 5)
    threading.Timer(0.3, source.gate.set).start()

    assert in_threads(20, lambda: next(turns).get("a")) == ["a:1"] * 20
    assert source.loads == ["a"]


def test_value_stored_between_the_miss_and_the_lease_is_found(source: Origin) -> None:
    store = FlakyStore()

    def store_it(method: str) -> None:
        if method == "add":
            store.inner.set("a", "by the last owner")

    store.before = store_it

    assert LazyLoading(store, source.load, lease=5).lookup("a") == Lookup(
        "by the last owner", hit=True, degraded=False
    )
    assert source.loads == []
    assert store.inner.get("#lease:a") is MISSING


def test_without_a_lease_each_process_loads_once(source: Origin) -> None:
    store = MemoryStore()
    source.gate = threading.Event()
    loaders = [LazyLoading(store, source.load) for _ in range(4)]
    turns = iter(loaders * 5)
    threading.Timer(0.3, source.gate.set).start()
    in_threads(20, lambda: next(turns).get("a"))

    assert 1 <= len(source.loads) <= 4


def test_lease_of_a_dead_owner_ends_by_itself(source: Origin) -> None:
    store = MemoryStore()
    store.add("#lease:a", "of a process that died", ttl=1)

    assert LazyLoading(store, source.load, lease=60).get("a") == "a:1"
    assert store.get("a") == "a:1"


def test_who_has_waited_for_a_whole_lease_loads(source: Origin) -> None:
    store = MemoryStore()
    store.add("#lease:a", "of an owner that is slow", ttl=3600)

    assert LazyLoading(store, source.load, lease=1).get("a") == "a:1"
    assert store.get("#lease:a") == "of an owner that is slow"


def test_owner_does_not_end_the_lease_of_another(source: Origin) -> None:
    store = MemoryStore()

    def load(key: str) -> str:
        store.set("#lease:a", "of another, after mine had ended")
        return "A"

    assert LazyLoading(store, load, lease=60).get("a") == "A"
    assert store.get("#lease:a") == "of another, after mine had ended"


def test_store_that_fails_while_waiting_is_not_waited_for(source: Origin) -> None:
    store = FlakyStore()
    store.inner.add("#lease:a", "of another", ttl=3600)

    def fail(method: str) -> None:
        store.down = store.asked.count("add") > 2

    store.before = fail

    assert LazyLoading(store, source.load, lease=3600).lookup("a") == Lookup(
        "a:1", hit=False, degraded=True
    )


# Budget


def test_budget_ends_the_wait_for_a_lease(source: Origin) -> None:
    store = MemoryStore()
    store.add("#lease:a", "of another", ttl=3600)
    lazy = LazyLoading(store, source.load, lease=3600, budget=0.05)

    assert lazy.lookup("a") == Lookup("a:1", hit=False, degraded=True)


def test_budget_of_a_request_bounds_all_its_lookups(source: Origin) -> None:
    ticks = FlakyStore()
    budget = Budget(0.05)
    lazy = LazyLoading(ticks, source.load, budget=budget)
    ticks.before = lambda method: time.sleep(0.03)
    for key in "abcdef":
        assert lazy.get(key) == f"{key}:1"
    spent = len(ticks.asked)

    assert spent <= 2
    assert lazy.lookup("g") == Lookup("g:1", hit=False, degraded=True)
    budget.start()
    lazy.get("g")
    assert len(ticks.asked) > spent


# Stale if the source fails


def test_last_value_is_given_when_the_source_fails(
    source: Origin, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    lazy = LazyLoading(
        MemoryStore(clock=clock), source.load, ttl=10, stale_if_error=60, clock=clock
    )
    lazy.get("a")
    clock.now += 10
    source.failure = OSError("the source is down")

    assert lazy.lookup("a") == Lookup("a:1", hit=True, degraded=False, stale=True)
    assert "`a` is returned stale, because its source failed" in caplog.text
    assert "the source is down" in caplog.text
    assert lazy.get("a") == "a:1"
    source.failure = None
    assert lazy.lookup("a") == Lookup("a:4", hit=False, degraded=False)


def test_last_value_of_another_process_is_given(source: Origin, clock: Clock) -> None:
    store = MemoryStore(clock=clock)
    one, other = (
        LazyLoading(store, source.load, ttl=10, stale_if_error=60, clock=clock) for _ in range(2)
    )
    one.get("a")
    clock.now += 69
    source.failure = OSError("the source is down")

    assert other.lookup("a") == Lookup("a:1", hit=True, degraded=False, stale=True)
    clock.now += 1
    with pytest.raises(OSError, match="the source is down"):
        other.get("a")


def test_last_value_is_given_when_source_and_cache_fail(source: Origin) -> None:
    store = FlakyStore()
    lazy = LazyLoading(store, source.load, stale_if_error=60)
    store.inner.set("hit", "by another process")
    lazy.get("loaded")
    lazy.get("hit")
    store.down = True
    source.failure = OSError("the source is down")

    assert lazy.lookup("loaded") == Lookup("loaded:1", hit=True, degraded=True, stale=True)
    assert lazy.lookup("hit") == Lookup("by another process", True, True, stale=True)
    with pytest.raises(OSError, match="the source is down"):
        lazy.get("never seen")


def test_error_of_the_source_is_raised_unless_stale_values_are_allowed(
    source: Origin, clock: Clock
) -> None:
    store = MemoryStore(clock=clock)
    LazyLoading(store, source.load, ttl=10, stale_if_error=60, clock=clock).get("a")
    clock.now += 10
    source.failure = OSError("the source is down")

    with pytest.raises(OSError, match="the source is down"):
        LazyLoading(store, source.load, ttl=10, clock=clock).get("a")


# Several keys


def test_many_keys_take_one_round_trip_and_one_load(source: Origin) -> None:
    store = FlakyStore()
    lazy = LazyLoading(store, source.load, load_many=source.load_many)
    store.inner.set("b", "cached")

    assert lazy.get_many(["a", "b", "c", "a"]) == {"a": "a:many", "b": "cached", "c": "c:many"}
    assert list(lazy.get_many(["c", "b", "a"])) == ["c", "b", "a"]
    assert store.asked == ["get_many", "set_many", "get_many"]
    assert source.loads == ["a,c"]


def test_many_keys_with_jitter_take_one_round_trip(source: Origin) -> None:
    store = FlakyStore()
    lazy = LazyLoading(store, source.load, ttl=1000, jitter=0.9, load_many=source.load_many)
    lazy.get_many([str(number) for number in range(50)])

    assert store.asked == ["get_many", "set_many"]


def test_keys_that_the_source_leaves_out_are_left_out(source: Origin) -> None:
    lazy = LazyLoading(MemoryStore(), source.load, load_many=source.load_many)

    assert lazy.get_many(["absent", "a"]) == {"a": "a:many"}
    assert lazy.get_many([]) == {}


def test_many_keys_without_a_batch_load(source: Origin) -> None:
    lazy = LazyLoading(MemoryStore(), source.load)

    assert lazy.get_many(["a", "b"]) == {"a": "a:1", "b": "b:1"}
    assert lazy.lookup("a").hit


def test_many_keys_when_the_store_is_down(source: Origin) -> None:
    store = FlakyStore()
    store.down = True
    lazy = LazyLoading(store, source.load, load_many=source.load_many)

    assert lazy.get_many(["a", "b"]) == {"a": "a:many", "b": "b:many"}
    assert store.asked == ["get_many"]


def test_many_keys_with_none_and_values_that_cannot_be_cached(clock: Clock) -> None:
    store = MemoryStore(clock=clock, codec=JsonCodec(max_bytes=10))
    values = {"none": None, "a": "A", "large": "x" * 20}
    lazy = LazyLoading(
        store,
        values.__getitem__,
        negative_ttl=5,
        load_many=lambda keys: {key: values[key] for key in keys},
    )

    assert lazy.get_many(list(values)) == values
    assert store.get_many(list(values)) == {"none": None, "a": "A"}
    clock.now += 5
    assert store.get_many(list(values)) == {"a": "A"}


def test_many_stale_values_are_given_and_refreshed(source: Origin, clock: Clock) -> None:
    store = MemoryStore(clock=clock)
    lazy = LazyLoading(store, source.load, ttl=100, soft_ttl=10, clock=clock)
    lazy.get_many(["a", "b"])
    clock.now += 10

    assert lazy.get_many(["a", "b"]) == {"a": "a:1", "b": "b:1"}
    wait_until(lambda: lazy.get_many(["a", "b"]) == {"a": "a:2", "b": "b:2"})


def test_many_last_values_are_given_when_the_source_fails(source: Origin, clock: Clock) -> None:
    lazy = LazyLoading(
        MemoryStore(clock=clock), source.load, ttl=10, stale_if_error=60, clock=clock
    )
    lazy.get_many(["a", "b"])
    clock.now += 10
    source.failure = OSError("the source is down")

    assert lazy.get_many(["b", "a"]) == {"b": "b:1", "a": "a:1"}
    with pytest.raises(OSError, match="the source is down"):
        lazy.get_many(["a", "c"])


def test_many_and_one_share_a_load(source: Origin) -> None:
    source.gate = threading.Event()
    lazy = LazyLoading(MemoryStore(), source.load, load_many=source.load_many)
    one = threading.Thread(target=lazy.get, args=("a",))
    one.start()
    assert source.entered.acquire(timeout=30)
    threading.Timer(0.2, source.gate.set).start()

    assert lazy.get_many(["a", "b"]) == {"a": "a:1", "b": "b:many"}
    assert source.loads == ["a", "b"]
    one.join()


def test_one_waits_for_many_that_leave_it_out() -> None:
    entered, proceed = threading.Event(), threading.Event()

    def load_many(keys: Sequence[str]) -> dict[str, str]:
        entered.set()
        assert proceed.wait(30)
        return {}

    lazy = LazyLoading(MemoryStore(), str.upper, load_many=load_many)
    many: list[object] = []
    thread = threading.Thread(target=lambda: many.append(lazy.get_many(["a"])))
    thread.start()
    assert entered.wait(30)
    threading.Timer(0.2, proceed.set).start()

    assert lazy.get("a") == "A"
    thread.join()
    assert many == [{}]


# Events


def test_each_lookup_is_told(source: Origin, clock: Clock) -> None:
    events: list[Event] = []
    store = FlakyStore(clock)
    lazy = LazyLoading(store, source.load, ttl=10, soft_ttl=5, clock=clock, on_event=events.append)
    lazy.get("a")
    lazy.get("a")
    clock.now += 6
    lazy.lookup("a")
    lazy.get_many(["a", "b"])
    store.down = True
    lazy.get("a")

    told = [(event.outcome, event.key) for event in events]
    assert told[:3] == [("miss", "a"), ("hit", "a"), ("stale", "a")]
    assert sorted(key for _, key in told[3:5]) == ["a", "b"]
    assert told[5:] == [("degraded", "a")]
    assert all(event.seconds >= 0 for event in events)


def test_failing_listener_fails_nobody(source: Origin, caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: Event) -> None:
        raise OSError("no disk")

    assert LazyLoading(MemoryStore(), source.load, on_event=fail).get("a") == "a:1"
    assert "`on_event` failed" in caplog.text


# Refusals


def test_numbers_out_of_range_are_refused_together() -> None:
    with pytest.raises(ValueError, match="`ttl` must be") as caught:
        LazyLoading(
            MemoryStore(), str.upper, 0, jitter=1, negative_ttl=-1, soft_ttl=0, stale_if_error=0
        )

    assert str(caught.value).split("; ") == [
        "`ttl` must be a whole number of seconds between 1 and 3153600000, got: 0",
        "`jitter` must be 0 or more and less than 1, got: 1",
        "`negative_ttl` must be a whole number of seconds between 0 and 3153600000, got: -1",
        "`soft_ttl` must be more than 0 seconds and less than `ttl`, got: 0",
        "`stale_if_error` must be a whole number of seconds between 1 and 3153600000, got: 0",
    ]


def test_soft_life_must_be_shorter_than_the_life() -> None:
    with pytest.raises(ValueError, match=r"`soft_ttl` must be .* less than `ttl`, got: 300"):
        LazyLoading(MemoryStore(), str.upper, 300, soft_ttl=300)


def test_lease_and_budget_are_checked() -> None:
    with pytest.raises(
        ValueError,
        match="`lease` must be a whole number of seconds between 1 and 3153600000, got: 0",
    ):
        LazyLoading(MemoryStore(), str.upper, lease=0)
    with pytest.raises(ValueError, match="`budget` must be more than 0 seconds, got: 0"):
        LazyLoading(MemoryStore(), str.upper, budget=0)
