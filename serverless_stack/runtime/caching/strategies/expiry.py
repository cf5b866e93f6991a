"""How long values are cached, and what may be returned of what is cached."""

import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeGuard, TypeVar

from serverless_stack.runtime.arguments import check_functions, check_optional_functions
from serverless_stack.runtime.caching.base import (
    MISSING,
    CacheEntry,
    is_number,
    seconds_problem,
)

V = TypeVar("V")


class Lookup(NamedTuple, Generic[V]):
    """A value and where it came from.

    Attributes:
        value: The value.
        hit: True if the cache had the value, False if it was loaded from the source.
        degraded: True if the cache failed; the value is correct all the same.
        stale: True if the value is older than its soft TTL, or older than its TTL because the
            source failed.
    """

    value: V
    hit: bool
    degraded: bool
    stale: bool = False


Answer = Lookup[object]


class ExpiryPolicy:
    """Sets the time to live of each value, and judges entries by their age.

    Args: see `LazyLoading`; they have the same names.

    Raises:
        ValueError: Numbers are out of range; the message names all of them.
    """

    def __init__(
        self,
        ttl: int,
        *,
        jitter: float = 0.0,
        negative_ttl: int | None = None,
        soft_ttl: float | None = None,
        stale_if_error: int | None = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] | None = None,
    ) -> None:
        check_functions(clock=clock)
        check_optional_functions(random=random)
        problems = [seconds_problem("ttl", ttl)]
        if not (is_number(jitter) and 0 <= jitter < 1):
            problems.append(f"`jitter` must be 0 or more and less than 1, got: {jitter!r}")
        if negative_ttl is not None:
            problems.append(seconds_problem("negative_ttl", negative_ttl, least=0))
        if soft_ttl is not None and not (
            is_number(soft_ttl) and soft_ttl > 0 and (any(problems) or soft_ttl < ttl)
        ):
            problems.append(
                f"`soft_ttl` must be more than 0 seconds and less than `ttl`, got: {soft_ttl!r}"
            )
        if stale_if_error is not None:
            problems.append(seconds_problem("stale_if_error", stale_if_error))
            if not any(problems):  # what the store is told is the sum
                problems.append(seconds_problem("ttl` + `stale_if_error", ttl + stale_if_error))
        if any(problems):
            raise ValueError("; ".join(filter(None, problems)))
        if jitter and random is None:
            from random import random
        self.max_ttl = ttl + (stale_if_error or 0)
        self.ttl = ttl
        self.soft_ttl = soft_ttl
        self.stale_if_error = stale_if_error
        self.clock = clock
        self._jitter = jitter
        self._negative_ttl = negative_ttl
        self._random = random

    def draw_jitter(self) -> float:
        """Return the random part by which a time to live is shortened."""
        return self._jitter * self._random() if self._random else 0.0

    def entry(self, value: object, jitter: float | None = None) -> tuple[object, int] | None:
        """Return what to store for a value and for how many seconds; None for nothing.

        Args:
            value: The value.
            jitter: A result of `draw_jitter`. Default: drawn now.
        """
        if value is None and self._negative_ttl is not None:
            return (None, self._negative_ttl) if self._negative_ttl else None
        jitter = self.draw_jitter() if jitter is None else jitter
        ttl = max(1, self.ttl - int(self.ttl * jitter))
        if self.soft_ttl is None and self.stale_if_error is None:
            return value, ttl
        now = self.clock()
        soft_ttl = ttl if self.soft_ttl is None else min(ttl, self.soft_ttl * (1 - jitter))
        return CacheEntry(value, now + soft_ttl, now + ttl), ttl + (self.stale_if_error or 0)

    def usable(self, cached: object) -> Answer | None:
        """Return what a store returned as a hit, if it has not expired."""
        if cached is MISSING:
            return None
        if type(cached) is not CacheEntry:
            return Lookup(cached, hit=True, degraded=False)
        now = self.clock()
        if now >= cached.valid_until:
            return None
        return Lookup(cached.value, True, False, stale=now >= cached.fresh_until)

    def outlives_error(self, cached: object) -> TypeGuard[CacheEntry]:
        """Return whether an expired entry may be returned because the source failed."""
        return (
            self.stale_if_error is not None
            and type(cached) is CacheEntry
            and self.clock() < cached.valid_until + self.stale_if_error
        )

    def is_due(self, answer: Answer) -> bool:
        """Return whether a hit is to be refreshed in the background."""
        return self.soft_ttl is not None and answer.hit and answer.stale
