"""A circuit breaker: a server that hangs costs one time-out per cool-down, not one per request."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from serverless_stack.runtime.caching.errors import StoreError, StoreRefused, StoreUnavailable
from serverless_stack.runtime.caching.resilience.forks import renew_in_children

T = TypeVar("T")

_logger = logging.getLogger(__name__)


class CircuitBreaker:
    """Refuses calls for a while after one has failed; safe to share between threads.

    While all is well it costs a look at `is_open`, and no lock.

    Args:
        name: What it guards, for messages (`redis at host:6379`).
        cool_down: Seconds for which calls are refused after a failure, 0 or more. The first
            call after them goes through as a probe while others are still refused; if it
            fails, the next probe is due ``cool_down`` seconds after this one began.
        clock: Gives the current time in seconds.
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
        if not cool_down >= 0:
            raise ValueError(f"`cool_down` must be 0 seconds or more, got: {cool_down}")
        self.name = name
        self.is_open = False
        self._cool_down = cool_down
        self._clock = clock
        self._on_failure = on_failure
        self._refused_until = 0.0
        self._lock = threading.Lock()
        renew_in_children(self)

    def renew(self) -> None:
        """Wait for no thread of the parent process."""
        self._lock = threading.Lock()

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
        except StoreError as answer:  # the server has answered, so it is well
            if isinstance(answer, StoreRefused):
                _logger.warning("%s", answer)
            if probe:
                self.close()
            raise
        if probe:
            self.close()
        return result

    def refuses(self) -> bool:
        """Tell whether a call would be refused now."""
        return self.is_open and self._clock() < self._refused_until

    def admit(self) -> bool:
        """Let one call through as the probe when the cool-down is over.

        Returns:
            True for the probe, whose outcome the caller reports; False when all is well again.

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
        """Open the breaker; a failed probe has already set when the next one is due."""
        with self._lock:
            news = probe or not self.is_open
            if not self.is_open:
                self._refused_until = self._clock() + self._cool_down
                self.is_open = True
        if news:  # the others that waited for the same server would only say it again
            _logger.warning("%s; not asked again for %g s", error, self._cool_down)
            if self._on_failure is not None:
                self._on_failure()

    def close(self) -> None:
        """Let calls through again."""
        with self._lock:
            self.is_open = False
