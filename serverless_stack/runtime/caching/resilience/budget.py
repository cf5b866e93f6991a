"""Bounds on the time that requests wait for the cache."""

import time
from collections.abc import Callable
from typing import TypeVar

from serverless_stack.runtime.arguments import check_functions
from serverless_stack.runtime.caching.base import StoreUnavailable, is_number

T = TypeVar("T")


class Budget:
    """Seconds that a request may spend on the cache, over all calls until the next `start`.

    Pass one budget to all strategies of a handler and `start` it with each request. The
    time-out of a store bounds one call, a budget bounds them all. Once it is spent, values
    come from the source. A call that has begun is not cut off, so one time-out may come on top.

    Args:
        seconds: The length of the budget, more than 0.
        clock: Returns the current time in seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        if not (is_number(seconds) and seconds > 0):
            raise ValueError(f"`budget` must be more than 0 seconds, got: {seconds!r}")
        check_functions(clock=clock)
        self.seconds = seconds
        self.clock = clock
        self._spent = 0.0

    def start(self) -> None:
        """Make the whole budget available again."""
        self._spent = 0.0

    def spend(self, seconds: float) -> None:
        """Count time as spent."""
        self._spent += seconds

    @property
    def left(self) -> float:
        """The seconds that are left, 0 or more."""
        return max(0.0, self.seconds - self._spent)


class Stopwatch:
    """Measures how long one lookup waits for the cache, within a budget.

    Attributes:
        spent: Seconds spent so far.

    Args:
        budget: Seconds for this lookup, or a budget shared with others. Default: no bound.
    """

    def __init__(self, budget: float | Budget | None = None) -> None:
        self.spent = 0.0
        self._budget = Budget(budget) if isinstance(budget, int | float) else budget

    @property
    def left(self) -> float:
        """The seconds that this lookup may still wait."""
        return float("inf") if self._budget is None else self._budget.left

    def spend(self, seconds: float) -> None:
        """Count time as spent."""
        self.spent += seconds
        if self._budget is not None:
            self._budget.spend(seconds)

    def call(self, operation: Callable[..., T], *arguments: object) -> T:
        """Run a cache operation and count its time.

        Raises:
            StoreUnavailable: The budget is spent; the operation was not run.
        """
        if self.left <= 0:
            raise StoreUnavailable("the budget for the cache is spent")
        began = time.monotonic()
        try:
            return operation(*arguments)
        finally:
            self.spend(time.monotonic() - began)
