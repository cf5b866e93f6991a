"""The life of a cloud's processes: whether they run, starting them, stopping them."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

from serverless_stack.local import folders
from serverless_stack.local.cdk import commands as cdk_commands
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import (
    emulator as emulator_process,
)
from serverless_stack.local.processes import (
    process_table,
    state,
)
from serverless_stack.local.processes.emulator import Ports, Programs
from serverless_stack.local.processes.locks import LockedError, locked
from serverless_stack.local.processes.state import State
from serverless_stack.local.processes.subprocesses import CancelledError
from serverless_stack.local.progress import Phases
from serverless_stack.local.toolchain import prerequisites
from serverless_stack.local.toolchain.install import emulator_python, node_modules
from serverless_stack.local.toolchain.prerequisites import Tools

_CLI_STOP_SECONDS = 3.0


def running(app_dir: Path, name: str) -> State | None:
    """Return the state of a cloud that runs, or None."""
    known = state.read(folders.cloud(app_dir, name))
    return known if known is not None and known.is_running() else None


def state_of(app_dir: Path, name: str) -> State:
    """Return the state of a cloud that runs.

    Raises:
        LocalCloudError: It does not run.
    """
    known = running(app_dir, name)
    if known is None:
        raise LocalCloudError(
            f"the local cloud `{name}` of {app_dir} does not run: "
            "start it by `serverless-stack local up`"
        )
    return known


def start(
    app_dir: Path, name: str, wanted: Ports, phases: Phases
) -> subprocess.Popen[bytes] | None:
    """Start the emulator of a cloud, unless it runs.

    Returns:
        The emulator that was started, or None when one runs already.

    Raises:
        PrerequisitesError: Something is missing; nothing was changed.
        LocalCloudError: It cannot be started; nothing is left running.
    """
    options = {
        "--gateway-port": wanted.gateway,
        "--api-port": wanted.api,
        "--cdn-port": wanted.cdn,
    }
    if _runs_as_requested(app_dir, name, options):
        return None
    tools = prerequisites.check(app_dir, options)

    def waiting() -> None:
        phases.note(f"another command starts or stops the local cloud `{name}`: waiting for it")

    with locked(_lock(app_dir, name), on_wait=waiting):
        if _runs_as_requested(app_dir, name, options):
            return None
        return _start(app_dir, name, tools, wanted, phases)


def stop(app_dir: Path, name: str) -> bool:
    """Stop every process of a cloud and remove its folder; it need not run.

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
    known = running(app_dir, name)
    if known is None:
        return False
    actual = (known.gateway_port, known.api_port, known.cdn_port)
    for (option, wanted), port in zip(options.items(), actual, strict=True):
        if wanted not in (0, port):
            raise LocalCloudError(
                f"{option} must be {port}, which the running local cloud `{name}` has, got: "
                f"{wanted}; to change it, stop the cloud first: `serverless-stack local down`"
            )
    return True


def _start(
    app_dir: Path, name: str, tools: Tools, wanted: Ports, phases: Phases
) -> subprocess.Popen[bytes]:
    home = folders.cloud(app_dir, name)
    _clear(home)  # what a launcher left that was killed
    with phases.phase("set-up"):
        programs = _set_up(tools, phases)
    home.mkdir(parents=True, mode=0o700)
    try:
        with phases.phase("emulator"):
            process, chosen = emulator_process.start(home, programs, wanted)
        leader = process_table.find(process.pid)
        if leader is None:
            raise LocalCloudError("the emulator ended as soon as it had started")
        known = State(
            app_dir=str(app_dir),
            name=name,
            pid=leader.pid,
            pid_started=leader.started,
            gateway_port=chosen.gateway,
            api_port=chosen.api,
            cdn_port=chosen.cdn,
            started_at=time.time(),
        )
        state.write(home, known)
    except BaseException:  # Ctrl-C included: what was started is stopped
        _clear(home)
        raise
    return process


def _set_up(tools: Tools, phases: Phases) -> Programs:
    """Make the two package folders side by side; either failure, or Ctrl-C, stops the other."""
    phases.detail("packages of the emulator, made once")
    cancel = Event()
    with ThreadPoolExecutor(2) as pool:
        try:
            python = pool.submit(emulator_python, cancel)
            modules = pool.submit(node_modules, cancel)
            wait([python, modules], return_when=FIRST_EXCEPTION)
        finally:
            cancel.set()  # the pool waits for what still works
    for task in (python, modules):
        failure = task.exception()
        if failure is not None and not isinstance(failure, CancelledError | LockedError):
            raise failure
    return Programs(
        python=python.result(),
        node_modules=modules.result(),
        redis=tools.redis,
        memcached=tools.memcached,
        search_path=tools.node.search_path(os.environ),
    )


def _clear(home: Path) -> None:
    try:
        known = state.read(home)
    except LocalCloudError:
        known = None  # what cannot be read goes away with the rest
    leader = None if known is None or not known.is_running() else process_table.find(known.pid)
    process_table.stop(
        None, cdk_commands.environment_mark(home), _CLI_STOP_SECONDS
    )  # a deployment under way
    emulator_process.stop(home, leader)
    shutil.rmtree(home, ignore_errors=True)
