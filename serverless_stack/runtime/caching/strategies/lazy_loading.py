"""Lazy loading (cache-aside): read the cache, and on a miss the source."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from serverless_stack.runtime.caching.codecs.aged import Aged
from serverless_stack.runtime.caching.codecs.json import MISSING, Missing
from serverless_stack.runtime.caching.errors import StoreError
from serverless_stack.runtime.caching.resilience.budget import Budget
from serverless_stack.runtime.caching.resilience.doubts import drop
from serverless_stack.runtime.caching.resilience.single_flight import SingleFlight
from serverless_stack.runtime.caching.stores.base import Store
from serverless_stack.runtime.caching.strategies.filling import Found
from serverless_stack.runtime.caching.strategies.lives import Lives
from serverless_stack.runtime.caching.strategies.lookup import Lookup
from serverless_stack.runtime.caching.strategies.rules import Rules
from serverless_stack.runtime.caching.strategies.steps import (
    Join,
    JoinMany,
    Load,
    LoadMany,
    Pause,
    Spawn,
    Step,
    drive,
)

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.metrics.events import Event

V = TypeVar("V")


class LazyLoading(Generic[V]):
    """Reads through a store; never fails because of it.

    A value is at most ``ttl`` seconds old. What ``load`` raises goes to the caller, and
    nothing is cached then; a ``None`` that it returns is cached like any value. A value that
    the codec of the store cannot take is logged and given, and not cached.

    Threads that miss one key at a time ask the source once; they share what it gives (treat it
    as read-only) or raises. That holds when the cache is down, too. Safe to share between
    threads.

    Args:
        store: Where values are cached.
        load: Gives the value of a key from the source. It must be a value that the codec of
            the store gives back as it was; see `JsonCodec`.
        ttl: Seconds that a value is cached, 1 or more.
        jitter: A part of ``ttl``, 0 or more and less than 1: each value lives shorter by a
            random time of up to it, so that values cached together do not expire together.
            0.1 is good for most.
        negative_ttl: Seconds that a None is cached; 0 for not at all, None for ``ttl``.
        soft_ttl: Seconds, less than ``ttl``, after which a value is stale: it is still given
            at once, while one caller of all processes loads it again in the background.
        stale_if_error: Seconds, 1 or more, beyond its ``ttl`` that a value is given if
            ``load`` raises; also from the memory of this process if the cache fails as well.
        lease: Seconds, 1 or more, that one process has to load a missing key while the others
            wait for its value. Longer than the slowest load; it ends by itself if its owner
            dies. None lets each process load.
        budget: Seconds that a lookup may wait for the cache in all, more than 0; then the
            source answers. A `Budget` bounds all lookups of a request together.
        load_many: Gives the values of several keys from the source at once, for `get_many`;
            it leaves out what it does not have. None asks ``load`` for one after the other.
        on_event: Told of each lookup; what it raises is logged.
        clock: Gives the seconds since 1970, the same for all processes.
        random: Gives a number of 0 to 1 for the jitter.

    Raises:
        ValueError: A number is out of its range.
    """

    def __init__(
        self,
        store: Store,
        load: Callable[[str], V],
        ttl: int = 300,
        *,
        jitter: float = 0.0,
        negative_ttl: int | None = None,
        soft_ttl: float | None = None,
        stale_if_error: int | None = None,
        lease: int | None = None,
        budget: float | Budget | None = None,
        load_many: Callable[[Sequence[str]], Mapping[str, V]] | None = None,
        on_event: "Callable[[Event], None] | None" = None,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] | None = None,
    ) -> None:
        lives = Lives(
            ttl,
            jitter=jitter,
            negative_ttl=negative_ttl,
            soft_ttl=soft_ttl,
            stale_if_error=stale_if_error,
            clock=clock,
            random=random,
        )
        self._store = store
        self._load = load
        self._load_many = load_many
        self._clock = clock
        self._flights: SingleFlight[Found | None] = SingleFlight()
        self._rules = Rules(
            store, lives, self._flights, lease=lease, budget=budget, on_event=on_event
        )
        # What each hit needs, without a detour.
        self._read = cast("Callable[[str], V | Aged | Missing]", store.get)
        self._doubtful = self._rules.doubts.keys
        self._watchful = self._rules.watchful

    def get(self, key: str, load: Callable[[str], V] | None = None) -> V:
        """Give the value of a key, from the cache or else from the source.

        Args:
            key: The key.
            load: Another source for this one call.
        """
        if self._watchful or self._doubtful:
            return self.lookup(key, load).value
        seen = self._flights.landed
        try:
            cached = self._read(key)
        except StoreError:
            flow = self._rules.degrade(key)
        else:
            if cached is not MISSING:
                if type(cached) is not Aged:
                    return cached
                if self._clock() < cached.fresh_until:
                    return cast("V", cached.value)
            flow = self._rules.judge(key, cached, seen)
        return cast("V", drive(flow, partial(self._perform, load or self._load)).value)

    def lookup(self, key: str, load: Callable[[str], V] | None = None) -> Lookup[V]:
        """Give the value of a key and whether it was a hit; see `get`."""
        perform = partial(self._perform, load or self._load)
        return cast("Lookup[V]", drive(self._rules.look(key), perform))

    def get_many(self, keys: Sequence[str]) -> dict[str, V]:
        """Give the values of several keys, with one round trip and at most one ``load_many``.

        Keys that ``load_many`` leaves out are left out. There is no lease: each process loads.
        """
        found = drive(self._rules.look_many(keys), partial(self._perform, self._load))
        return {key: cast("V", each.value) for key, each in found.items()}

    def invalidate(self, key: str) -> bool:
        """Drop a key from the cache, after the source has changed.

        Returns:
            Whether the cache was reached. If it was not, this process asks the source until it
            can drop the key; others may get the old value until then, or until its ``ttl`` has
            passed.
        """
        return drop(self._store, self._rules.doubts, key)

    def _perform(self, load: Callable[[str], V], step: Step) -> object:
        if isinstance(step, Load):
            return load(step.key)
        if isinstance(step, LoadMany):
            if self._load_many is not None:
                return self._load_many(step.keys)
            return {key: load(key) for key in step.keys}
        if isinstance(step, Join):
            return self._join(load, step)
        if isinstance(step, JoinMany):
            return self._join_many(load, step)
        if isinstance(step, Spawn):
            self._spawn(load, step)
        elif isinstance(step, Pause):
            time.sleep(step.seconds)
        else:
            return step()
        return None

    def _join(self, load: Callable[[str], V], step: Join) -> Found:
        perform = partial(self._perform, load)
        while True:
            flight, leads = self._flights.board(step.key)
            if not leads and flight.leader == threading.get_ident():
                return drive(step.flow, perform)  # `load` asks for its own key
            if leads:
                try:
                    found = drive(step.flow, perform)
                except BaseException as error:
                    told = error if isinstance(error, Exception) else None
                    self._flights.land(step.key, flight, None, told)
                    raise
                self._flights.land(step.key, flight, found)
                return found
            shared = flight.wait()
            if shared is not None:
                return shared

    def _join_many(self, load: Callable[[str], V], step: JoinMany) -> dict[str, Found]:
        perform = partial(self._perform, load)
        boarded = {key: self._flights.board(key) for key in step.keys}
        mine = {key: flight for key, (flight, leads) in boarded.items() if leads}
        found: dict[str, Found] = {}
        error: BaseException | None = None
        try:
            if mine:
                found = drive(step.fill(list(mine)), perform)
        except BaseException as failure:
            error = failure
            raise
        finally:
            shared = error if isinstance(error, Exception) else None
            for key, flight in mine.items():
                self._flights.land(key, flight, found.get(key), shared)
        rest = []
        for key, (flight, leads) in boarded.items():
            if not leads:
                other = None if flight.leader == threading.get_ident() else flight.wait()
                if other is None:
                    rest.append(key)
                else:
                    found[key] = other
        if rest:  # those flights were refreshes that failed, or had nothing
            found.update(drive(step.fill(rest), perform))
        return found

    def _spawn(self, load: Callable[[str], V], step: Spawn) -> None:
        flight, leads = self._flights.board(step.key)
        if not leads:
            return

        def fly() -> None:
            flight.leader = threading.get_ident()
            found = None
            try:
                found = drive(step.flow, partial(self._perform, load))
            finally:
                self._flights.land(step.key, flight, found)

        thread = threading.Thread(target=fly, name=f"refresh {step.key}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no thread to be had
            fly()
