"""One shard of a stream, as an event source mapping reads it.

"How Lambda processes records from stream and queue-based event sources": a batch that fails blocks
its shard, until it succeeds, was repeated often enough or is too old.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
_FIRST_PAUSE_SECONDS = 0.2  # AWS pauses longer; what is tested here is how often and in which order
_LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Settings:
    """The settings of an event source mapping of a stream.

    Attributes:
        batch_size: The most records of a batch.
        window: How many seconds to wait for a full batch.
        retry_attempts: How often a batch is repeated; None for as long as its records are kept.
        max_age: The age in seconds at which records are given up; None for none.
        bisect: Whether a batch that fails is split.
    """

    batch_size: int
    window: float
    retry_attempts: int | None
    max_age: float | None
    bisect: bool

    @classmethod
    def of(cls, mapping: Record) -> "Settings":
        """Return the settings of a mapping; ``-1`` is without a limit.

        Args:
            mapping: The mapping, as its API describes it.
        """
        retries = int(mapping.get("MaximumRetryAttempts", -1))
        age = int(mapping.get("MaximumRecordAgeInSeconds", -1))
        return cls(
            batch_size=int(mapping.get("BatchSize") or 100),
            window=float(mapping.get("MaximumBatchingWindowInSeconds") or 0),
            retry_attempts=None if retries < 0 else retries,
            max_age=None if age < 0 else age,
            bisect=str(mapping.get("BisectBatchOnFunctionError")).lower() == "true",
        )


@dataclass
class Batch:
    """Records that are sent together.

    Attributes:
        records: The records.
        attempts: How often they failed.
    """

    records: list[Record]
    attempts: int = 0


@dataclass
class Shard:
    """The state of a shard.

    Attributes:
        position: The position of the next record to read.
        batches: The batches that were read and are not done, in order.
        waiting_since: When the first record of a batch that is not full was seen; 0 for none.
        not_before: When a batch that failed is sent again.
        busy: Whether a batch is being sent.
    """

    position: int
    batches: list[Batch] = field(default_factory=list)
    waiting_since: float = 0.0
    not_before: float = 0.0
    busy: bool = False

    def is_due(self, available: int, settings: Settings, now: float) -> bool:
        """Return whether a batch can be sent.

        Args:
            available: The records that were not read yet.
            settings: The settings.
            now: The time.
        """
        if self.busy or now < self.not_before:
            return False
        if self.batches:
            return True
        if not available:
            self.waiting_since = 0.0
            return False
        if settings.window and available < settings.batch_size:
            self.waiting_since = self.waiting_since or now
            return now - self.waiting_since >= settings.window
        return True

    def read(self, records: Sequence[Record], count: int) -> None:
        """Add a batch.

        Args:
            records: The records of it that call the function.
            count: The records that were read, with those that a filter left out.
        """
        self.position += count
        self.waiting_since = 0.0
        if records:
            self.batches.append(Batch(list(records)))

    def send(
        self,
        settings: Settings,
        call: Callable[[list[Record]], int | None],
        give_up: Callable[[list[Record], str, int], None],
        arrived: Callable[[Record], float],
        now: float,
    ) -> None:
        """Send the first batch, and decide what becomes of it.

        Args:
            settings: The settings.
            call: Calls the function; returns the position of the first record that failed.
            give_up: Called with records that are not sent again, the reason, and the attempts.
            arrived: Returns when a record was written.
            now: The time.
        """
        batch = self.batches[0]
        self._drop_old(batch, settings, give_up, arrived, now)
        if not batch.records:
            self.batches.pop(0)
            return
        failed = call(batch.records)
        if failed is None:
            self.batches.pop(0)
            self.not_before = 0.0
            return
        if failed:
            # Those before it are done. The rest is another batch, with attempts of its own.
            self.batches[0] = batch = Batch(batch.records[failed:])
            if settings.bisect:
                return
        elif settings.bisect and len(batch.records) > 1:
            # "Splitting a batch does not count towards the retry quota."
            half = len(batch.records) // 2
            first, second = batch.records[:half], batch.records[half:]
            self.batches[:1] = [Batch(first, batch.attempts), Batch(second, batch.attempts)]
            return
        batch.attempts += 1
        if settings.retry_attempts is not None and batch.attempts > settings.retry_attempts:
            give_up(batch.records, "RetryAttemptsExhausted", batch.attempts)
            self.batches.pop(0)
            self.not_before = 0.0
            return
        pause = _FIRST_PAUSE_SECONDS * 2 ** min(batch.attempts - 1, 10)
        self.not_before = now + min(pause, _LONGEST_PAUSE_SECONDS)

    def _drop_old(
        self,
        batch: Batch,
        settings: Settings,
        give_up: Callable[[list[Record], str, int], None],
        arrived: Callable[[Record], float],
        now: float,
    ) -> None:
        if settings.max_age is None:
            return
        old = [record for record in batch.records if now - arrived(record) > settings.max_age]
        if old:
            give_up(old, "MaxRecordAgeExceeded", batch.attempts)
            batch.records = batch.records[len(old) :]
