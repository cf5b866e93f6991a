"""A benchmark that is ended leaves nothing running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import __main__ as all_measures
from serverless_stack.local.processes import process_table

# It starts a server that is stopped by its block, and a program that nothing stops, which starts
# another one in a session of its own.
BENCHMARK = """
import contextlib, subprocess, sys, time
from benchmarks.running import note, run_benchmark

@contextlib.contextmanager
def server():
    process = subprocess.Popen(["sleep", "300"])
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
        print("stopped the server", flush=True)

INNER = (
    "import subprocess; inner = subprocess.Popen(['sleep', '300'], start_new_session=True); "
    "print(inner.pid, flush=True); inner.wait()"
)

def main():
    with server() as process:
        other = subprocess.Popen([sys.executable, "-c", INNER], stdout=subprocess.PIPE, text=True)
        print(process.pid, other.pid, other.stdout.readline().strip(), flush=True)
        note("waiting")
        {then}

sys.exit(run_benchmark(main))
"""
ROOT = Path(__file__).parents[2]


def start(*command: str) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a benchmark, and return it with the processes that it started."""
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    return process, [int(pid) for pid in process.stdout.readline().split()]


def rest(process: subprocess.Popen[str]) -> str:
    """Wait for the end, and return what it printed since; `communicate` would miss the buffered."""
    assert process.stdout is not None
    with process.stdout:
        text = process.stdout.read()
    process.wait(60)
    return text


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if process_table.find(pid) is not None]


def left(pids: list[int]) -> list[int]:
    """Return what is alive after a moment, in which the system removes what has ended."""
    deadline = time.monotonic() + 5
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.01)
    return alive(pids)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_all_that_it_started(number: signal.Signals) -> None:
    process, pids = start("-c", BENCHMARK.format(then="time.sleep(300)"))
    assert len(alive(pids)) == 3
    process.send_signal(number)
    said = rest(process)
    assert said == "stopped the server\n"
    assert process.returncode not in (0, None)
    assert left(pids) == []


def test_the_end_ends_all_that_it_started() -> None:
    process, pids = start("-c", BENCHMARK.format(then="return 3"))
    assert rest(process) == "stopped the server\n"
    assert process.returncode == 3
    assert left(pids) == []


def test_all_measures_end_the_one_that_runs(tmp_path: Path) -> None:
    (tmp_path / "fake.py").write_text(BENCHMARK.format(then="time.sleep(300)"))
    together = (
        "import sys; from benchmarks import __main__ as all_measures; "
        "from benchmarks.running import run_benchmark; "
        f"sys.path.insert(0, {str(tmp_path)!r}); "
        "sys.exit(run_benchmark(lambda: all_measures.measure('fake')))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", together],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    process.terminate()
    assert rest(process) == "stopped the server\n"
    assert left(pids) == []


def test_each_benchmark_runs_so() -> None:
    modules = [
        path
        for path in (ROOT / "benchmarks").rglob("*.py")
        if '__name__ == "__main__"' in path.read_text() and "apps" not in path.parts
    ]
    others = [path.name for path in modules if "run_benchmark(main)" not in path.read_text()]
    # These are programs that benchmarks run.
    assert sorted(others) == ["load.py", "relay.py"]


def test_each_measure_is_a_module() -> None:
    for name in all_measures.MEASURES:
        path = ROOT / "benchmarks" / name
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
