import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.caching import faults, hits, imports, load, nodes
from benchmarks.caching.processes import run
from tests.runtime.servers import redis_server


def request(begin: float, seconds: float, loaded: bool = False, failed: str = "") -> load.Request:
    return load.Request(begin, seconds, loaded, failed)


def test_what_a_client_saw() -> None:
    seen = [
        request(9, 0.001),
        request(10, 0.152, loaded=True),
        request(10.5, 0.002, failed="TimeoutError"),
        request(11.5, 0.003),
        request(15.25, 0.003, loaded=True),
        request(16, 0.001),
    ]
    found = load.summary(seen, {1: 10.0, 2: 17.9}, 2, 10, 15, 18)
    assert (found["requests"], found["failed"], found["stuck"]) == (6, 1, 1)
    assert found["kinds"] == {"TimeoutError": 1}
    assert found["first"] == pytest.approx(0.15)
    assert found["later"] == pytest.approx(0.001)
    assert found["recovery"] == pytest.approx(0.25)
    assert found["at once"] == 2


def test_a_source_counts_who_asks_at_once() -> None:
    source = load.Source()
    assert source.load("a") == {"key": "a"}
    assert (source.most, source.local.loaded) == (1, True)


def test_ours_runs_through_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEFORE", "AWAY", "AFTER"):
        monkeypatch.setattr(faults, name, 1.0)
    with redis_server(tmp_path) as server:
        found = faults.measure("ours", server, "redis", "kill", sys.executable)
    assert (found["failed"], found["stuck"], found["at once"]) == (0, 0, 1)


def test_the_others_are_what_they_say(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        now = time.time()
        words = ["redis-py", f"redis://{server.address}/0", *(str(now + n) for n in (1, 1.5, 2))]
        (said,) = run("benchmarks.caching.load", [words])
    assert json.loads(said)["failed"] == 0


def test_a_program_that_fails_is_told() -> None:
    with pytest.raises(RuntimeError, match=r"benchmarks\.caching\.load ended with status 1"):
        run("benchmarks.caching.load", [["nobody", "redis://127.0.0.1:1", "0", "0", "0"]])


def test_what_is_imported_runs() -> None:
    for before, statement in imports.IMPORTS.values():
        assert imports.milliseconds(before, statement) > 0


def test_hits_are_compared_in_turn() -> None:
    calls: list[str] = []
    found = hits.in_turn({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")})
    assert {name: len(each) for name, each in found.items()} == {"a": 60, "b": 60}
    assert (calls[0], calls[-1]) == ("b", "b")


def test_keys_move_by_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    nodes.moved(Console(width=200))
    assert "keys move" in capsys.readouterr().out


def test_each_measure_is_a_command() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", "import benchmarks.caching.__main__"],
        check=True,
        capture_output=True,
    )
    assert listed.returncode == 0
