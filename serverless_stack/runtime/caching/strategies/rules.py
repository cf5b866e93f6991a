"""The rules of lazy loading: what is done, in which order, whatever fails."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from serverless_stack.runtime.caching.codecs.json import MISSING
from serverless_stack.runtime.caching.errors import StoreError
from serverless_stack.runtime.caching.resilience.budget import Budget
from serverless_stack.runtime.caching.resilience.doubts import doubts_about
from serverless_stack.runtime.caching.resilience.waiting import Waiting
from serverless_stack.runtime.caching.stores.base import Store
from serverless_stack.runtime.caching.strategies.filling import Filling, Flights, Found
from serverless_stack.runtime.caching.strategies.lives import Lives
from serverless_stack.runtime.caching.strategies.steps import Flow, Join, JoinMany, Spawn

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.metrics.events import Event, Outcome
    from serverless_stack.runtime.caching.resilience.last_known import LastKnown


class Rules:
    """Makes the flows of one `LazyLoading`."""

    def __init__(
        self,
        store: Store,
        lives: Lives,
        flights: Flights,
        *,
        lease: int | None,
        budget: float | Budget | None,
        on_event: "Callable[[Event], None] | None",
    ) -> None:
        if lease is not None and lease < 1:
            raise ValueError(f"`lease` must be 1 second or more, got: {lease}")
        if budget is not None and not isinstance(budget, Budget):
            Budget(budget)  # checks it
        self._store = store
        self._lives = lives
        self._flights = flights
        self._budget = budget
        self._on_event = on_event
        self.doubts = doubts_about(store, lives.longest)
        self._last_known: LastKnown | None = None
        if lives.stale_if_error is not None:
            from serverless_stack.runtime.caching.resilience import last_known

            self._last_known = last_known.LastKnown(store, lives.stale_if_error)
        self._filling = Filling(store, lives, flights, self.doubts, lease, self._last_known)

    @property
    def watchful(self) -> bool:
        """Whether a plain hit must be told, timed or remembered."""
        return (
            self._on_event is not None or self._budget is not None or self._last_known is not None
        )

    def look(self, key: str) -> Flow[Found]:
        """Answer a key from the cache, or else from the source."""
        seen = self._flights.landed
        waiting = self._waiting()
        try:
            if self.doubts.keys:
                yield from self._filling.ask(waiting, partial(self.doubts.settle, self._store, key))
            cached = yield from self._filling.ask(waiting, partial(self._store.get, key))
        except StoreError:
            found = yield from self.degrade(key)
        else:
            found = yield from self.judge(key, cached, seen, waiting)
        if self._last_known is not None and not found.stale:
            self._last_known.remember(key, found.value, again=not found.hit)
        self._tell(key, found, waiting)
        return found

    def degrade(self, key: str) -> Flow[Found]:
        """Answer a key from the source, as the cache cannot be asked."""
        fill = self._filling.fill(key, self._flights.landed, None, self._waiting(), degraded=True)
        return cast("Found", (yield Join(key, fill)))

    def judge(
        self, key: str, cached: object, seen: int, waiting: Waiting | None = None
    ) -> Flow[Found]:
        """Answer a key after the cache has been read.

        Args:
            key: The key.
            cached: What the store gave.
            seen: How many flights had landed before it was asked.
            waiting: The time that the lookup has taken.
        """
        found = self._filling.alive(cached)
        if found is None:
            spare = self._lives.spare(cached)
            fill = self._filling.fill(key, seen, spare, waiting or self._waiting())
            return cast("Found", (yield Join(key, fill)))
        if found.stale and self._lives.soft_ttl is not None:
            yield Spawn(key, self._filling.refresh(key))
        return found

    def look_many(self, keys: Sequence[str]) -> Flow[dict[str, Found]]:
        """Answer several keys with one round trip, and one more call of the source."""
        seen = self._flights.landed
        waiting = self._waiting()
        keys = list(dict.fromkeys(keys))
        cached: dict[str, object] = {}
        degraded = False
        for key in [key for key in keys if key in self.doubts.keys]:
            with suppress(StoreError):
                yield from self._filling.ask(waiting, partial(self.doubts.settle, self._store, key))
        sure = [key for key in keys if key not in self.doubts.keys]
        try:
            if sure:
                cached = yield from self._filling.ask(waiting, partial(self._store.get_many, sure))
        except StoreError:
            degraded = True
        found = {key: self._filling.alive(cached.get(key, MISSING)) for key in keys}
        missing = [key for key in keys if found[key] is None]
        if missing:
            spares = {key: self._lives.spare(cached.get(key, MISSING)) for key in missing}
            fill = partial(self._filling.fill_many, seen, spares, waiting, degraded)
            loaded = cast("dict[str, Found]", (yield JoinMany(missing, fill)))
            found.update((key, loaded.get(key)) for key in missing)
        answers = {key: each for key, each in found.items() if each is not None}
        for key, each in answers.items():
            if each.hit and each.stale and self._lives.soft_ttl is not None:
                yield Spawn(key, self._filling.refresh(key))
            if self._last_known is not None and not each.stale:
                self._last_known.remember(key, each.value, again=not each.hit)
            self._tell(key, each, waiting)
        return answers

    def _waiting(self) -> Waiting:
        budget = self._budget
        return Waiting(Budget(budget) if isinstance(budget, int | float) else budget)

    def _tell(self, key: str, found: Found, waiting: Waiting) -> None:
        if self._on_event is None:
            return
        from serverless_stack.runtime.caching.metrics.events import Event

        outcome: Outcome = "hit" if found.hit else "miss"
        if found.stale:
            outcome = "stale"
        elif found.degraded:
            outcome = "degraded"
        try:
            self._on_event(Event(outcome, key, waiting.spent))
        except Exception:
            import logging

            logging.getLogger(__name__).warning("`on_event` failed", exc_info=True)
