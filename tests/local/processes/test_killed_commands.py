"""Commands that are killed with SIGKILL, which nothing can catch."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from serverless_stack.local import folders
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.processes import lifecycle, process_table
from tests.local.conftest import argv_of, processes_of, until

pytestmark = pytest.mark.server


def launch_and_kill(app: Path, ready: Path) -> None:
    """Kill `local up` when a file exists."""
    launcher = subprocess.Popen(
        argv_of("local", "up"), cwd=app, stdout=subprocess.DEVNULL, start_new_session=True
    )
    until(ready.exists)
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()


def test_down_finds_what_a_killed_command_has_started(assembly_app: Path) -> None:
    home = folders.cloud(assembly_app, "default")
    launch_and_kill(assembly_app, home / "emulator" / "logs")
    assert processes_of(assembly_app) != []
    assert lifecycle.running(assembly_app, "default") is None
    assert lifecycle.stop(assembly_app, "default")
    assert processes_of(assembly_app) == []
    assert not home.exists()
    assert not lifecycle.stop(assembly_app, "default")


def test_up_replaces_what_a_killed_command_has_started(assembly_app: Path) -> None:
    home = folders.cloud(assembly_app, "default")
    launch_and_kill(assembly_app, home / "emulator" / "logs")
    old = {process.pid for process in processes_of(assembly_app)}
    with LocalCloud.start(assembly_app) as cloud:
        assert cloud.started_here
        assert not old & {process.pid for process in processes_of(assembly_app)}
    assert processes_of(assembly_app) == []


def test_down_finds_processes_without_a_folder(assembly_app: Path) -> None:
    """As after the user has removed the cache folder."""
    cloud = LocalCloud.start(assembly_app)
    cloud.home.rename(cloud.home.with_name("moved-away"))
    try:
        assert lifecycle.stop(assembly_app, "default")
        assert processes_of(assembly_app) == []
    finally:
        subprocess.run(["rm", "-rf", str(cloud.home.with_name("moved-away"))], check=True)


def test_the_key_is_on_no_command_line_and_in_private_files(assembly_app: Path) -> None:
    with LocalCloud.start(assembly_app) as cloud:
        secret = cloud.environment()["AWS_SECRET_ACCESS_KEY"]
        assert len(secret) >= 32
        everyone = ["ps", "-Aww", "-o", "args="]
        listing = subprocess.run(everyone, capture_output=True, text=True, check=True)
        assert secret not in listing.stdout
        assert cloud.state.access_key_id not in listing.stdout
        assert os.stat(cloud.home).st_mode & 0o077 == 0
        assert os.stat(cloud.home / "state.json").st_mode & 0o077 == 0
        assert process_table.find(cloud.state.pid) is not None
