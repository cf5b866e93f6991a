"""The state of a running cloud, in a file for the next command."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import process_table
from serverless_stack.local.processes.access_key import AccessKey

_FILE = "state.json"
_VERSION = 3


@dataclass(frozen=True)
class State:
    """The state of a cloud.

    Attributes:
        app_dir: The folder of the CDK app.
        name: The name of the cloud.
        pid: The process id of the emulator.
        pid_started: The start time of that process, because its id may be reused.
        gateway_port: The port of the AWS endpoint.
        api_port: The port of the APIs.
        cdn_port: The port of the distributions.
        access_key_id: The id of the only access key that the cloud serves.
        secret_access_key: Its secret.
        started_at: The start time in seconds since 1970.
        bootstrapped: Where `cdk bootstrap` was run, as `account/region/qualifier`.
    """

    app_dir: str
    name: str
    pid: int
    pid_started: str
    gateway_port: int
    api_port: int
    cdn_port: int
    access_key_id: str
    secret_access_key: str = field(repr=False)
    started_at: float
    bootstrapped: list[str] = field(default_factory=list)

    @property
    def access_key(self) -> AccessKey:
        """The access key of the cloud."""
        return AccessKey(self.access_key_id, self.secret_access_key)

    @property
    def uptime_seconds(self) -> float:
        """The time since the start, in seconds."""
        return max(0.0, time.time() - self.started_at)

    def is_running(self) -> bool:
        """Return whether the emulator is running."""
        return process_table.is_same(self.pid, self.pid_started)


def write(home: Path, state: State) -> None:
    """Write the state to the cloud's folder atomically, readable only by its owner.

    Raises:
        LocalCloudError: The file cannot be written. A former state is still there.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = home / f"{_FILE}.{os.getpid()}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as sink:
            json.dump({"version": _VERSION, **asdict(state)}, sink, indent=2)
        temporary.replace(home / _FILE)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise LocalCloudError(
            f"{home / _FILE} cannot be written: {error.strerror}; free some space, or make the "
            "folder writable"
        ) from error


def read(home: Path) -> State | None:
    """Return the state from the cloud's folder; None if there is none.

    Raises:
        LocalCloudError: The file is invalid, or was written by another version.
    """
    path = home / _FILE
    try:
        content = json.loads(path.read_text())
        if content.pop("version") != _VERSION:
            raise ValueError("another version wrote it")
        return State(**content)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LocalCloudError(
            f"{path} cannot be read ({error}): stop the processes of the cloud, if any, and "
            f"remove {home}"
        ) from error
