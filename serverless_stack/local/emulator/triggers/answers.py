"""The answers of functions to batches: "Implementing partial batch responses" of Lambda's guide."""

from collections.abc import Sequence
from typing import Any

WHOLE_BATCH = None
"""The whole batch failed."""


def failed_identifiers(answer: object, identifiers: Sequence[str]) -> set[str] | None:
    """Return the records that failed by the answer of a function.

    An empty answer, or one without ``batchItemFailures``, is a success. An identifier that is
    empty, of another type, or of no record of the batch fails the whole batch, as does a failure
    without ``itemIdentifier``.

    Args:
        answer: What the function returned.
        identifiers: The identifiers of the batch.

    Returns:
        The identifiers; None if the whole batch failed.
    """
    failures: Any = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return WHOLE_BATCH
    failed = set()
    for failure in failures:
        identifier = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if identifier not in identifiers:
            return WHOLE_BATCH
        failed.add(str(identifier))
    return failed


def first_failure(answer: object, identifiers: Sequence[str]) -> int | None:
    """Return the position of the first record of a stream that failed; None for none.

    Lambda repeats the batch from there: "Lambda uses the lowest sequence number as the checkpoint".

    Args:
        answer: What the function returned.
        identifiers: The sequence numbers of the batch, in order.
    """
    failed = failed_identifiers(answer, identifiers)
    if failed is WHOLE_BATCH:
        return 0
    positions = [place for place, identifier in enumerate(identifiers) if identifier in failed]
    return min(positions, default=None)
