"""One time-out for all of a request, and no command that is sent twice but may not be."""

import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from serverless_stack.runtime.caching import (
    MISSING,
    LazyLoading,
    MemcachedStore,
    RedisStore,
    Store,
    StoreUnavailable,
)
from tests.runtime.servers import Certificate, Server, memcached_server, redis_server, wait_until


class Script(socketserver.ThreadingTCPServer):
    """Speaks enough of both protocols to be slow, or to leave in the middle.

    Attributes:
        delay: Seconds before each answer.
        leave: Close the connection instead of the next answer to this command.
        leaves_always: Do so after each command.
        seen: The commands that have come in.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.delay = 0.0
        self.leave = b""
        self.leaves_always = False
        self.seen: list[bytes] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that leave."""


ANSWERS = {
    b"AUTH": b"+OK\r\n",
    b"SELECT": b"+OK\r\n",
    b"GET": b"$1\r\n7\r\n",
    b"INCRBY": b":1\r\n",
    b"get": b"END\r\n",
    b"incr": b"1\r\n",
}


class Talk(socketserver.StreamRequestHandler):
    server: Script

    def handle(self) -> None:
        while line := self.rfile.readline():
            if line.startswith(b"*"):
                words = [self._bulk() for _ in range(int(line[1:]))]
            else:
                words = line.split()
            self.server.seen.append(words[0])
            if words[0] == self.server.leave:
                self.server.leave = b""
                return
            if self.server.leaves_always:
                return
            time.sleep(self.server.delay)
            self.wfile.write(ANSWERS[words[0]])

    def _bulk(self) -> bytes:
        size = int(self.rfile.readline()[1:])
        return self.rfile.read(size + 2)[:-2]


@pytest.fixture
def script() -> Iterator[Script]:
    with Script() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_authentication_and_the_first_answer_share_one_timeout(script: Script) -> None:
    store = RedisStore.from_url(f"redis://:token@{script.address}/1", timeout=0.6, cool_down=0)
    script.delay = 0.25  # AUTH, SELECT and GET
    with pytest.raises(StoreUnavailable, match=r"(?i)tim(ed |e)out"):
        store.get("a")

    script.delay = 0.0
    assert store.get("a") == 7
    script.delay = 0.4  # and each later answer has the whole time-out
    assert store.get("a") == 7


@pytest.mark.parametrize(
    ("command", "words"),
    [(lambda store: store.get("a"), [b"GET"] * 3), (lambda store: store.increment("a"), None)],
    ids=["repeatable", "not"],
)
def test_redis_command_is_repeated_only_if_it_may_run_twice(
    script: Script, command: Callable[[Store], object], words: list[bytes] | None
) -> None:
    store = RedisStore.from_url(f"redis://{script.address}/0", timeout=5)
    command(store)
    script.leave = script.seen[-1]
    if words is None:
        with pytest.raises(StoreUnavailable):
            command(store)
    else:
        command(store)

    assert script.seen == (words or [b"INCRBY"] * 2)


def test_memcached_command_is_repeated_only_if_it_may_run_twice(script: Script) -> None:
    store = MemcachedStore.from_url(f"memcached://{script.address}", timeout=5)
    assert store.get("a") is MISSING
    script.leave = b"get"
    assert store.get("a") is MISSING
    assert store.increment("a") == 1
    script.leave = b"incr"
    with pytest.raises(StoreUnavailable):
        store.increment("a")

    assert script.seen == [b"get"] * 3 + [b"incr"] * 2


def test_command_is_repeated_only_once(script: Script) -> None:
    store = RedisStore.from_url(f"redis://{script.address}/0", timeout=5)
    store.get("a")
    script.leaves_always = True
    with pytest.raises(StoreUnavailable):
        store.get("a")

    assert script.seen == [b"GET"] * 3


@contextmanager
def deaf() -> Iterator[str]:
    """Accepts connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    "make",
    [
        lambda address: RedisStore.from_url(f"redis://:token@{address}/0"),
        lambda address: RedisStore.from_url(f"redis://{address}/3"),
        lambda address: RedisStore.from_url(f"rediss://{address}/0"),
        lambda address: RedisStore.from_url(f"redis+cluster://{address}"),
        lambda address: MemcachedStore.from_url(f"memcacheds://{address}"),
        lambda address: MemcachedStore.from_url(f"memcached+discovery://{address}"),
    ],
    ids=["auth", "select", "redis-tls", "slots", "memcached-tls", "discovery"],
)
def test_nothing_that_comes_before_the_command_waits_for_ever(
    make: Callable[[str], Store],
) -> None:
    with deaf() as address:
        store = make(address)
        for _ in range(2):
            assert LazyLoading(store, str.upper).get("a") == "A"


def test_lookup_of_a_name_that_hangs_is_given_up_and_not_piled_up(
    monkeypatch: pytest.MonkeyPatch, shared_redis: Server
) -> None:
    resolved = threading.Event()
    lookups: list[object] = []
    real = socket.getaddrinfo

    def slow(host: str, *args: object, **options: object) -> object:
        if host != "slow.example":
            return real(host, *args, **options)  # type: ignore[arg-type]
        if options.get("flags"):
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        lookups.append(host)
        resolved.wait(30)
        return real("127.0.0.1", *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    url = f"redis://slow.example:{shared_redis.port}/0"
    store = RedisStore.from_url(url, timeout=0.05, cool_down=0)
    for _ in range(3):
        with pytest.raises(StoreUnavailable, match=r"lookup of slow\.example: timed out"):
            store.get("absent")
    assert len(lookups) == 1

    resolved.set()
    wait_until(lambda: not LazyLoading(store, str.upper).lookup("absent").degraded)


@pytest.mark.parametrize("engine", ["redis", "memcached"])
def test_fork_does_not_share_connections(
    engine: str, shared_redis: Server, shared_memcached: Server
) -> None:
    store: Store = (
        RedisStore.from_url(f"redis://{shared_redis.address}/0", timeout=5)
        if engine == "redis"
        else MemcachedStore.from_url(f"memcached://{shared_memcached.address}", timeout=5)
    )
    for name in "ab":
        store.set(name, name)
    child = os.fork()
    if child == 0:
        right = all(store.get("a") == "a" for _ in range(500))
        os._exit(0 if right else 1)
    assert [store.get("b") for _ in range(500)] == ["b"] * 500

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("engine", ["redis", "memcached"])
def test_tls_connections_are_used_again(
    engine: str,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with (
        redis_server(tmp_path_factory.mktemp("tls"), certificate)
        if engine == "redis"
        else memcached_server(certificate)
    ) as server:
        store: Store = (
            RedisStore.from_url(f"rediss://{server.address}/0", timeout=5)
            if engine == "redis"
            else MemcachedStore.from_url(f"memcacheds://{server.address}", timeout=5)
        )
        assert [store.increment("n") for _ in range(20)] == list(range(1, 21))
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")  # a new context would trust nobody
        assert [store.add(f"n{number}", 1) for number in range(5)] == [True] * 5
        server.restart()
        assert store.increment("m") == 1
