import os
import sys
from pathlib import Path

import pytest

from serverless_stack.local.errors import CommandError
from serverless_stack.local.processes import process_table
from serverless_stack.local.processes.subprocesses import run, tail

# A child that starts a child of its own and then ignores SIGTERM.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_goes_to_the_log_and_to_the_caller(tmp_path: Path) -> None:
    lines: list[str] = []
    log = tmp_path / "logs" / "x.log"
    code = "import sys; print('one'); print('zwei ü'); sys.stdout.flush(); sys.stderr.write('3')"
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    run(python(code), cwd=tmp_path, environment=environment, log=log, on_line=lines.append)
    assert lines == ["one", "zwei ü", "3"]
    assert log.read_text("utf-8") == "one\nzwei ü\n3"


def test_a_failure_has_the_status_and_only_its_own_output(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("from before\n")
    with pytest.raises(CommandError, match="ended with status 7") as caught:
        run(
            python("print('why'); raise SystemExit(7)"),
            cwd=tmp_path,
            environment=os.environ,
            log=log,
        )
    assert caught.value.log == "why"
    assert log.read_text() == "from before\nwhy\n"


def test_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot run /no/such: No such file or directory"):
        run(["/no/such"], cwd=tmp_path, environment={}, log=tmp_path / "x.log")


def test_an_error_in_the_caller_stops_the_program_and_its_children(tmp_path: Path) -> None:
    seen: list[int] = []

    def fail(line: str) -> None:
        seen.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(
            python(STUBBORN),
            cwd=tmp_path,
            environment=os.environ,
            log=tmp_path / "x.log",
            on_line=fail,
        )
    assert process_table.find(seen[0]) is None


def test_tail(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("".join(f"{n}\n" for n in range(100)))
    assert tail(log, lines=2) == "98\n99"
    assert tail(log, start=len(log.read_text())) == ""
    assert tail(tmp_path / "removed") == ""
