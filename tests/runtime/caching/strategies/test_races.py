"""Changes at any step of a load: the process never believes what the source had before."""

import threading
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.runtime.caching import LazyLoading, WriteThrough
from tests.runtime.caching.rig import Clock, FlakyStore

CHANGE = st.tuples(st.integers(0, 12), st.sampled_from(["put", "invalidate", "delete"]))


@pytest.mark.parametrize("deletes", [False, True])
@settings(max_examples=100)
@given(
    changes=st.lists(CHANGE, max_size=4),
    calls=st.lists(st.sampled_from(["get", "lookup", "many"]), min_size=1, max_size=3),
    lease=st.none() | st.just(5),
    is_stale=st.booleans(),
    down_at=st.none() | st.integers(0, 12),
)
def test_a_change_at_any_step_is_not_undone(
    deletes: bool,
    changes: Sequence[tuple[int, str]],
    calls: Sequence[str],
    lease: int | None,
    is_stale: bool,
    down_at: int | None,
) -> None:
    clock, store, truth = Clock(), FlakyStore(), {"k": "0", "j": "0"}
    refreshes: list[threading.Thread] = []
    pending, step = dict(changes), -1
    inside = threading.local()

    def load(key: str) -> str:
        value = truth[key]
        happen("load")
        return value

    lazy = LazyLoading(
        store,
        load,
        ttl=60,
        soft_ttl=10,
        lease=lease if down_at is None else None,  # one that is left is waited for
        clock=clock,
        load_many=lambda keys: {key: load(key) for key in keys},
    )
    writer = WriteThrough(store, truth.__setitem__, ttl=60, invalidate=deletes)

    def change(kind: str, number: int) -> None:
        inside.change = True
        if kind == "put":
            writer.put("k", f"{number}")
        else:
            truth["k"] = f"{number}"
            lazy.invalidate("k")

    def happen(_method: str) -> None:
        nonlocal step
        if getattr(inside, "change", False):
            return
        step += 1
        store.down = down_at is not None and down_at <= step < down_at + 2
        kind = pending.pop(step, None)
        if kind is not None:
            in_thread(lambda: change(kind, step + 1))

    def in_thread(work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(30)
        assert not thread.is_alive(), "it waits for the load that waits for it"

    if is_stale:
        lazy.get("k")
        clock.now += 20
    store.before = happen
    for call in calls:
        if call == "many":
            lazy.get_many(["k", "j"])
        else:
            getattr(lazy, call)("k")
    refreshes.extend(t for t in threading.enumerate() if t.name.startswith("refresh "))
    for thread in refreshes:
        thread.join(30)
    store.before, store.down = lambda _method: None, False
    pending.clear()
    step = 10_000  # so that a load is not a step any more
    assert lazy.get("k") == truth["k"]
    assert lazy.get_many(["k", "j"]) == truth
