"""The time that one lookup has waited for the cache."""

from serverless_stack.runtime.caching.resilience.budget import Budget


class Waiting:
    """How long one lookup has waited for the cache, and how long it still may."""

    def __init__(self, budget: Budget | None) -> None:
        self.spent = 0.0
        self._budget = budget

    @property
    def left(self) -> float:
        """Seconds that it still may wait."""
        return float("inf") if self._budget is None else self._budget.left

    def spend(self, seconds: float) -> None:
        """Count."""
        self.spent += seconds
        if self._budget is not None:
            self._budget.spend(seconds)
