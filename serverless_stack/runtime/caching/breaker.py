"""A circuit breaker: a server that hangs costs one time-out per cool-down, not one per request."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from serverless_stack.runtime.caching.errors import StoreRefused, StoreUnavailable

T = TypeVar("T")

_logger = logging.getLogger(__name__)


class CircuitBreaker:
    """Refuses calls for a while after one has failed; safe to share between threads.

    Args:
        name: What it guards, for messages (`redis at host:6379`).
        cool_down: Seconds for which calls are refused after a failure, 0 or more. The first
            call after them goes through as a probe while others are still refused; its
            outcome closes the breaker or opens it again.
        clock: Gives the current time in seconds.
    """

    def __init__(
        self, name: str, cool_down: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if cool_down < 0:
            raise ValueError(f"`cool_down` must be 0 seconds or more, got: {cool_down}")
        self.name = name
        self._cool_down = cool_down
        self._clock = clock
        self._refused_until: float | None = None
        self._lock = threading.Lock()

    def call(self, operation: Callable[[], T]) -> T:
        """Run the operation, unless the breaker is open.

        Raises:
            StoreUnavailable: The breaker is open (the operation was not run), or the
                operation raised it (the breaker is open from now on).
        """
        self._admit()
        try:
            result = operation()
        except StoreUnavailable as error:
            self._open(error)
            raise
        except StoreRefused as refusal:
            self._close()
            _logger.warning("%s", refusal)
            raise
        self._close()
        return result

    def _admit(self) -> None:
        with self._lock:
            if self._refused_until is None:
                return
            now = self._clock()
            if now < self._refused_until:
                raise StoreUnavailable(f"{self.name} has just failed and is not asked again yet")
            self._refused_until = now + self._cool_down  # this call is the probe

    def _open(self, error: StoreUnavailable) -> None:
        with self._lock:
            self._refused_until = self._clock() + self._cool_down
        _logger.warning("%s; not asked again for %g s", error, self._cool_down)

    def _close(self) -> None:
        with self._lock:
            self._refused_until = None
