"""Metrics of caches, in CloudWatch's embedded metric format: a line of JSON in the log."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType

from serverless_stack.runtime.caching.metrics.events import Event

_MOST_VALUES = 100  # of one metric in one document ("Embedded metric format specification")
_MOST_DIMENSIONS = 30
_LONGEST_NAME = 250  # characters of a dimension's name ("Dimension" of the API reference)
_LONGEST_VALUE = 1024
_NAMES = {"hit": "Hits", "miss": "Misses", "stale": "Stale", "degraded": "Degraded"}


class EmfMetrics:
    """Counts hits, misses, stale and degraded answers, and how long the cache took.

    Give it to a strategy as ``on_event`` and flush it at the end of each request::

        metrics = EmfMetrics(dimensions={"Cache": "orders"})
        orders = LazyLoading(store, load=load_order, on_event=metrics)

        def handler(event, context):
            with metrics:
                return orders.get(event["id"])

    It writes ``Hits``, ``Misses``, ``Stale``, ``Degraded`` (Count) and ``Latency``
    (Milliseconds, one value for each lookup). Safe to share between threads and strategies.

    Args:
        namespace: The namespace of the metrics, 1 to 255 characters.
        dimensions: Up to 30 names and values, strings that are not empty; each set of values is
            a metric that is paid for.
        write: Takes a line. Lambda sends standard output to CloudWatch Logs.
        clock: Gives the seconds since 1970.

    Raises:
        ValueError: The namespace is empty or too long, there are too many dimensions, or
            CloudWatch would drop what has them.
    """

    def __init__(
        self,
        namespace: str = "Caching",
        *,
        dimensions: Mapping[str, str] | None = None,
        write: Callable[[str], object] = print,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._dimensions = dict(dimensions or {})
        problems = []
        if not 1 <= len(namespace) <= 255:
            problems.append(f"`namespace` must be 1 to 255 characters, got: {len(namespace)}")
        if len(self._dimensions) > _MOST_DIMENSIONS:
            problems.append(f"`dimensions` must be 30 or fewer, got: {len(self._dimensions)}")
        taken = sorted({"_aws", "Latency", *_NAMES.values()} & self._dimensions.keys())
        if taken:
            problems.append(f"`dimensions` must not be named as metrics are, got: {taken}")
        for name, value in self._dimensions.items():
            if not 1 <= len(name) <= _LONGEST_NAME:
                problems.append(
                    f"`dimensions` must have names of 1 to 250 characters, got: {name!r}"
                )
            if not value.strip() or len(value) > _LONGEST_VALUE:
                problems.append(
                    "`dimensions` must have strings of 1 to 1024 characters, not all blank, as"
                    f" values, got: {name}={value!r}"
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
        """Count a lookup; this is what ``on_event`` takes."""
        with self._lock:
            self._counts[event.outcome] += 1
            self._latencies.append(round(event.seconds * 1000, 3))

    def flush(self) -> None:
        """Write what has been counted since the last flush; nothing if that is nothing."""
        with self._lock:
            counts, self._counts = self._counts, dict.fromkeys(_NAMES, 0)
            latencies, self._latencies = self._latencies, []
        for start in range(0, len(latencies), _MOST_VALUES):
            self._write(self._document(counts, latencies[start : start + _MOST_VALUES]))
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
