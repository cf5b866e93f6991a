"""memcached processes, each behind a proxy that adds what ElastiCache's nodes have."""

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
    """A node of a cluster: a memcached process behind a proxy.

    The proxy terminates TLS, which many builds of memcached lack. It also answers
    ``config get cluster``, which only ElastiCache's memcached supports.

    Attributes:
        port: The port of the proxy.
        inner_port: The port of the process, without TLS.

    Args:
        binary: The memcached binary.
        name: The name for messages.
        parent: The folder for its own folder.
        guard: Kills the process when the emulator has ended.
        proxies: The thread of the proxy.
        tls: Whether clients must use TLS.
        configuration: Returns the reply to ``config get cluster``.

    Raises:
        EngineError: The process could not be started.
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
        self.inner_port = inner = free_port()
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
        """Close the proxy, and stop the process."""
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
