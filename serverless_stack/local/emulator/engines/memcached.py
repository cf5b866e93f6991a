"""memcached processes, each behind a proxy that speaks what ElastiCache's nodes speak."""

import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from ..process_guard import ProcessGuard
from .authority import HOST, issue_certificate, server_context
from .process import EngineProcess, free_port, make_folder
from .proxy import MemcachedProxy, ProxyThread


class MemcachedNode:
    """One node of a cluster: a memcached and the proxy in front of it.

    TLS ends in the proxy: many builds of memcached come without it. The proxy also answers
    ``config get cluster``, which only ElastiCache's memcached knows.

    Args:
        binary: The memcached binary.
        name: Name for messages.
        parent: Folder that its own folder is made in.
        guard: What kills it when the emulator is gone.
        proxies: What runs the proxy.
        tls: Whether clients must speak TLS.
        configuration: Gives the answer to ``config get cluster``.

    Raises:
        EngineError: It could not be started.
    """

    def __init__(
        self,
        binary: str,
        name: str,
        parent: Path,
        guard: ProcessGuard,
        proxies: ProxyThread,
        tls: bool,
        configuration: Callable[[], bytes],
    ) -> None:
        self._process = EngineProcess(name, make_folder(parent, "memcached"), guard)
        inner = free_port()
        command = [binary, "-l", HOST, "-p", str(inner), "-U", "0"]
        if os.geteuid() == 0:
            command += ["-u", "nobody"]
        context: ssl.SSLContext | None = None
        if tls:
            context = server_context(issue_certificate(self._process.folder, name))
        self._process.start(command, lambda: _answers(inner))
        self._proxy = MemcachedProxy(proxies, inner, context, configuration)
        self.port = self._proxy.port

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.running

    def stop(self) -> None:
        """Close the proxy and ends the process."""
        self._proxy.close()
        self._process.stop()


def cluster_configuration(version: int, ports: list[int]) -> bytes:
    """Return the reply to ``config get cluster``: a version, and ``host|ip|port`` of every node."""
    nodes = " ".join(f"{HOST}|{HOST}|{port}" for port in ports)
    payload = f"{version}\n{nodes}\n".encode()
    return b"CONFIG cluster 0 %d\r\n%s\r\nEND\r\n" % (len(payload), payload)


def _answers(port: int) -> bool:
    with socket.create_connection((HOST, port), 1.0) as connection:
        connection.sendall(b"version\r\n")
        return connection.recv(64).startswith(b"VERSION")
