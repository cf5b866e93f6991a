"""The process of the emulator: settings, start, ports, and stop."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from serverless_stack.local.processes import process_table
from serverless_stack.local.toolchain.install import emulator_python
from tests.local.emulator.conftest import (
    EMULATOR,
    Emulator,
    environment,
    function,
    rest_api,
    start,
    stop,
)
from tests.local.emulator.test_memcached import cluster
from tests.local.emulator.test_redis import NETWORK, group


def run(settings: dict[str, str], *code: str) -> subprocess.CompletedProcess[str]:
    arguments = ["-c", *code] if code else [str(EMULATOR)]
    return subprocess.run(
        [str(emulator_python()), *arguments],
        env=settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def started_by(code: str) -> str:
    """Return a script that runs the emulator after some lines of code."""
    return f"import runpy, sys\n{code}\nrunpy.run_path({str(EMULATOR)!r}, run_name='__main__')\n"


def test_other_version_is_refused(tmp_path: Path) -> None:
    info = tmp_path / "site" / "ministack-1.5.34.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ministack\nVersion: 1.5.34\n")
    settings = environment(tmp_path / "home", tmp_path, PYTHONPATH=str(info.parent))
    done = run(settings)
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert "needs ministack 1.5.33, got: 1.5.34" in line
    assert not (tmp_path / "home").exists()


def test_missing_name_is_refused(tmp_path: Path) -> None:
    settings = environment(tmp_path / "home", tmp_path)
    code = "import ministack.services.ec2 as ec2\ndel ec2._vpcs, ec2._addresses"
    prepared = f"import os, tempfile\nos.environ['BIND_HOST'] = '127.0.0.1'\n{code}"
    done = run(settings, started_by(prepared))
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert "ministack.services.ec2._addresses" in line
    assert "ministack.services.ec2._vpcs" in line


def test_wrong_settings_are_reported_together(tmp_path: Path) -> None:
    settings = environment(tmp_path / "home", tmp_path, GATEWAY_PORT="x")
    del settings["SERVERLESS_STACK_HOME"], settings["SERVERLESS_STACK_CDN_PORT"]
    done = run(settings)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    for name in ("GATEWAY_PORT", "SERVERLESS_STACK_HOME", "SERVERLESS_STACK_CDN_PORT"):
        assert f"`{name}`" in line


def test_taken_port_is_an_error(tmp_path: Path) -> None:
    settings = environment(tmp_path / "home", tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(settings["SERVERLESS_STACK_CDN_PORT"])))
        taken.listen()
        done = run(settings)
    assert done.returncode == 2
    assert f"already in use: {settings['SERVERLESS_STACK_CDN_PORT']} on" in done.stderr


def test_folder_of_a_running_emulator_is_refused(cloud: Emulator, overlays: Path) -> None:
    done = run(environment(cloud.home, overlays))
    assert done.returncode == 2
    assert done.stderr == f"another emulator is running in this folder: {cloud.home}\n"
    assert cloud.request("GET", cloud.at_gateway("/_ministack/health")).status == 200


def descendants(pid: int) -> set[int]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = {int(a): int(b) for a, b in map(str.split, listing.stdout.splitlines())}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pids: set[int]) -> set[int]:
    left = set()
    for pid in pids:
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        if state.stdout.strip() and not state.stdout.strip().startswith("Z"):
            left.add(pid)
    return left


def populate(emulator: Emulator) -> set[int]:
    """Start engines of both kinds and a function with a child, and return their process ids."""
    code = """
import subprocess
child = subprocess.Popen(["sleep", "600"])

def handler(event, context):
    return child.pid
"""
    caches = {"Redis": group(NumCacheClusters=2), "Memcached": cluster(NumCacheNodes=2)["Cache"]}
    resources = {**NETWORK, **caches, **function(code)}
    name = emulator.deploy("full", resources, Name={"Ref": "Function"})["Name"]
    answer = emulator.client("lambda").invoke(FunctionName=name)
    child = json.loads(answer["Payload"].read())
    pids = descendants(emulator.process.pid)
    # guard, two redis-servers, two memcacheds, the function and its child
    assert len(pids) == 7
    assert child in pids
    return pids


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_all_processes_end_with_the_emulator(
    tmp_path: Path, overlays: Path, number: signal.Signals
) -> None:
    emulator = start(tmp_path / "home", overlays)
    try:
        pids = populate(emulator)
        begun = time.monotonic()
        os.kill(emulator.process.pid, number)
        status = emulator.process.wait(5)
        assert status == (-9 if number is signal.SIGKILL else 0)
        while (left := alive(pids)) and time.monotonic() - begun < 5:
            time.sleep(0.05)
        assert left == set()
    finally:
        stop(emulator)


DAEMONS = """
import os, subprocess, sys

def handler(event, context):
    assert not [name for name in os.environ if name.startswith("SERVERLESS_")]
    command, own = ["sleep", "600"], {"start_new_session": True}
    children = [
        subprocess.Popen(command, **own),
        subprocess.Popen(command, env={"PATH": os.environ["PATH"]}, **own),
        subprocess.Popen([sys.executable, "-c", "import os; os.setsid(); os.system('sleep 600')"]),
    ]
    forked = os.fork()
    if forked == 0:
        os.setsid()
        os.execvp("sleep", command)
    return [child.pid for child in children] + [forked]
