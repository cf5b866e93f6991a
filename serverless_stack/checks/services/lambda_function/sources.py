"""Limits of event source mappings, from "CreateEventSourceMapping" and "Lambda quotas"."""

import json
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.events.patterns import pattern_problems

Kind = Literal["queue", "fifo queue", "stream"]

MAX_BATCH_SIZE: Final[Mapping[Kind, int]] = {
    "queue": 10_000,
    "fifo queue": 10,
    "stream": 10_000,
}
MAX_BATCH_WITHOUT_WINDOW: Final = 10
BATCHING_WINDOW_SECONDS: Final = (0, 300)
PARALLELIZATION_FACTOR: Final = (1, 10)
RETRY_ATTEMPTS: Final = (0, 10_000)
RECORD_AGE_SECONDS: Final = (60, 604_800)
MAX_CONCURRENCY: Final = (2, 1000)
RECEIVE_COUNT: Final = (1, 1000)
VISIBILITY_FACTOR: Final = 6
"""How many time-outs of a function its queue hides messages ("Using Lambda with Amazon SQS")."""
MAX_FILTERS: Final = 10
MAX_FILTER_LENGTH: Final = 4096


def batch_problems(kind: Kind, batch_size: float, window: float | None) -> list[str]:
    """List what Lambda refuses in the size of batches and the wait for them.

    Args:
        kind: The kind of the source.
        batch_size: The most records of a batch.
        window: How many seconds to wait for a full batch; None if it is not set, or not known yet.
    """
    problems = Problems()
    problems.between("batch_size", batch_size, 1, MAX_BATCH_SIZE[kind])
    if window is None:
        window = 0
    if kind == "fifo queue" and window > 0:
        problems.fail(
            f"`max_batching_window` must be None for a FIFO queue, got: {window:g} seconds"
        )
    elif kind == "queue" and batch_size > MAX_BATCH_WITHOUT_WINDOW and window < 1:
        problems.fail(
            f"`max_batching_window` must be 1 second or more with a `batch_size` above "
            f"{MAX_BATCH_WITHOUT_WINDOW}, got: {window:g} seconds"
        )
    return problems.messages


def pattern_of(filter: Mapping[str, object]) -> str:
    """Return the pattern of a filter as JSON.

    Args:
        filter: The pattern, or what ``FilterCriteria.filter`` of CDK returns.
    """
    if _is_given_as_json(filter):
        return str(filter["pattern"])
    return json.dumps(filter, separators=(",", ":"), ensure_ascii=False)


def filter_problems(filters: Sequence[Mapping[str, object]]) -> list[str]:
    """List what Lambda refuses in filters ("Control which events Lambda sends to your function").

    Args:
        filters: The patterns, of which a record must match one.
    """
    problems = Problems()
    if len(filters) > MAX_FILTERS:
        problems.fail(f"`filter` must have {MAX_FILTERS} patterns at most, got: {len(filters)}")
    for number, filter in enumerate(filters):
        name = f"filter[{number}]" if len(filters) > 1 else "filter"
        try:
            text = pattern_of(filter)
        except (TypeError, ValueError):
            problems.fail(f"`{name}` must be made of JSON values, got: {filter!r}")
            continue
        if is_unresolved(text):
            continue
        if len(text) > MAX_FILTER_LENGTH:
            problems.fail(
                f"`{name}` must have {MAX_FILTER_LENGTH:,} characters at most as JSON, "
                f"got: {len(text):,}"
            )
        if not _is_given_as_json(filter):
            problems.add(pattern_problems(filter, name))
    return problems.messages


def _is_given_as_json(filter: Mapping[str, object]) -> bool:
    return len(filter) == 1 and isinstance(filter.get("pattern"), str)
