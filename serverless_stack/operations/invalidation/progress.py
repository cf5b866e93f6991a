"""How far the sending of an invalidation is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Phase: TypeAlias = Literal["sending", "waiting"]


@dataclass(frozen=True)
class Progress:
    """How far `send` is.

    Attributes:
        phase: ``sending`` until CloudFront has every batch, then ``waiting`` if it is waited for.
        done: How many batches of all distributions are sent, or are completed.
        total: How many there are.
    """

    phase: Phase
    done: int
    total: int


class Counter:
    """Counts the batches of one phase.

    Args:
        tell: Told how far it is, from the beginning on.
        phase: The phase.
        total: How many batches there are.
    """

    def __init__(self, tell: Callable[[Progress], None], phase: Phase, total: int) -> None:
        self._tell, self._phase, self._total = tell, phase, total
        self._done = 0
        tell(Progress(phase, 0, total))

    def advance(self) -> None:
        """Count one more."""
        self._done += 1
        self._tell(Progress(self._phase, self._done, self._total))
