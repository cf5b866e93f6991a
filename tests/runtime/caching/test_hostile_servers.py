"""Servers that hang, drip, reset and lie: the source answers, soon, whatever they do."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from serverless_stack.runtime.caching import LazyLoading, MemcachedStore, RedisStore, Store

pytestmark = pytest.mark.server

TIMEOUT = 0.2
SLOW_MACHINE = 5.0
"""Seconds that tests leave for what takes milliseconds."""

Behaviour = Callable[[socket.socket], None]


def answer(*parts: bytes) -> Behaviour:
    """Send the same answer to whatever comes."""

    def behave(client: socket.socket) -> None:
        while client.recv(65536):
            for part in parts:
                client.sendall(part)

    return behave


def flood(head: bytes) -> Behaviour:
    """Begin an answer that never ends."""

    def behave(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(head)
        while True:
            client.sendall(b"x" * 65536)

    return behave


def reset(client: socket.socket) -> None:
    client.recv(10)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def itself(text: bytes) -> Behaviour:
    """Send an answer that names this server's own port."""

    def behave(client: socket.socket) -> None:
        answer(text % client.getsockname()[1])(client)

    return behave


def drip(text: bytes, pause: float = 0.05) -> Behaviour:
    """Send an answer byte by byte, each within the time-out."""

    def behave(client: socket.socket) -> None:
        while client.recv(65536):
            for byte in text:
                client.sendall(bytes([byte]))
                time.sleep(pause)

    return behave


def speak_first(text: bytes) -> Behaviour:
    """Send something before anything was asked, and the same as every answer."""

    def behave(client: socket.socket) -> None:
        client.sendall(text)
        answer(text)(client)

    return behave


