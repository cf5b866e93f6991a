"""What a strategy tells about each lookup."""

from typing import Literal, NamedTuple

Outcome = Literal["hit", "miss", "stale", "degraded"]


class Event(NamedTuple):
    """One lookup of one key.

    Attributes:
        outcome: ``hit``: the cache had it; ``stale``: it had it, past its soft life, or the
            source failed; ``miss``: the source was asked; ``degraded``: it was asked because
            the cache failed, or the cache failed to take its answer.
        key: The key.
        seconds: How long the caller waited for the cache, without the source.
    """

    outcome: Outcome
    key: str
    seconds: float
