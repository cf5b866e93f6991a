"""How long values live."""

import time
from collections.abc import Callable

from serverless_stack.runtime.caching.codecs.aged import Aged
from serverless_stack.runtime.caching.errors import StoreRefused


class Lives:
    """Gives each value its time to live, and its age if it has a soft life.

    Args: see `LazyLoading`; they have the same names.

    Raises:
        ValueError: A number is out of its range; all of them are named.
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
        problems = []
        if ttl < 1:
            problems.append(f"`ttl` must be 1 second or more, got: {ttl}")
        if not 0 <= jitter < 1:
            problems.append(f"`jitter` must be 0 or more and less than 1, got: {jitter}")
        if negative_ttl is not None and negative_ttl < 0:
            problems.append(f"`negative_ttl` must be 0 seconds or more, got: {negative_ttl}")
        if soft_ttl is not None and not 0 < soft_ttl < ttl:
            problems.append(
                f"`soft_ttl` must be more than 0 seconds and less than `ttl`, got: {soft_ttl}"
            )
        if stale_if_error is not None and stale_if_error < 1:
            problems.append(f"`stale_if_error` must be 1 second or more, got: {stale_if_error}")
        if problems:
            raise ValueError("; ".join(problems))
        if jitter and random is None:
            from random import random
        self.longest = ttl + (stale_if_error or 0)
        self.ttl = ttl
        self.soft_ttl = soft_ttl
        self.stale_if_error = stale_if_error
        self.clock = clock
        self._jitter = jitter
        self._negative_ttl = negative_ttl
        self._random = random

    def draw(self) -> float:
        """Give the part by which a life is shorter, by chance."""
        return self._jitter * self._random() if self._random else 0.0

    def entry(self, value: object, less: float | None = None) -> tuple[object, int] | None:
        """Give what to store for a value and for how many seconds; None if it is not cached.

        Args:
            value: The value.
            less: What `draw` gave; drawn now when None.
        """
        if value is None and self._negative_ttl is not None:
            return (None, self._negative_ttl) if self._negative_ttl else None
        less = self.draw() if less is None else less
        ttl = max(1, self.ttl - int(self.ttl * less))
        if self.soft_ttl is None and self.stale_if_error is None:
            return value, ttl
        now = self.clock()
        soft_ttl = ttl if self.soft_ttl is None else min(ttl, self.soft_ttl * (1 - less))
        return Aged(value, now + soft_ttl, now + ttl), ttl + (self.stale_if_error or 0)

    def spare(self, cached: object) -> Aged | None:
        """Give the entry if it may be given when the source fails."""
        if (
            self.stale_if_error is not None
            and type(cached) is Aged
            and self.clock() < cached.valid_until + self.stale_if_error
        ):
            return cached
        return None


def not_cached(key: str, error: Exception) -> None:
    """Log that a value cannot be cached; the caller has it all the same."""
    import logging

    kind = "" if isinstance(error, StoreRefused) else f"{type(error).__name__}: "
    logging.getLogger(__name__).warning("`%s` is not cached: %s%s", key, kind, error)
