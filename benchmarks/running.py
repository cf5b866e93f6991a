"""How each benchmark runs: it ends what it started, on SIGTERM too, and says what it does."""

import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from serverless_stack.local.processes import process_table

_MARK = "SERVERLESS_STACK_BENCHMARK"
_GRACE_SECONDS = 5.0
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def run_benchmark(main: Callable[[], int | None]) -> int:
    """Run a benchmark, and return its exit status.

    SIGTERM and SIGHUP end it as Ctrl-C does: what it started in ``with`` blocks is stopped. Then
    whatever still runs of the processes that it started, and of those that these started, is
    stopped; they are known by a variable in their environment.

    Args:
        main: The benchmark.
    """
    value = f"{os.getpid()}-{time.time_ns()}"
    os.environ[_MARK] = value
    for number in _SIGNALS:
        signal.signal(number, _end)
    try:
        return main() or 0
    finally:
        process_table.stop(None, f"{_MARK}={value}", _GRACE_SECONDS)


def note(text: str) -> None:
    """Print what a benchmark does next, for whoever waits.

    Args:
        text: What it does.
    """
    print(text, file=sys.stderr, flush=True)


def _end(number: int, frame: FrameType | None) -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # a second one would cut the clean-up short
    raise SystemExit(128 + number)
