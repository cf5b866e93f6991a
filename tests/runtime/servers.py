"""Real redis-server and memcached processes, on free loopback ports, for tests."""

import getpass
import ipaddress
import os
import signal
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from redis import Redis


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate of 127.0.0.1, which is its own authority."""

    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> "Certificate":
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(identifier, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
                critical=False,
            )
            .add_extension(
                x509.ExtendedKeyUsage(
                    # and as a client, to the other nodes of a cluster
                    [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
                ),
                critical=False,
            )
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(key, hashes.SHA256())
        )
        made = cls(folder / "server.crt", folder / "server.key")
        made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        made.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return made


class Server:
    """A server process that can be killed, hung and started again on its port."""

    def __init__(self, command: Callable[[int], Sequence[str]]) -> None:
        self._command = command
        for _ in range(5):  # a port that is free now may be taken by another test's server
            self.port = free_port()
            self._process = self._spawn()
            if self._ready():
                return
        raise RuntimeError(f"the server does not start: {command(self.port)}")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def hang(self) -> None:
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)  # until all its threads have stopped

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        self.kill()
        self._process = self._spawn()
        assert self._ready(), f"the server does not start again on port {self.port}"

    def _spawn(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._command(self.port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _ready(self) -> bool:
        deadline = time.monotonic() + 30
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                time.sleep(0.02)  # the port may be another's; then ours is ending now
                return self._process.poll() is None
        self.kill()
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def redis_server(
    folder: Path,
    tls: Certificate | None = None,
    token: str | None = None,
    *,
    program: str = "redis-server",
    replica_of: Server | None = None,
    cluster: bool = False,
) -> Iterator[Server]:
    def command(port: int) -> list[str]:
        words = [program, "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
        words += ["--port", str(0 if tls else port)]
        if tls:
            words += ["--tls-port", str(port), "--tls-auth-clients", "no"]
            words += ["--tls-cert-file", str(tls.certificate), "--tls-key-file", str(tls.key)]
            words += ["--tls-ca-cert-file", str(tls.certificate)]
        if replica_of:
            words += ["--replicaof", "127.0.0.1", str(replica_of.port)]
            words += ["--repl-diskless-sync-delay", "0"]
        if cluster:
            words += ["--cluster-enabled", "yes", "--cluster-config-file", f"nodes-{port}.conf"]
            words += ["--cluster-port", str(free_port()), "--cluster-node-timeout", "2000"]
            words += ["--tls-cluster", "yes" if tls else "no"]
            words += ["--cluster-require-full-coverage", "no"]
        return words + (["--requirepass", token] if token else [])

    server = Server(command)
    try:
        yield server
    finally:
        server.kill()


SLOTS = 16384


@contextmanager
def redis_cluster(
    folder: Path, size: int = 3, tls: Certificate | None = None, token: str | None = None
) -> Iterator[list[Server]]:
    """Primaries without replicas that share the slots."""
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(redis_server(folder, tls, token, cluster=True)) for _ in range(size)
        ]
        clients = [stack.enter_context(redis_client(node, tls, token)) for node in nodes]
        for number, client in enumerate(clients):
            first, end = number * SLOTS // size, (number + 1) * SLOTS // size
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        bus = clients[0].config_get("cluster-port")["cluster-port"]
        for client in clients[1:]:
            client.execute_command("CLUSTER", "MEET", "127.0.0.1", nodes[0].port, bus)
        wait_until(lambda: all(_is_whole(client, size) for client in clients))
        yield nodes


def redis_client(
    server: Server, tls: Certificate | None = None, token: str | None = None
) -> "Redis":
    """A plain client, for what a test does around the store."""
    return Redis(
        host="127.0.0.1",
        port=server.port,
        password=token,
        ssl=tls is not None,
        ssl_ca_certs=str(tls.certificate) if tls else None,
    )


def _is_whole(client: "Redis", size: int) -> bool:
    slots = client.execute_command("CLUSTER", "SLOTS")  # type: ignore[no-untyped-call]
    state = client.execute_command("CLUSTER", "INFO")  # type: ignore[no-untyped-call]
    return len(slots) == size and b"cluster_state:ok" in state


@contextmanager
def memcached_server(tls: Certificate | None = None) -> Iterator[Server]:
    def command(port: int) -> list[str]:
        # -u: memcached refuses to run as root unless told so
        words = ["memcached", "-l", "127.0.0.1", "-p", str(port), "-u", getpass.getuser()]
        if tls:
            words += ["-Z", "-o", f"ssl_chain_cert={tls.certificate},ssl_key={tls.key}"]
        return words

    server = Server(command)
    try:
        yield server
    finally:
        server.kill()


class ConfigurationEndpoint(socketserver.ThreadingTCPServer):
    """Answers ``config get cluster`` as ElastiCache's does, which is not free.

    Attributes:
        nodes: Who is in the cluster; each change makes a new version.
        version: See above.
        asked: How often it was.
        answer: What it says instead, when not None.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, nodes: Sequence[Server], tls: Certificate | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Configuration)
        self.version = 1
        self.asked = 0
        self.answer: bytes | None = None
        self._nodes = list(nodes)
        self.host = "127.0.0.1" if tls else "localhost"  # the certificate has no names
        if tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(tls.certificate, tls.key)
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def nodes(self) -> list[Server]:
        return self._nodes

    @nodes.setter
    def nodes(self, nodes: Sequence[Server]) -> None:
        self._nodes = list(nodes)
        self.version += 1

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that leave."""


class _Configuration(socketserver.StreamRequestHandler):
    server: ConfigurationEndpoint

    def handle(self) -> None:
        while line := self.rfile.readline():
            assert line == b"config get cluster\r\n"
            self.server.asked += 1
            nodes = " ".join(
                f"{self.server.host}|127.0.0.1|{node.port}" for node in self.server.nodes
            )
            body = f"{self.server.version}\n{nodes}\n"
            answer = f"CONFIG cluster 0 {len(body)}\r\n{body}\r\nEND\r\n".encode()
            self.wfile.write(self.server.answer or answer)


@contextmanager
def configuration_endpoint(
    nodes: Sequence[Server], tls: Certificate | None = None
) -> Iterator[ConfigurationEndpoint]:
    with ConfigurationEndpoint(nodes, tls) as endpoint:
        thread = threading.Thread(target=endpoint.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield endpoint
        finally:
            endpoint.shutdown()
            thread.join()


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds; fail when it does not hold for long."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.01)
