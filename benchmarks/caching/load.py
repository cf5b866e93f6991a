"""Eight threads that read through one client while its server is away.

``python -m benchmarks.caching.load CLIENT URL FAULT BACK END``: the times in seconds since 1970.
"""

import json
import logging
import os
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass

from benchmarks.caching.clients import CLIENTS

THREADS, KEYS = 8, 50
SOURCE_SECONDS = 0.002


@dataclass
class Request:
    """One request.

    Attributes:
        begin: When it began, in seconds since 1970.
        seconds: How long it took.
        loaded: Whether the source was asked by it.
        failed: What it raised; empty if it got its value.
    """

    begin: float
    seconds: float
    loaded: bool
    failed: str


class Source:
    """A source that counts how often one key is loaded at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        self.most = 0
        self.local = threading.local()

    def load(self, key: str) -> dict[str, object]:
        """Return the value of a key, after a while."""
        self.local.loaded = True
        with self._lock:
            self._running[key] += 1
            self.most = max(self.most, self._running[key])
        time.sleep(SOURCE_SECONDS)
        with self._lock:
            self._running[key] -= 1
        return {"key": key}


def percentile(values: list[float], part: float) -> float:
    """Return a percentile; 0 if there are no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def main(client: str, url: str, fault: float, back: float, end: float) -> None:
    """Run until the end, and print the summary as JSON."""
    logging.disable()
    source = Source()
    get = CLIENTS[client](url, source.load)
    requests: list[Request] = []
    under_way: dict[int, float] = {}

    def use(number: int) -> None:
        chance = random.Random(number)
        while (begin := time.time()) < end:
            under_way[number] = begin
            source.local.loaded, failed = False, ""
            key = f"key-{chance.randrange(KEYS)}"
            start = time.perf_counter()
            try:
                if get(key) != {"key": key}:
                    failed = "wrong value"
            except Exception as error:
                failed = type(error).__name__
            seconds = time.perf_counter() - start
            requests.append(Request(begin, seconds, source.local.loaded, failed))
            del under_way[number]
            time.sleep(0.001)

    for number in range(THREADS):
        threading.Thread(target=use, args=(number,), daemon=True).start()
    time.sleep(max(0.0, end + 0.5 - time.time()))
    print(json.dumps(summary(list(requests), dict(under_way), source.most, fault, back, end)))
    sys.stdout.flush()
    os._exit(0)  # some never come back


def summary(
    requests: list[Request],
    under_way: dict[int, float],
    most: int,
    fault: float,
    back: float,
    end: float,
) -> dict[str, object]:
    """Return failures, latencies and the time of recovery."""

    def added(low: float, high: float) -> list[float]:
        return [
            max(0.0, each.seconds - SOURCE_SECONDS) for each in requests if low <= each.begin < high
        ]

    def rate(low: float, high: float) -> float:
        return sum(low <= each.begin < high for each in requests) / (high - low)

    without = [each.begin for each in requests if each.loaded or each.failed]
    stuck = [begin for begin in under_way.values() if begin < end - 1]
    blocked = [e.seconds for e in requests] + [time.time() - begin for begin in stuck]
    return {
        "requests": len(requests),
        "failed": sum(bool(each.failed) for each in requests),
        "kinds": dict(Counter(each.failed for each in requests if each.failed)),
        "stuck": len(stuck),
        "longest": max(blocked, default=0.0),
        "first": percentile(added(fault, fault + 1), 0.99),
        "later": percentile(added(fault + 1, back), 0.99),
        "usual": percentile([each.seconds for each in requests if each.begin < fault], 0.99),
        "rate before": rate(fault - 1, fault),
        "rate during": rate(fault, back),
        # The last request that did not get its value from the cache.
        "recovery": max(0.0, max(without, default=back) - back),
        "at once": most,
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(float, sys.argv[3:]))