def half(text: bytes, seconds: float) -> Behaviour:
    """Send a part of an answer, and close some time later."""

    def behave(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(text)
        time.sleep(seconds)

    return behave


def slots(host: bytes, port: bytes, last: bytes = b"16383") -> Behaviour:
    """Name one node for all slots of a cluster."""
    return answer(b"*1\r\n*3\r\n:0\r\n:%b\r\n*2\r\n%b\r\n:%b\r\n" % (last, host, port))


def members(text: bytes) -> Behaviour:
    """Name the nodes of a Memcached cluster."""
    return answer(b"CONFIG cluster 0 %d\r\n%b\r\n\r\nEND\r\n" % (len(text), text))


BEHAVIOURS: dict[str, Behaviour] = {
    "is a read-only replica": answer(b"-READONLY You can't write against a read only replica.\r\n"),
    "is a replica without a primary": answer(b"-MASTERDOWN Link with MASTER is down.\r\n"),
    "is to be tried again": answer(b"-TRYAGAIN Multiple keys request during rehashing\r\n"),
    "is of a cluster that is down": answer(b"-CLUSTERDOWN Hash slot not served\r\n"),
    "permits nothing": answer(b"-NOPERM this user has no permissions\r\n"),
    "knows no password": answer(b"-WRONGPASS invalid username-password pair\r\n"),
    "is busy": answer(b"-BUSY Redis is busy running a script.\r\n"),
    "has no error": answer(b"-\r\n"),
    "has an error that is no text": answer(b"-\xff\xfe\r\n"),
    "has too many clients": half(b"-ERR max number of clients reached\r\n", 0),
    "moves to itself": itself(b"-MOVED 1 127.0.0.1:%d\r\n"),
    "asks itself": itself(b"-ASK 1 127.0.0.1:%d\r\n"),
    "moves to a port that is none": answer(b"-MOVED 1 127.0.0.1:99999\r\n"),
    "moves to a host that is none": answer(b"-MOVED 1 %b:6379\r\n" % (b"x" * 300)),
    "drips errors": drip(b"-ERR " + b"x" * 1000 + b"\r\n"),
    "drips a bulk": drip(b"$1000\r\n" + b"x" * 1000),
    "drips a value": drip(b"VALUE k 0 1000\r\n" + b"x" * 1000),
    "speaks first": speak_first(b"220 smtp.example.org ESMTP\r\n"),
    "speaks first and in Redis' words": speak_first(b"+OK\r\n"),
    "sends half a bulk": half(b"$10\r\nabc", 0),
    "sends half a bulk and hangs": half(b"$10\r\nabc", SLOW_MACHINE),
    "sends half a value": half(b"VALUE k 0 10\r\nabc", 0),
    "sends half a value and hangs": half(b"VALUE k 0 10\r\nabc", SLOW_MACHINE),
    "sends half a list of nodes": half(b"CONFIG cluster 0 10\r\n1\r\n", 0),
    "alerts in TLS": answer(b"\x15\x03\x01\x00\x02\x02\x28"),
    "shakes hands in TLS": answer(b"\x16\x03\x03\x00\x7a\x02" + b"\0" * 121),
    "names a node with port 0": slots(b"$9\r\n127.0.0.1", b"0"),
    "names a node with a port that is none": slots(b"$9\r\n127.0.0.1", b"99999"),
    "names a node that is no text": slots(b"$2\r\n\xff\xfe", b"6379"),
    "names a node with a long name": slots(b"$300\r\n" + b"x" * 300, b"6379"),
    "names no node": slots(b"$-1", b"1"),
    "names slots that are none": slots(b"$9\r\n127.0.0.1", b"1", b"99999"),
    "names a member with port 0": members(b"1\nlocalhost|127.0.0.1|0"),
    "names a member with a port that is none": members(b"1\nlocalhost|127.0.0.1|99999"),
    "names a member with a long name": members(b"1\n" + b"x" * 300 + b"||11211"),
    "names no members": members(b"1\n"),
    "names a version that is none": members(b"9" * 5000 + b"\nlocalhost|127.0.0.1|1"),
    "closes at once": lambda client: None,
    "resets": reset,
    "hangs": lambda client: time.sleep(SLOW_MACHINE),
    "is a web server": answer(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "bulk without end": flood(b"$2000000000\r\n"),
    "line without end": flood(b"+"),
    "bulk of a huge size": answer(b"$99999999999999\r\n"),
    "bulk of a negative size": answer(b"$-5\r\n"),
    "bulk of no size": answer(b"$x\r\n"),
    "deep array": answer(b"*1\r\n" * 100_000),
    "array without end": answer(b"*1000000000\r\n" + b"$1\r\na\r\n" * 1000),
    "integer": answer(b":5\r\n"),
    "zero bytes": answer(b"\0" * 100),
    "moved": answer(b"-MOVED 1 127.0.0.1:1\r\n"),
    "moved to nowhere": answer(b"-MOVED x y\r\n"),
    "ask": answer(b"-ASK 99999 :1\r\n"),
    "full": answer(b"-OOM command not allowed\r\n"),
    "loading": answer(b"-LOADING\r\n"),
    "not authenticated": answer(b"-NOAUTH Authentication required.\r\n"),
    "another value": answer(b"VALUE other 0 3\r\nfoo\r\nEND\r\n"),
    "value of a huge size": answer(b"VALUE k 0 99999999999\r\n"),
    "value of a negative size": answer(b"VALUE k 0 -9\r\n\r\nEND\r\n"),
    "value of no size": answer(b"VALUE k\r\n"),
    "value and no end": answer(b"VALUE k 0 3\r\nfoo\r\nNOT THE END\r\n"),
    "server error": answer(b"SERVER_ERROR out of memory\r\n"),
    "client error": answer(b"CLIENT_ERROR bad command line format\r\n"),
    "stored": answer(b"STORED\r\n"),
}


@contextmanager
def server(behave: Behaviour) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(client: socket.socket) -> None:
            with client, suppress(OSError):
                behave(client)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


SCHEMES = ["redis", "redis+cluster", "memcached", "memcached+discovery"]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("host", ["x" * 300, "a..b", "-", "0", "256.1.1.1", "\u00fc" * 80])
def test_the_source_answers_for_a_name_that_is_none(host: str, scheme: str) -> None:
    kind = RedisStore if scheme.startswith("redis") else MemcachedStore
    store: Store = kind.from_url(f"{scheme}://{host}:1", timeout=TIMEOUT)
    assert LazyLoading(store, lambda key: f"source of {key}").get("k") == "source of k"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", BEHAVIOURS)
def test_the_source_answers_for_a_server_that(name: str, scheme: str) -> None:
    kind: type[RedisStore] | type[MemcachedStore] = (
        RedisStore if scheme.startswith("redis") else MemcachedStore
    )
    with server(BEHAVIOURS[name]) as port:
        store: Store = kind.from_url(
            f"{scheme}://127.0.0.1:{port}", timeout=TIMEOUT, cool_down=0.01
        )
        lazy = LazyLoading(store, lambda key: f"source of {key}", lease=1, soft_ttl=1)
        for _ in range(3):
            began = time.monotonic()
            assert lazy.get("k") == "source of k"
            assert lazy.get_many(["k", "j"]) == {"k": "source of k", "j": "source of j"}
            lazy.invalidate("k")
            assert time.monotonic() - began < SLOW_MACHINE
            time.sleep(0.02)
