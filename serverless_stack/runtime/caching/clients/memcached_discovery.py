"""Auto discovery: asking an ElastiCache configuration endpoint for the nodes of its cluster."""

import socket
import time
from typing import NamedTuple

from serverless_stack.runtime.caching.base import StoreUnavailable
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.resilience.deadline import left, open_socket

TYPE_CHECKING = False

if TYPE_CHECKING:
    import ssl

_MAX_ANSWER_BYTES = 64 * 1024
_ERRORS = ("ERROR", "CLIENT_ERROR")  # of a server that does not know the command


class Membership(NamedTuple):
    """The nodes of a cluster.

    Attributes:
        version: A number that grows whenever nodes come or go.
        nodes: Their addresses.
    """

    version: int
    nodes: tuple[Endpoint, ...]


def discover(endpoint: Endpoint, timeout: float, tls: "ssl.SSLContext | None") -> Membership | None:
    """Return the nodes of the cluster; None if the server is a plain memcached.

    Raises:
        StoreUnavailable: No connection, a time-out, or an invalid answer.
    """
    name = f"memcached configuration endpoint at {endpoint}"
    deadline = time.monotonic() + timeout
    try:
        with open_socket(endpoint, deadline, tls) as connection:
            answer = _ask(connection, deadline)
    except OSError as error:
        raise StoreUnavailable(f"{name}: {error}") from error
    if answer.startswith(_ERRORS):
        return None
    try:
        return parse(answer)
    except ValueError as error:
        raise StoreUnavailable(f"{name}: {error}") from error


def parse(answer: str) -> Membership:
    """Parse an answer to ``config get cluster``.

    Raises:
        ValueError: The answer is not of the form that ElastiCache documents.
    """
    lines = answer.splitlines()  # CONFIG cluster 0 N / version / host|ip|port ... / END
    if len(lines) < 3 or not lines[0].startswith("CONFIG cluster"):
        raise ValueError(f"not an answer to `config get cluster`: {answer[:80]!r}")
    version = lines[1].strip()
    if not (version.isascii() and version.isdecimal()):
        raise ValueError(f"not a version: {version[:80]!r}")
    nodes = []
    for node in lines[2].split():
        host, _, rest = node.partition("|")
        address, _, port = rest.partition("|")
        if not (host or address) or not (port.isascii() and port.isdecimal()):
            raise ValueError(f"not a node (host|address|port): {node!r}")
        nodes.append(Endpoint(host or address, int(port)))
    if not nodes:
        raise ValueError("the cluster has no nodes")
    return Membership(int(version), tuple(nodes))


def _ask(connection: socket.socket, deadline: float) -> str:
    connection.sendall(b"config get cluster\r\n")
    answer = b""
    while not (answer.endswith((b"END\r\n", b"ERROR\r\n")) or _is_error(answer)):
        connection.settimeout(left(deadline))
        chunk = connection.recv(4096)
        if not chunk or len(answer) > _MAX_ANSWER_BYTES:
            raise ConnectionError("the answer is cut off or too long")
        answer += chunk
    return answer.decode("ascii", errors="replace")


def _is_error(answer: bytes) -> bool:
    return b"ERROR" in answer[:12] and answer.endswith(b"\r\n")
