"""redis-server processes: primaries, replicas, and the clusters of serverless caches."""

import re
import ssl
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..process_guard import ProcessGuard
from .authority import HOST, issue_certificate
from .process import START_SECONDS, EngineError, EngineProcess, free_port, make_folder
from .resp import Reply, RespError, Word, send_command, send_commands


@dataclass(frozen=True)
class RedisOptions:
    """The options of a server.

    Attributes:
        tls: Whether clients must use TLS.
        password: The AUTH token; empty for none.
        cluster: Whether the server is a cluster of one shard with all slots.
        primary_port: The port of its primary; None if it is a primary itself.
    """

    tls: bool = False
    password: str = ""
    cluster: bool = False
    primary_port: int | None = None


class RedisServer:
    """A running redis-server.

    Args:
        binary: The redis-server binary.
        name: The name for messages.
        parent: The folder for its own folder.
        guard: Kills the process when the emulator has ended.
        options: The options of the server.

    Raises:
        EngineError: The process could not be started.
    """

    def __init__(
        self, binary: str, name: str, parent: Path, guard: ProcessGuard, options: RedisOptions
    ) -> None:
        self.name = name
        self.port = free_port()
        self._context: ssl.SSLContext | None = None
        self._process = EngineProcess(name, make_folder(parent, "redis"), guard)
        config = self._process.folder / "redis.conf"
        # In a file, because `ps` shows the command line to every user.
        config.touch(mode=0o600)
        lines = [*self._config(options), *title_options(binary)]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._process.start([binary, str(config)], lambda: self._ready(options))
        if options.cluster:
            self._own_every_slot(options.password)

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.running

    def command(self, command: list[str], password: str = "") -> str:
        """Send a command, and return the reply; see ``resp.send_command``."""
        return send_command(self.port, command, password, self._context)

    def commands(self, commands: Iterable[Sequence[Word]], password: str = "") -> list[Reply]:
        """Send commands, and return their replies; see ``resp.send_commands``."""
        return send_commands(self.port, commands, password, self._context)

    def stop(self) -> None:
        """Stop the process."""
        self._process.stop()

    def _own_every_slot(self, password: str) -> None:
        """Assign all slots to the server. Its cluster needs about two seconds to form."""
        self.command(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"], password)
        deadline = time.monotonic() + START_SECONDS
        while "cluster_state:ok" not in self.command(["CLUSTER", "INFO"], password):
            if time.monotonic() > deadline:
                self.stop()
                raise EngineError(f"{self.name}: the cluster did not form")
            time.sleep(0.05)

    def _ready(self, options: RedisOptions) -> bool:
        try:
            if self.command(["PING"], options.password) != "PONG":
                return False
            if options.primary_port is None:
                return True
            return "master_link_status:up" in self.command(
                ["INFO", "replication"], options.password
            )
        except RespError as error:
            # LOADING and the like are temporary; a refused password is not.
            if str(error).startswith(("WRONGPASS", "NOAUTH")):
                raise EngineError(f"{self.name}: {error}") from error
            return False

    def _config(self, options: RedisOptions) -> list[str]:
        folder = self._process.folder
        lines = [f"bind {HOST}", f'dir "{folder}"', 'save ""', "appendonly no", "daemonize no"]
        if options.tls:
            files = issue_certificate(folder, self.name)
            self._context = ssl.create_default_context(cafile=str(files.authority))
            lines += [
                "port 0",
                f"tls-port {self.port}",
                f'tls-cert-file "{files.chain}"',
                f'tls-key-file "{files.key}"',
                f'tls-ca-cert-file "{files.authority}"',
                "tls-auth-clients no",
                "tls-replication yes",
            ]
        else:
            lines.append(f"port {self.port}")
        if options.password:
            token = options.password.replace("\\", "\\\\").replace('"', '\\"')
            lines += [f'requirepass "{token}"', f'masterauth "{token}"']
        if options.primary_port is not None:
            lines += [f"replicaof {HOST} {options.primary_port}", "repl-diskless-sync-delay 0"]
        else:
            lines.append("repl-diskless-sync-delay 0")
        if options.cluster:
            lines += [
                "cluster-enabled yes",
                f"cluster-port {free_port()}",
                f"cluster-announce-ip {HOST}",
                *(["tls-cluster yes"] if options.tls else []),
            ]
        return lines


@cache
def title_options(binary: str) -> tuple[str, ...]:
    """Return the option that keeps a server from overwriting its environment with its title.

    The launcher finds the processes of a cloud by their environment. Redis before 6.2 does not
    have the option and refuses to start with it.
    """
    output = subprocess.run(
        [binary, "--version"], capture_output=True, text=True, check=True
    ).stdout
    version = re.search(r"\bv=(\d+)\.(\d+)", output)
    supported = version is not None and (int(version[1]), int(version[2])) >= (6, 2)
    return ("set-proc-title no",) if supported else ()
