"""A circuit breaker: a hung server costs one time-out per cool-down, not one per request."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from serverless_stack.runtime.caching.base import (
    StoreError,
    StoreRefused,
    StoreUnavailable,
    is_number,
)
from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock, register_restore_aware

T = TypeVar("T")

_logger = logging.getLogger(__name__)


class CircuitBreaker:
    """Refuses calls for a while after one has failed; safe to share between threads.

    While the server works, a call reads `is_open` and takes no lock.

    Args:
        name: What messages call the server (`redis at host:6379`).
        cool_down: Seconds for which calls are refused after a failure, 0 or more. The first
            call after them is a probe, while others are still refused; if it fails, the next
            probe is due ``cool_down`` seconds after this one began.
        clock: Returns the current time in seconds.
        on_failure: Called when the breaker opens and when a probe has failed; it must return
            at once.

    Attributes:
        name: See above.
        is_open: True from a failure until a probe has succeeded.
    """

    def __init__(
        self,
        name: str,
        cool_down: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        on_failure: Callable[[], None] | None = None,
    ) -> None:
        if not (is_number(cool_down) and cool_down >= 0):
            raise ValueError(f"`cool_down` must be 0 seconds or more, got: {cool_down!r}")
        self.name = name
        self.is_open = False
        self._cool_down = cool_down
        self._clock = clock
        self._on_failure = on_failure
        self._refused_until = 0.0
        self._lock = ForkSafeLock()
        register_restore_aware(self)

    def reset_after_restore(self) -> None:
        """Admit all calls again: a failure of then says nothing about now."""
        self.close()

    def call(self, operation: Callable[[], T]) -> T:
        """Run the operation, unless the breaker is open.

        Raises:
            StoreUnavailable: The breaker is open (the operation was not run), or the
                operation raised it (the breaker is open from now on).
        """
        probe = self.is_open and self.admit()
        try:
            result = operation()
        except StoreUnavailable as error:
            self.failed(error, probe)
            raise
        except StoreError as answer:  # the server answered, so it works
            if isinstance(answer, StoreRefused):
                _logger.warning("%s", answer)
            if probe:
                self.close()
            raise
        if probe:
            self.close()
        return result

    def refuses(self) -> bool:
        """Return whether a call would be refused now."""
        return self.is_open and self._clock() < self._refused_until

    def admit(self) -> bool:
        """Admit one call as the probe when the cool-down is over.

        Returns:
            True for the probe, whose outcome the caller reports; False if the server works.

        Raises:
            StoreUnavailable: The cool-down is not over, or another call is the probe.
        """
        with self._lock:
            if not self.is_open:
                return False
            now = self._clock()
            if now < self._refused_until:
                raise StoreUnavailable(f"{self.name} has just failed and is not asked again yet")
            self._refused_until = now + self._cool_down
            return True

    def failed(self, error: StoreUnavailable, probe: bool) -> None:
        """Open the breaker; `admit` has already set when the probe after this one is due."""
        with self._lock:
            news = probe or not self.is_open
            if not self.is_open:
                self._refused_until = self._clock() + self._cool_down
                self.is_open = True
        if news:  # once, although several calls may have failed together
            _logger.warning("%s; not asked again for %g s", error, self._cool_down)
            if self._on_failure is not None:
                self._on_failure()

    def close(self) -> None:
        """Admit all calls again."""
        with self._lock:
            self.is_open = False
