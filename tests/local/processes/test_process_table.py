import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from serverless_stack.local.processes import process_table

MARK = "SERVERLESS_STACK_TEST_MARK"

# A leader that ends at SIGTERM, with a child in a session of its own that outlives it.
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                         start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["/proc", "ps"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with /proc and with `ps`."""
    if request.param == "ps":
        monkeypatch.setattr(process_table, "_has_proc", lambda: False)
    return str(request.param)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    leader = subprocess.Popen(
        [sys.executable, "-c", FAMILY],
        env={**os.environ, MARK: str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert leader.stdout is not None
    child = int(leader.stdout.readline())
    yield leader, child
    leader.kill()
    leader.wait()
    leader.stdout.close()
    if process_table.find(child) is not None:
        os.kill(child, signal.SIGKILL)


@pytest.mark.usefixtures("source")
class TestProcesses:
    def test_this_process_is_found(self) -> None:
        me = process_table.find(os.getpid())
        assert me is not None
        assert me.group == os.getpgrp()
        assert process_table.is_same(me.pid, me.started)

    def test_a_reused_process_id_is_another_process(self) -> None:
        assert not process_table.is_same(os.getpid(), "at another time")

    def test_a_zombie_is_not_found(self) -> None:
        child = subprocess.Popen([sys.executable, "-c", ""])
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process_table.find(child.pid) is None
        child.wait()
        assert process_table.find(child.pid) is None

    def test_processes_are_found_by_their_environment(
        self, family: tuple["subprocess.Popen[str]", int], tmp_path: Path
    ) -> None:
        leader, child = family
        assert {p.pid for p in process_table.with_mark(f"{MARK}={tmp_path}")} == {leader.pid, child}

    def test_stop_ends_the_leader_and_its_children(
        self, family: tuple["subprocess.Popen[str]", int], tmp_path: Path
    ) -> None:
        leader, child = family
        mark = f"{MARK}={tmp_path}"
        assert not process_table.stop(process_table.find(leader.pid), mark, grace_seconds=0.5)
        assert process_table.with_mark(mark) == []
        assert leader.wait() == -signal.SIGTERM
        assert process_table.find(child) is None

    def test_stop_without_a_leader_signals_all(
        self, family: tuple["subprocess.Popen[str]", int], tmp_path: Path
    ) -> None:
        mark = f"{MARK}={tmp_path}"
        assert process_table.stop(None, mark, grace_seconds=5)
        assert family[0].wait() == -signal.SIGTERM
        assert process_table.with_mark(mark) == []

    def test_stop_ignores_a_reused_process_id(
        self, family: tuple["subprocess.Popen[str]", int]
    ) -> None:
        leader, child = family
        recycled = process_table.Process(leader.pid, leader.pid, "at another time")
        assert process_table.stop(recycled, f"{MARK}=nobody", grace_seconds=0.2)
        assert leader.poll() is None
        assert process_table.find(child) is not None
