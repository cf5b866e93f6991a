"""What is known of a running cloud, in a file that the next command reads."""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import process_table

_FILE = "state.json"
_VERSION = 1


@dataclass(frozen=True)
class State:
    """A cloud that was started.

    Attributes:
        app_dir: The folder of the CDK app that it belongs to.
        name: The cloud's name, `default` unless told.
        pid: The emulator, which leads a process group of its own.
        pid_started: When that process started, so that another with its number is told apart.
        gateway_port: The AWS endpoint.
        api_port: The front door of the APIs.
        cdn_port: The front door of the distributions.
        started_at: Seconds since 1970.
        bootstrapped: Whether `cdk bootstrap` was done.
    """

    app_dir: str
    name: str
    pid: int
    pid_started: str
    gateway_port: int
    api_port: int
    cdn_port: int
    started_at: float
    bootstrapped: bool = False

    @property
    def uptime_seconds(self) -> float:
        """How long ago it was started."""
        return max(0.0, time.time() - self.started_at)

    def is_running(self) -> bool:
        """Return whether its emulator still runs."""
        return process_table.is_same(self.pid, self.pid_started)


def write(home: Path, state: State) -> None:
    """Put the state into the cloud's folder: all of it or nothing, readable by its owner only."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = home / f"{_FILE}.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as sink:
        json.dump({"version": _VERSION, **asdict(state)}, sink, indent=2)
    temporary.replace(home / _FILE)


def read(home: Path) -> State | None:
    """Return the state in the cloud's folder, or None when there is none.

    Raises:
        LocalCloudError: The file is not one that this version wrote.
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
            f"{path} cannot be read ({error}): stop its processes if any and remove {home}"
        ) from error
