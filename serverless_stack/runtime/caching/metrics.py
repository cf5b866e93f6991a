"""Lookup events, and metrics made of them in CloudWatch's embedded metric format (EMF)."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Literal, NamedTuple

from serverless_stack.runtime.arguments import check_functions, check_kind, check_text

_MAX_VALUES = 100  # of one metric in one document ("Embedded metric format specification")
_MAX_DIMENSIONS = 30
_MAX_NAME = 250  # characters of a dimension's name ("Dimension" in the API reference)
_MAX_VALUE = 1024
_NAMES = {"hit": "Hits", "miss": "Misses", "stale": "Stale", "degraded": "Degraded"}

Outcome = Literal["hit", "miss", "stale", "degraded"]


class Event(NamedTuple):
    """One lookup of one key.

    Attributes:
        outcome: ``hit``: the cache had the value. ``stale``: it had a value older than its soft
            TTL, or the source failed. ``miss``: the value was loaded. ``degraded``: it was
            loaded because the cache failed, or the cache failed to store it.
        key: The key.
        seconds: How long the caller waited for the cache, without the source.
    """

    outcome: Outcome
    key: str
    seconds: float


class EmfMetrics:
    """Counts hits, misses, stale and degraded lookups, and measures the cache's latency.

    Pass it to a strategy as ``on_event`` and flush it at the end of each request::

        metrics = EmfMetrics(dimensions={"Cache": "orders"})
        orders = LazyLoading(store, load=load_order, on_event=metrics)

        def handler(event, context):
            with metrics:
                return orders.get(event["id"])

    It writes ``Hits``, ``Misses``, ``Stale``, ``Degraded`` (Count) and ``Latency``
    (milliseconds, one value per lookup). Safe to share between threads and strategies.

    Args:
        namespace: The namespace of the metrics, 1 to 255 characters.
        dimensions: Up to 30 names and values, strings that are not empty; each combination of
            values is billed as a metric.
        write: Writes a line. Default: to standard output, which Lambda sends to CloudWatch Logs.
        clock: Returns the seconds since 1970.

    Raises:
        ValueError: CloudWatch would refuse the namespace or the dimensions.
    """

    def __init__(
        self,
        namespace: str = "Caching",
        *,
        dimensions: Mapping[str, str] | None = None,
        write: Callable[[str], object] = print,
        clock: Callable[[], float] = time.time,
    ) -> None:
        check_text("namespace", namespace)
        check_functions(write=write, clock=clock)
        check_kind("dimensions", {} if dimensions is None else dimensions, Mapping, "a mapping")
        self._dimensions = dict(dimensions or {})
        for text in (*self._dimensions, *self._dimensions.values()):
            check_text("dimensions", text)
        problems = []
        if not 1 <= len(namespace) <= 255:
            problems.append(f"`namespace` must be 1 to 255 characters, got: {len(namespace)}")
        if len(self._dimensions) > _MAX_DIMENSIONS:
            problems.append(f"`dimensions` must be 30 or fewer, got: {len(self._dimensions)}")
        taken = sorted({"_aws", "Latency", *_NAMES.values()} & self._dimensions.keys())
        if taken:
            problems.append(f"`dimensions` must not have the names of metrics, got: {taken}")
        for name, value in self._dimensions.items():
            if not 1 <= len(name) <= _MAX_NAME:
                problems.append(
                    f"`dimensions` must have names of 1 to 250 characters, got: {name!r}"
                )
            if not value.strip() or len(value) > _MAX_VALUE:
                problems.append(
                    "`dimensions` must have values of 1 to 1024 characters, not all blank,"
                    f" got: {name}={value!r}"
                )
        if problems:
            raise ValueError("; ".join(problems))
        self._namespace = namespace
        self._write = write
        self._clock = clock
        self._counts = dict.fromkeys(_NAMES, 0)
        self._latencies: list[float] = []
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Count a lookup."""
        with self._lock:
            self._counts[event.outcome] += 1
            self._latencies.append(round(event.seconds * 1000, 3))

    def flush(self) -> None:
        """Write what was counted since the last flush, if anything."""
        with self._lock:
            counts, self._counts = self._counts, dict.fromkeys(_NAMES, 0)
            latencies, self._latencies = self._latencies, []
        for start in range(0, len(latencies), _MAX_VALUES):
            self._write(self._document(counts, latencies[start : start + _MAX_VALUES]))
            counts = {}

    def __enter__(self) -> "EmfMetrics":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush()

    def _document(self, counts: Mapping[str, int], latencies: list[float]) -> str:
        values = {_NAMES[outcome]: count for outcome, count in counts.items()}
        metrics = [{"Name": name, "Unit": "Count"} for name in values]
        metrics.append({"Name": "Latency", "Unit": "Milliseconds"})
        directive = {
            "Namespace": self._namespace,
            "Dimensions": [list(self._dimensions)],
            "Metrics": metrics,
        }
        head = {"Timestamp": int(self._clock() * 1000), "CloudWatchMetrics": [directive]}
        return json.dumps({"_aws": head, **self._dimensions, **values, "Latency": latencies})
