import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from serverless_stack.local.processes.locks import LockedError, locked
from tests.local.conftest import until

HOLDER = """
import sys, time
from pathlib import Path
from serverless_stack.local.processes.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_file_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "x.lock"
    with locked(path):
        assert path.exists()
    assert not path.exists()
    with pytest.raises(ValueError, match="inside"), locked(path):
        raise ValueError("inside")
    assert not path.exists()


def test_another_process_holds_the_lock_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match="held by another process"), locked(path, wait=False):
            pytest.fail("two have the lock")
        holder.kill()
    with locked(path, wait=False):
        assert path.exists()


def test_waiting_is_reported_once(tmp_path: Path) -> None:
    path, waits, acquired = tmp_path / "x.lock", [], []

    def wait() -> None:
        with locked(path, on_wait=lambda: waits.append(True)):
            acquired.append(True)

    with locked(path):
        waiter = Thread(target=wait)
        waiter.start()
        until(lambda: waits)
        assert acquired == []
    waiter.join()
    assert len(waits) == 1
    assert acquired == [True]


def test_the_lock_is_exclusive(tmp_path: Path) -> None:
    path, inside, most = tmp_path / "x.lock", [], []

    def work() -> None:
        for _ in range(5):
            with locked(path):
                inside.append(True)
                most.append(len(inside))
                inside.pop()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(most) == 20
    assert set(most) == {1}
