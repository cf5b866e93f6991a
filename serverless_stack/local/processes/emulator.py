"""The process of the emulator, which outlives the command that starts it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serverless_stack._shared.machine import find_uv
from serverless_stack.local import folders
from serverless_stack.local.cdk.commands import without_proxy
from serverless_stack.local.errors import CommandError
from serverless_stack.local.processes import ports, process_table
from serverless_stack.local.processes.access_key import AccessKey
from serverless_stack.local.processes.requests import open_url
from serverless_stack.local.processes.subprocesses import tail

EMULATOR = folders.PACKAGE / "emulator"
_HEALTHY_SECONDS = 60.0
_STOP_SECONDS = 5.0
_ATTEMPTS = 4
_WRONG_VERSION_STATUS = 3
_ROOM_FOR_LOGS = 1_000_000

# The variables that the emulator inherits. No other variable of the user can affect it.
_KEPT = ("HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER")
_KEPT_PREFIXES = ("LC_", "PIP_", "SSL_CERT_", "UV_", "XDG_")
_KEPT_SUFFIXES = ("_PROXY", "_proxy", "_CA_BUNDLE")


@dataclass(frozen=True)
class Ports:
    """The loopback ports of an emulator."""

    gateway: int
    api: int
    cdn: int


@dataclass(frozen=True)
class Programs:
    """The programs that run the emulator, and that it runs."""

    python: Path
    redis: Path
    memcached: Path
    search_path: str


def home_of(cloud: Path) -> Path:
    """Return the emulator's folder in the folder of its cloud."""
    return cloud / "emulator"


def log_of(cloud: Path) -> Path:
    """Return the file with the emulator's output."""
    return cloud / "emulator.log"


def logs_of(cloud: Path) -> Path:
    """Return the folder with the logs of the emulator and, in `functions`, of functions."""
    return home_of(cloud) / "logs"


def resource_types(cloud: Path) -> dict[str, bool]:
    """Return the CloudFormation types that a cloud deploys, and whether they have an effect."""
    types: dict[str, bool] = json.loads((home_of(cloud) / "resource-types.json").read_text("utf-8"))
    return types


def start(
    cloud: Path,
    programs: Programs,
    requested: Ports,
    key: AccessKey,
    last: Sequence[int],
) -> tuple[subprocess.Popen[bytes], Ports]:
    """Start an emulator, and wait until it answers.

    Another program may take a free port before the emulator does. Then this tries another port,
    unless the user chose it.

    Args:
        cloud: The folder of the cloud.
        programs: The programs of the emulator.
        requested: The ports that the user chose; 0 for a free one.
        key: The access key of the cloud.
        last: The ports of the last time, used again if they are free; 0 for none.

    Raises:
        CommandError: The emulator ended or does not answer. The error has the end of its log. The
            caller has to stop what is left, as after Ctrl-C.
    """
    for attempt in range(_ATTEMPTS):
        wanted = ports.prefer((requested.gateway, requested.api, requested.cdn), last)
        gateway, api, cdn = ports.choose(*wanted)
        chosen = Ports(gateway, api, cdn)
        process = _spawn(cloud, programs, chosen, key)
        if _wait_until_healthy(cloud, process, chosen):
            return process, chosen
        taken = [port for port in (gateway, api, cdn) if not ports.is_free(port)]
        if not taken or attempt == _ATTEMPTS - 1:
            break
    raise _ended_error(cloud, process.wait())


def stop(cloud: Path, leader: process_table.Process | None) -> bool:
    """Stop an emulator and everything that it started.

    Returns:
        Whether it ended within 5 seconds after SIGTERM.
    """
    return process_table.stop(leader, environment_mark(cloud), _STOP_SECONDS)


def environment_mark(cloud: Path) -> str:
    """Return a text in the environment of every process of this cloud."""
    return f"SERVERLESS_STACK_HOME={home_of(cloud)}"


def environment_of(
    cloud: Path, programs: Programs, chosen: Ports, key: AccessKey
) -> dict[str, str]:
    """Return the environment of an emulator, which only this user can read."""
    uv = find_uv()
    return {
        **{name: value for name, value in os.environ.items() if _is_kept(name)},
        **without_proxy(os.environ),
        "PATH": programs.search_path,
        "GATEWAY_PORT": str(chosen.gateway),
        "SERVERLESS_STACK_API_PORT": str(chosen.api),
        "SERVERLESS_STACK_CDN_PORT": str(chosen.cdn),
        "SERVERLESS_STACK_ACCESS_KEY_ID": key.id,
        "SERVERLESS_STACK_SECRET_ACCESS_KEY": key.secret,
        "SERVERLESS_STACK_HOME": str(home_of(cloud)),
        "SERVERLESS_STACK_OVERLAYS": str(folders.overlays()),
        "SERVERLESS_STACK_UV": "" if uv is None else str(uv),
        "SERVERLESS_STACK_REDIS": str(programs.redis),
        "SERVERLESS_STACK_MEMCACHED": str(programs.memcached),
        "SERVERLESS_STACK_PYTHON": sys.executable,
    }


def _is_kept(name: str) -> bool:
    return name in _KEPT or name.startswith(_KEPT_PREFIXES) or name.endswith(_KEPT_SUFFIXES)


def _spawn(
    cloud: Path, programs: Programs, chosen: Ports, key: AccessKey
) -> subprocess.Popen[bytes]:
    home_of(cloud).mkdir(parents=True, exist_ok=True, mode=0o700)
    folders.overlays().mkdir(parents=True, exist_ok=True)
    with log_of(cloud).open("wb") as log:
        return subprocess.Popen(
            [str(programs.python), str(EMULATOR)],
            cwd=cloud,
            env=environment_of(cloud, programs, chosen, key),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_healthy(cloud: Path, process: subprocess.Popen[bytes], chosen: Ports) -> bool:
    deadline = time.monotonic() + _HEALTHY_SECONDS
    while process.poll() is None:
        if is_healthy(chosen.gateway):
            return True
        if time.monotonic() > deadline:
            raise CommandError(
                f"the emulator did not answer within {_HEALTHY_SECONDS:.0f} s on port "
                f"{chosen.gateway}",
                tail(log_of(cloud)),
            )
        time.sleep(0.05)
    return False


def is_healthy(port: int) -> bool:
    """Return whether an emulator answers on a port."""
    try:
        open_url(f"http://{ports.LOOPBACK}:{port}/_ministack/health", timeout=1)
    except OSError:
        return False
    return True


def _ended_error(cloud: Path, status: int) -> CommandError:
    output = tail(log_of(cloud))
    if status == _WRONG_VERSION_STATUS:
        return CommandError(
            f"the emulator cannot start: {output.strip()}. Its packages were changed: remove the "
            "folder `emulator-…` from the cache, and start again",
            output,
        )
    free = shutil.disk_usage(cloud).free
    full = f", because the disk of {cloud} is full" if free < _ROOM_FOR_LOGS else ""
    return CommandError(f"the emulator ended with status {status}{full}", output)
