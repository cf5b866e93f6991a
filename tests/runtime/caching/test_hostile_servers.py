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


BEHAVIOURS: dict[str, Behaviour] = {
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


@pytest.mark.parametrize("scheme", ["redis", "redis+cluster", "memcached", "memcached+discovery"])
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