"""


@contextlib.contextmanager
def busy_emulator(home: Path, overlays: Path) -> Iterator[tuple[Emulator, int, set[int]]]:
    """Start an emulator with a cache, and a function whose processes are in other sessions.

    Yields:
        The emulator, the process id of its guard, and those of all others.
    """
    emulator = start(home, overlays)
    mark = f"SERVERLESS_STACK_HOME={home}"
    try:
        resources = {**NETWORK, "Redis": group(), **function(DAEMONS)}
        name = emulator.deploy("busy", resources, Name={"Ref": "Function"})["Name"]
        answer = emulator.client("lambda").invoke(FunctionName=name)
        children = json.loads(answer["Payload"].read())
        assert len(children) == 4
        pids = {process.pid for process in process_table.with_mark(mark)} - {emulator.process.pid}
        assert {*children} < pids
        listing = subprocess.run(
            ["ps", "-Aww", "-o", "pid=,args="], capture_output=True, text=True, check=True
        )
        rows = [line.split(None, 1) for line in listing.stdout.splitlines()]
        (guard,) = (int(pid) for pid, args in rows if "process_guard" in args and int(pid) in pids)
        yield emulator, guard, pids - {guard}
    finally:
        stop(emulator)
        process_table.stop(None, mark, 1)


def all_end(pids: set[int]) -> bool:
    deadline = time.monotonic() + 10
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pids)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_processes_in_sessions_of_their_own_end(
    tmp_path: Path, overlays: Path, number: signal.Signals
) -> None:
    with busy_emulator(tmp_path / "home", overlays) as (emulator, guard, pids):
        os.kill(emulator.process.pid, number)
        emulator.process.wait(10)
        assert all_end(pids | {guard})


def test_a_killed_guard_is_replaced(tmp_path: Path, overlays: Path) -> None:
    home = tmp_path / "home"
    with busy_emulator(home, overlays) as (emulator, guard, pids):
        os.kill(guard, signal.SIGKILL)
        mark = f"SERVERLESS_STACK_HOME={home}"
        known = pids | {guard, emulator.process.pid}
        while not ({process.pid for process in process_table.with_mark(mark)} - known):
            time.sleep(0.05)
        assert alive(pids) == pids
        os.kill(emulator.process.pid, signal.SIGKILL)
        emulator.process.wait(10)
        assert all_end(pids)


def test_what_outlives_emulator_and_guard_has_the_mark_of_its_cloud(
    tmp_path: Path, overlays: Path
) -> None:
    home = tmp_path / "home"
    with busy_emulator(home, overlays) as (emulator, guard, pids):
        os.kill(emulator.process.pid, signal.SIGSTOP)  # so that it does not replace the guard
        os.kill(guard, signal.SIGKILL)
        os.kill(emulator.process.pid, signal.SIGKILL)
        emulator.process.wait(10)
        mark = f"SERVERLESS_STACK_HOME={home}"
        assert {process.pid for process in process_table.with_mark(mark)} >= alive(pids)
        process_table.stop(None, mark, 1)
        assert all_end(pids)


def test_requests_in_flight_do_not_delay_the_stop(tmp_path: Path, overlays: Path) -> None:
    code = "import time\ndef handler(event, context): time.sleep(600)"
    emulator = start(tmp_path / "home", overlays)
    try:
        resources = {**function(code, Timeout=900), **rest_api()}
        api_id = emulator.deploy("busy", resources, Id={"Ref": "Api"})["Id"]
        url = emulator.at_gateway(f"/_aws/execute-api/{api_id}/prod/a")
        waiting = threading.Thread(target=request_until_closed, args=(emulator, url))
        waiting.start()
        while len(pids := descendants(emulator.process.pid)) < 2:
            time.sleep(0.05)
        emulator.process.send_signal(signal.SIGTERM)
        assert emulator.process.wait(5) == 0
        assert alive(pids) == set()
        waiting.join(5)
        assert not waiting.is_alive()
    finally:
        stop(emulator)


def request_until_closed(emulator: Emulator, url: str) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        emulator.request("GET", url)


def test_a_second_start_begins_empty(tmp_path: Path, overlays: Path) -> None:
    for _ in range(2):
        emulator = start(tmp_path / "home", overlays)
        try:
            emulator.client("s3").create_bucket(Bucket="only-once")
            assert len(emulator.client("s3").list_buckets()["Buckets"]) == 1
        finally:
            assert stop(emulator) == 0


def test_only_loopback_is_bound(cloud: Emulator) -> None:
    listing = Path("/proc/net/tcp")
    ports = {cloud.gateway, cloud.api, cloud.cdn}
    if listing.exists():
        rows = [line.split() for line in listing.read_text().splitlines()[1:]]
        bound = {row[1].split(":")[0] for row in rows if int(row[1].split(":")[1], 16) in ports}
        assert "00000000" not in bound
    for port in ports:
        with socket.create_connection(("127.0.0.1", port), 5):
            pass
