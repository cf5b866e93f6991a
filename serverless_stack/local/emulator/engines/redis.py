"""redis-server processes: primaries, replicas, and the cluster of a serverless cache."""

import re
import ssl
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..process_guard import ProcessGuard
from .authority import HOST, issue_certificate
from .process import START_SECONDS, EngineError, EngineProcess, free_port, make_folder
from .resp import RespError, send_command


@dataclass(frozen=True)
class RedisOptions:
    """How a server is run.

    Attributes:
        tls: Whether it speaks TLS only.
        password: The AUTH token, or an empty string for none.
        cluster: Whether it runs as a cluster of one shard that owns every slot.
        primary_port: Port of the server it replicates, or None for a primary.
    """

    tls: bool = False
    password: str = ""
    cluster: bool = False
    primary_port: int | None = None


class RedisServer:
    """A running redis-server.

    Args:
        binary: The redis-server binary.
        name: Name for messages.
        parent: Folder that its own folder is made in.
        guard: What kills it when the emulator is gone.
        options: How it is run.

    Raises:
        EngineError: It could not be started.
    """

    def __init__(
        self, binary: str, name: str, parent: Path, guard: ProcessGuard, options: RedisOptions
    ) -> None:
        self.name = name
        self.port = free_port()
        self._context: ssl.SSLContext | None = None
        self._process = EngineProcess(name, make_folder(parent, "redis"), guard)
        config = self._process.folder / "redis.conf"
        # In a file, not on the command line: `ps` shows the latter to every user.
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
        """Send a command and returns the reply; see ``resp.send_command``."""
        return send_command(self.port, command, password, self._context)

    def stop(self) -> None:
        """Stop the process."""
        self._process.stop()

    def _own_every_slot(self, password: str) -> None:
        """Make the server a whole cluster, which it takes some two seconds to believe."""
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
            # LOADING and the like pass; a refused password does not.
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
    """Return the option that keeps a server from writing its title over its environment.

    By that environment the launcher knows which processes belong to a cloud. Redis before 6.2
    does not know the option and refuses to start with it.
    """
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\bv=(\d+)\.(\d+)", told)
    known = version is not None and (int(version[1]), int(version[2])) >= (6, 2)
    return ("set-proc-title no",) if known else ()
