"""How long a request may wait for its cache in total."""

import time
from collections.abc import Callable


class Budget:
    """Seconds that may be spent on the cache, over all calls until the next `start`.

    Give one to the strategies of a handler and `start` it with each request; the time-outs of
    the store bound one call, this bounds them all. Once spent, values come from the source.
    A call that has begun is not cut off, so the time of one call may come on top.

    Args:
        seconds: How much there is, more than 0.
        clock: Gives the current time in seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        if not seconds > 0:
            raise ValueError(f"`budget` must be more than 0 seconds, got: {seconds}")
        self.seconds = seconds
        self.clock = clock
        self._spent = 0.0

    def start(self) -> None:
        """Have all of it again."""
        self._spent = 0.0

    def spend(self, seconds: float) -> None:
        """Count time as spent."""
        self._spent += seconds

    @property
    def left(self) -> float:
        """The seconds that are left, 0 or more."""
        return max(0.0, self.seconds - self._spent)
