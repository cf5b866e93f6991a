"""Numbers of all kinds: a cache that takes one works with it, or refuses it when it is made."""

import math
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.runtime.caching import (
    Budget,
    LazyLoading,
    MemoryStore,
    Namespace,
    RedisStore,
    WriteThrough,
)
from serverless_stack.runtime.caching.base import MAX_SECONDS
from serverless_stack.runtime.caching.clients.memcached_pool import expiry
from serverless_stack.runtime.caching.stores.memcached import MemcachedStore


class Hours(IntEnum):
    ONE = 3600


NUMBERS = (
    st.integers()
    | st.integers(0, 10)
    | st.floats()
    | st.decimals()
    | st.fractions()
    | st.timedeltas()
    | st.booleans()
    | st.sampled_from(
        [Hours.ONE, "60", None, 0, -0.0, 1e-300, MAX_SECONDS, MAX_SECONDS + 1, 10**400]
    )
)
MAKERS: dict[str, Callable[[object], object]] = {
    name: lambda value, name=name: LazyLoading(  # type: ignore[misc]
        MemoryStore(), len, **{name: value}
    )
    for name in ("ttl", "jitter", "soft_ttl", "negative_ttl", "stale_if_error", "lease", "budget")
}


@pytest.mark.parametrize("name", MAKERS)
@given(value=NUMBERS)
def test_number_is_refused_or_works(name: str, value: object) -> None:
    lazy, problem = None, ""
    try:
        lazy = MAKERS[name](value)
    except ValueError as error:
        problem = str(error)
    assert f"`{name}`" in problem or isinstance(lazy, LazyLoading)
    if isinstance(lazy, LazyLoading):
        assert [lazy.get("abc"), lazy.get("abc")] == [3, 3]
        found = lazy.lookup("abc")
        assert found.hit or (found.degraded and name == "budget")


@pytest.mark.parametrize(
    "value",
    [True, "1", math.nan, Decimal("0.5"), Fraction(1, 2), timedelta(seconds=1), -1],
    ids=lambda value: type(value).__name__,
)
def test_number_of_another_kind_is_refused(value: float) -> None:
    url = "127.0.0.1:1"
    for name, make in (
        ("timeout", lambda: RedisStore.from_url(f"redis://{url}", timeout=value)),
        ("timeout", lambda: MemcachedStore.from_url(f"memcached://{url}", timeout=value)),
        ("cool_down", lambda: RedisStore.from_url(f"redis://{url}", cool_down=value)),
        ("cool_down", lambda: MemcachedStore.from_url(f"memcached://{url}", cool_down=value)),
        (
            "discovery_interval",
            lambda: MemcachedStore.from_url(f"memcached://{url}", discovery_interval=value),
        ),
        ("budget", lambda: Budget(value)),
        ("refresh", lambda: Namespace("shop").on(MemoryStore(), refresh=value)),
        ("jitter", lambda: WriteThrough(MemoryStore(), print, jitter=value)),
    ):
        with pytest.raises(ValueError, match=f"`{name}` must be .*, got: "):
            make()


def test_sum_of_the_times_is_what_a_store_takes() -> None:
    with pytest.raises(ValueError, match=r"`ttl` \+ `stale_if_error` must be a whole number"):
        LazyLoading(MemoryStore(), len, ttl=MAX_SECONDS, stale_if_error=1)


@given(st.integers(1, MAX_SECONDS))
def test_memcached_takes_every_time_to_live(ttl: int) -> None:
    """Beyond 30 days it takes a point in time, which has 31 bits."""
    assert 1 <= expiry(ttl) < 2**31
