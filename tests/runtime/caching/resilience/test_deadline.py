"""The tests of ``bounded_socket``, and of both stores on servers that answer drop by drop."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from serverless_stack.runtime.caching import (
    LazyLoading,
    MemcachedStore,
    RedisStore,
    Store,
    StoreUnavailable,
)
from serverless_stack.runtime.caching.resilience.deadline import BoundedSocket

BETWEEN = 0.05
"""Seconds between two bytes: less than any time-out here, and more than it for all of an answer."""
TIMEOUT = 0.2
LONG = "v" * 40


class Dripper:
    """Answers each command; once it drips, with a byte now and then."""

    def __init__(self, answer: bytes) -> None:
        self.drips = False
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            while connection.recv(4096):
                if not self.drips:
                    connection.sendall(self._answer)
                    continue
                for byte in self._answer:
                    connection.sendall(bytes([byte]))
                    time.sleep(BETWEEN)
        except OSError:  # the client has given up
            connection.close()


@pytest.fixture(params=["redis", "memcached"])
def dripping(request: pytest.FixtureRequest) -> Iterator[tuple[Dripper, Store]]:
    value = f'"{LONG}"'.encode()
    store: Store
    if request.param == "redis":
        server = Dripper(b"$%d\r\n%b\r\n" % (len(value), value))
        address = f"redis://127.0.0.1:{server.port}/0"
        store = RedisStore.from_url(address, timeout=TIMEOUT, cool_down=0)
    else:
        server = Dripper(b"VALUE k 0 %d\r\n%b\r\nEND\r\n" % (len(value), value))
        address = f"memcached://127.0.0.1:{server.port}"
        store = MemcachedStore.from_url(address, timeout=TIMEOUT, cool_down=0)
    yield server, store
    server.close()


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_an_answer_that_drips_is_not_waited_for(
    dripping: tuple[Dripper, Store], warm: bool
) -> None:
    server, store = dripping
    for _ in range(2 if warm else 0):
        assert store.get("k") == LONG
    server.drips = True

    with pytest.raises(StoreUnavailable, match=r"[Tt]ime"):
        store.get("k")

    found = LazyLoading(store, load=lambda key: "loaded").lookup("k")
    assert (found.value, found.degraded) == ("loaded", True)
    server.drips = False
    assert store.get("k") == LONG


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_pieces_in_time_are_an_answer(pair: tuple[socket.socket, socket.socket]) -> None:
    bounded = BoundedSocket(pair[0], 30, time.monotonic() + 30)
    buffer = bytearray(1)
    for settled in (False, True):
        if settled:
            bounded.mark_connected()
        bounded.sendall(b"?")
        assert pair[1].recv(1) == b"?"
        pair[1].sendall(b"abc")
        assert bounded.recv(1) + bounded.recv(1) == b"ab"
        assert bounded.recv_into(buffer) == 1
        assert buffer == b"c"


def test_nothing_is_waited_for_after_the_deadline(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    bounded = BoundedSocket(pair[0], 30, time.monotonic() - 1)
    pair[1].sendall(b"abc")
    for late in (lambda: bounded.recv(1), lambda: bounded.sendall(b"?")):
        with pytest.raises(TimeoutError):
            late()

    bounded.mark_connected()
    bounded.sendall(b"?")

    assert bounded.recv(1) == b"a"


def test_a_time_out_of_the_client_holds_for_the_next_bytes(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    bounded = BoundedSocket(pair[0], 30, time.monotonic() + 30)
    bounded.mark_connected()
    bounded.sendall(b"?")
    pair[1].sendall(b"a")
    assert bounded.recv(1) == b"a"

    bounded.settimeout(0)
    with pytest.raises(BlockingIOError):
        bounded.recv(1)

    bounded.sendall(b"?")
    assert pair[0].gettimeout() == 30
    assert bounded.fileno() == pair[0].fileno()  # type: ignore[operator]
