import errno
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import process_table, state
from serverless_stack.local.processes.state import State


def of_this_process() -> State:
    me = process_table.find(os.getpid())
    assert me is not None
    return State(
        app_dir="/shop",
        name="default",
        pid=me.pid,
        pid_started=me.started,
        gateway_port=4001,
        api_port=4002,
        cdn_port=4003,
        access_key_id="LOCAL1",
        secret_access_key="hidden",
        started_at=time.time() - 60,
    )


def test_the_secret_is_not_printed() -> None:
    state = of_this_process()
    assert "hidden" not in f"{state!r} {state.access_key!r}"
    assert state.access_key.secret == "hidden"
    assert state.access_key.id_for("000000000000") == "LOCAL1"
    assert state.access_key.id_for("111111111111") == "LOCAL1111111111111"


def test_a_state_is_read_back_and_private(tmp_path: Path) -> None:
    home = tmp_path / "cloud"
    known = of_this_process()
    state.write(home, known)
    assert state.read(home) == known
    assert (home / "state.json").stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    state.write(home, replace(known, bootstrapped=["1/us-east-1/q"]))
    assert state.read(home) == replace(known, bootstrapped=["1/us-east-1/q"])
    assert [path.name for path in home.iterdir()] == ["state.json"]


def test_a_missing_state(tmp_path: Path) -> None:
    assert state.read(tmp_path / "no-such-folder") is None


def test_a_state_is_running_while_its_process_is() -> None:
    known = of_this_process()
    assert known.is_running()
    assert 59 < known.uptime_seconds < 120


def test_a_reused_process_id_is_not_running() -> None:
    assert not replace(of_this_process(), pid_started="at another time").is_running()


def test_an_ended_process_is_not_running() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = process_table.find(child.pid)
        assert process is not None
        known = replace(of_this_process(), pid=process.pid, pid_started=process.started)
        assert known.is_running()
    assert not known.is_running()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"version": 1}', json.dumps({"version": 99, "pid": 1})],
)
def test_an_unreadable_state_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content)
    with pytest.raises(
        LocalCloudError, match=r"state\.json cannot be read .*: stop the processes of"
    ):
        state.read(tmp_path)


def test_a_full_disk_keeps_the_former_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = of_this_process()
    state.write(tmp_path, known)

    def no_space(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(json, "dump", no_space)
    with pytest.raises(LocalCloudError, match=r"state\.json cannot be written: No space left"):
        state.write(tmp_path, replace(known, name="other"))
    assert state.read(tmp_path) == known
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
