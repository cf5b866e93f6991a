"""Starting and stopping the processes of a cloud."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from serverless_stack.local import folders
from serverless_stack.local.cdk import commands as cdk_commands
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import (
    emulator as emulator_process,
)
from serverless_stack.local.processes import (
    ports,
    process_table,
    state,
)
from serverless_stack.local.processes.access_key import new_access_key
from serverless_stack.local.processes.emulator import Ports, Programs
from serverless_stack.local.processes.locks import locked
from serverless_stack.local.processes.state import State
from serverless_stack.local.progress import Phases
from serverless_stack.local.toolchain import prerequisites
from serverless_stack.local.toolchain.cdk import install_if_missing
from serverless_stack.local.toolchain.install import emulator_python
from serverless_stack.local.toolchain.prerequisites import Tools

_CLI_STOP_SECONDS = 3.0
_DOORS = ("the AWS endpoint", "the APIs", "the distributions")


def running(app_dir: Path, name: str) -> State | None:
    """Return the state of a cloud; None if it is not running."""
    current = state.read(folders.cloud(app_dir, name))
    return current if current is not None and current.is_running() else None


def state_of(app_dir: Path, name: str) -> State:
    """Return the state of a running cloud.

    Raises:
        LocalCloudError: The cloud is not running.
    """
    current = running(app_dir, name)
    if current is None:
        raise LocalCloudError(
            f"the local cloud `{name}` of {app_dir} is not running: "
            "start it with `serverless-stack local up`"
        )
    return current


def start(
    app_dir: Path, name: str, requested: Ports, phases: Phases
) -> subprocess.Popen[bytes] | None:
    """Start the emulator of a cloud, unless it is running.

    Returns:
        The emulator that was started; None if it was running.

    Raises:
        PrerequisitesError: Prerequisites are missing. Nothing was changed.
        LocalCloudError: The emulator could not be started. Nothing is left running.
    """
    options = {
        "--gateway-port": requested.gateway,
        "--api-port": requested.api,
        "--cdn-port": requested.cdn,
    }
    if _runs_as_requested(app_dir, name, options):
        return None
    if (app_dir / "cdk.json").is_file():
        install_if_missing(app_dir, phases)
    tools = prerequisites.check(app_dir, options)

    def waiting() -> None:
        phases.note(f"waiting for another command that starts or stops the local cloud `{name}`")

    with locked(_lock(app_dir, name), on_wait=waiting):
        if _runs_as_requested(app_dir, name, options):
            return None
        return _start(app_dir, name, tools, requested, phases)


def stop(app_dir: Path, name: str) -> bool:
    """Stop all processes of a cloud, and remove its folder.

    Returns:
        Whether there was anything to stop or remove.
    """
    home = folders.cloud(app_dir, name)
    if not home.exists() and not process_table.with_mark(emulator_process.environment_mark(home)):
        return False
    with locked(_lock(app_dir, name)):
        _clear(home)
    return True


def _lock(app_dir: Path, name: str) -> Path:
    return folders.locks() / f"{folders.cloud(app_dir, name).name}.lock"


def _runs_as_requested(app_dir: Path, name: str, options: Mapping[str, int]) -> bool:
    current = running(app_dir, name)
    if current is None:
        return False
    actual = (current.gateway_port, current.api_port, current.cdn_port)
    for (option, requested), port in zip(options.items(), actual, strict=True):
        if requested not in (0, port):
            raise LocalCloudError(
                f"{option} must be {port}, the port of the running local cloud `{name}`, "
                f"got: {requested}; to change it, run `serverless-stack local down` first"
            )
    return True


def _start(
    app_dir: Path, name: str, tools: Tools, requested: Ports, phases: Phases
) -> subprocess.Popen[bytes]:
    home = folders.cloud(app_dir, name)
    _clear(home)  # left by a command that was killed
    with phases.phase("packages"):
        programs = _set_up(tools, phases)
    home.mkdir(parents=True, mode=0o700)
    try:
        with phases.phase("emulator"):
            key = new_access_key()
            memory = folders.ports() / f"{home.name}.json"
            last = ports.recall(memory, len(_DOORS))
            process, chosen = emulator_process.start(home, programs, requested, key, last)
        leader = process_table.find(process.pid)
        if leader is None:
            raise LocalCloudError("the emulator ended immediately after its start")
        current = State(
            app_dir=str(app_dir),
            name=name,
            pid=leader.pid,
            pid_started=leader.started,
            gateway_port=chosen.gateway,
            api_port=chosen.api,
            cdn_port=chosen.cdn,
            access_key_id=key.id,
            secret_access_key=key.secret,
            started_at=time.time(),
        )
        state.write(home, current)
        _remember(memory, last, requested, chosen, phases)
    except BaseException:  # and KeyboardInterrupt: stop what was started
        _clear(home)
        raise
    return process


def _remember(
    memory: Path, last: Sequence[int], requested: Ports, chosen: Ports, phases: Phases
) -> None:
    """Remember the ports for the next start, and tell which could not be the same as last time."""
    now = (chosen.gateway, chosen.api, chosen.cdn)
    asked = (requested.gateway, requested.api, requested.cdn)
    for door, old, new, port in zip(_DOORS, last, now, asked, strict=True):
        if old not in (0, new) and not port:
            phases.note(f"port {old} is in use by another program: {door} moved to port {new}")
    ports.remember(memory, now)


def _set_up(tools: Tools, phases: Phases) -> Programs:
    """Install the emulator's packages, unless they are there."""
    phases.detail("installing the emulator's packages, once")
    return Programs(
        python=emulator_python(),
        redis=tools.redis,
        memcached=tools.memcached,
        search_path=tools.node.search_path(os.environ),
    )


def _clear(home: Path) -> None:
    try:
        current = state.read(home)
    except LocalCloudError:
        current = None  # an unreadable file is removed with the folder
    is_running = current is not None and current.is_running()
    leader = process_table.find(current.pid) if current is not None and is_running else None
    deployment = cdk_commands.environment_mark(home)
    process_table.stop(None, deployment, _CLI_STOP_SECONDS)
    emulator_process.stop(home, leader)
    shutil.rmtree(home, ignore_errors=True)
