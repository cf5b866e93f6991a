"""Ctrl-C and other signals leave no process and no folder behind, at any moment."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from serverless_stack.local import folders
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.processes import lifecycle
from serverless_stack.local.processes import process_table as processes
from tests.local.conftest import argv_of, processes_of, until

# A variable of every process below a launcher, including the CDK CLI and the app.
MARK = "SERVERLESS_STACK_TEST_LAUNCHER"

WAIT = """
import pathlib, time
(pathlib.Path(__file__).parent / "synthesising").touch()
time.sleep(60)
"""


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv(MARK, str(tmp_path))
    yield f"{MARK}={tmp_path}"
    monkeypatch.delenv(MARK)


def launch(app: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        argv_of("local", *arguments),
        cwd=app,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until_line(launcher: "subprocess.Popen[str]", line: str) -> None:
    assert launcher.stdout is not None
    for said in launcher.stdout:
        if said == f"{line}\n":
            return
    pytest.fail(f"the launcher ended before it printed {line!r}")


def until_synthesising(app: Path) -> None:
    until((app / "synthesising").exists)


def assert_nothing_left(app: Path, mark: str) -> None:
    others = [p for p in processes.with_mark(mark) if p.pid != os.getpid()]
    assert others == []
    assert processes_of(app) == []
    assert not folders.cloud(app, "default").exists()
    assert lifecycle.running(app, "default") is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_during_up(assembly_app: Path, mark: str, number: signal.Signals) -> None:
    with launch(assembly_app, "up") as launcher:
        until_line(launcher, "emulator ...")
        until(lambda: processes_of(assembly_app))
        launcher.send_signal(number)
        _, complaint = launcher.communicate()
    assert launcher.returncode == 128 + number
    assert "Interrupted; everything that this command started was stopped." in complaint
    assert "Traceback" not in complaint
    assert_nothing_left(assembly_app, mark)


def test_during_set_up(assembly_app: Path, own_cache: Path, mark: str) -> None:
    with launch(assembly_app, "up") as launcher:
        until_line(launcher, "packages ...")
        until(lambda: list(own_cache.glob("emulator-*")))
        launcher.send_signal(signal.SIGINT)
        launcher.communicate()
    assert launcher.returncode == 130
    assert_nothing_left(assembly_app, mark)
    assert list(own_cache.glob("*/.complete")) == []
    assert list((own_cache / "locks").iterdir()) == []


def test_during_deploy(assembly_app: Path, mark: str) -> None:
    (assembly_app / "before.py").write_text(WAIT)
    with launch(assembly_app, "deploy") as launcher:
        until_synthesising(assembly_app)
        launcher.send_signal(signal.SIGINT)
        _, complaint = launcher.communicate()
    assert launcher.returncode == 130
    assert "Traceback" not in complaint
    assert_nothing_left(assembly_app, mark)


def test_repeated_signals_change_nothing(assembly_app: Path, mark: str) -> None:
    (assembly_app / "before.py").write_text(WAIT)
    with launch(assembly_app, "deploy") as launcher:
        until_synthesising(assembly_app)
        for _ in range(5):
            launcher.send_signal(signal.SIGINT)
            time.sleep(0.02)
        launcher.communicate()
    assert launcher.returncode == 130
    assert_nothing_left(assembly_app, mark)


def test_during_deploy_to_a_running_cloud(assembly_app: Path, mark: str) -> None:
    (assembly_app / "before.py").write_text(WAIT)
    with LocalCloud.start(assembly_app) as cloud:
        with launch(assembly_app, "deploy") as launcher:
            until_synthesising(assembly_app)
            launcher.send_signal(signal.SIGINT)
            launcher.communicate()
        assert launcher.returncode == 130
        assert cloud.state.is_running()
        (assembly_app / "before.py").unlink()
        assert (cloud.synth() / "manifest.json").exists()
    assert_nothing_left(assembly_app, mark)


def test_down_stops_a_deployment_under_way(assembly_app: Path, mark: str) -> None:
    (assembly_app / "before.py").write_text(WAIT)
    with launch(assembly_app, "deploy") as launcher:
        until_synthesising(assembly_app)
        assert lifecycle.stop(assembly_app, "default")
        _, complaint = launcher.communicate()
    assert launcher.returncode == 1
    assert "Error: the local cloud `default` was stopped during `cdk synth`\n" in complaint
    assert_nothing_left(assembly_app, mark)


def test_the_cloud_outlives_the_launcher_and_its_session(assembly_app: Path) -> None:
    with launch(assembly_app, "up") as launcher:
        launcher.communicate()
    assert launcher.returncode == 0
    known = lifecycle.state_of(assembly_app, "default")
    leader = processes.find(known.pid)
    assert leader is not None
    assert leader.group == leader.pid != launcher.pid
    assert lifecycle.stop(assembly_app, "default")
