import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pymemcache.client.base import PooledClient  # type: ignore[import-untyped]

from serverless_stack import _contract
from serverless_stack.runtime.caching import (
    MISSING,
    LazyLoading,
    MemcachedStore,
    StoreRefused,
    StoreUnavailable,
    memcached_store,
)
from serverless_stack.runtime.caching.environment import Endpoint
from serverless_stack.runtime.caching.memcached_discovery import parse
from serverless_stack.runtime.caching.memcached_link import client_of
from tests.runtime.servers import (
    Certificate,
    Server,
    free_port,
    memcached_server,
)


@contextmanager
def configuration_endpoint(answer: bytes) -> Iterator[str]:
    """Answers ``config get cluster`` as told; stands in for ElastiCache's, which is not free."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                connection, _ = listener.accept()
                with connection:
                    if not connection.recv(100):
                        return  # the test is over
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        host, port = listener.getsockname()
        yield f"{host}:{port}"
        socket.create_connection((host, port)).close()
        thread.join()


def cluster(*nodes: str) -> bytes:
    body = "1\n" + " ".join(nodes) + "\n"
    return f"CONFIG cluster 0 {len(body)}\r\n{body}\r\nEND\r\n".encode()


def items(server: Server) -> int:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"stats\r\n")
        answer = b""
        while not answer.endswith(b"END\r\n"):
            answer += connection.recv(4096)
    line = next(line for line in answer.splitlines() if b"STAT curr_items" in line)
    return int(line.split()[2])


def test_keys_are_spread_over_the_nodes_of_the_cluster(memcached: Server) -> None:
    with memcached_server() as second:
        nodes = [f"localhost|127.0.0.1|{server.port}" for server in (memcached, second)]
        with configuration_endpoint(cluster(*nodes)) as address:
            store = MemcachedStore.from_url(f"memcached://{address}", timeout=5)
            for number in range(60):
                store.set(f"key-{number}", number)

            assert [store.get(f"key-{number}") for number in range(60)] == list(range(60))
        assert items(memcached) + items(second) == 60
        assert items(memcached) > 10
        assert items(second) > 10


def test_node_that_fails_leaves_the_others_alone(memcached: Server) -> None:
    gone = free_port()
    nodes = [f"localhost|127.0.0.1|{port}" for port in (memcached.port, gone)]
    with configuration_endpoint(cluster(*nodes)) as address:
        store = MemcachedStore.from_url(f"memcached://{address}", timeout=5, cool_down=3600)
        lazy = LazyLoading(store, str.upper)
        for _ in range(2):
            answers = [lazy.lookup(f"key-{number}") for number in range(40)]

    assert {answer.value for answer in answers} == {f"KEY-{number}" for number in range(40)}
    assert sum(answer.hit for answer in answers) == items(memcached) > 5
    assert all(answer.hit != answer.degraded for answer in answers)


class Discovery:
    """Stands in for the configuration endpoint of a cluster that changes."""

    def __init__(self, server: Server) -> None:
        self.asked = 0
        self.server: Server | None = server

    def nodes(self) -> tuple[Endpoint, ...]:
        self.asked += 1
        if self.server is None:
            raise StoreUnavailable("the configuration endpoint is gone")
        return (Endpoint("127.0.0.1", self.server.port),)

    def store(self) -> MemcachedStore:
        return MemcachedStore(
            Endpoint("configuration", 11211),
            self.nodes,
            lambda node: client_of(node, timeout=5, tls=None),
            cool_down=0,
        )


def test_nodes_are_not_asked_for_at_every_call(memcached: Server) -> None:
    discovery = Discovery(memcached)
    store = discovery.store()

    assert [store.increment("a") for _ in range(3)] == [1, 2, 3]
    assert discovery.asked == 1


def test_nodes_are_asked_for_from_time_to_time(
    memcached: Server, shared_memcached: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memcached_store, "_DISCOVERY_INTERVAL", 0.0)
    discovery = Discovery(shared_memcached)
    store = discovery.store()
    store.set("moved", "old node")
    discovery.server = memcached
    assert store.get("moved") is MISSING
    store.set("moved", "new node")

    discovery.server = None  # the nodes that are known still serve

    assert store.get("moved") == "new node"


@pytest.mark.parametrize(
    ("answer", "nodes"),
    [
        (cluster("a|10.0.0.1|11211"), (Endpoint("a", 11211),)),
        (cluster("a|10.0.0.1|1", "b||2"), (Endpoint("a", 1), Endpoint("b", 2))),
        (cluster("|10.0.0.1|11211"), (Endpoint("10.0.0.1", 11211),)),
    ],
)
def test_answer_of_a_cluster(answer: bytes, nodes: tuple[Endpoint, ...]) -> None:
    assert parse(answer.decode()) == nodes


@pytest.mark.parametrize(
    "answer", [b"END\r\n", b"VALUE x\r\n1\r\nEND\r\n", cluster(), cluster("a|b|c"), cluster("||1")]
)
def test_answer_that_is_not_understood_is_unavailable(answer: bytes) -> None:
    with configuration_endpoint(answer) as address:
        store = MemcachedStore.from_url(f"memcached://{address}", timeout=5)
        with pytest.raises(StoreUnavailable, match="memcached configuration endpoint at 127"):
            store.get("a")


def test_answer_that_is_cut_off_is_unavailable() -> None:
    with configuration_endpoint(b"CONFIG cluster") as address:
        store = MemcachedStore.from_url(f"memcached://{address}", timeout=5)
        with pytest.raises(StoreUnavailable, match="cut off"):
            store.get("a")


def test_value_that_is_too_large_is_refused_and_the_source_answers(
    shared_memcached: Server, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemcachedStore.from_url(f"memcached://{shared_memcached.address}", timeout=5)
    with pytest.raises(StoreRefused, match="too large"):
        store.set("large", "x" * 2_000_000)

    lazy = LazyLoading(store, lambda key: "x" * 2_000_000)
    assert len(lazy.get("large")) == 2_000_000
    assert "too large" in caplog.text
    assert store.increment("after-large") == 1


def test_one_failure_drops_all_idle_connections(memcached: Server) -> None:
    endpoint = Endpoint("127.0.0.1", memcached.port)
    client = PooledClient(endpoint, timeout=5, connect_timeout=5)
    idle = [client.client_pool.get(), client.client_pool.get()]
    for connection in idle:
        connection.version()
        client.client_pool.release(connection)
    store = MemcachedStore(endpoint, lambda: (), lambda node: client, cool_down=0)

    memcached.restart()

    with pytest.raises(StoreUnavailable):
        store.get("a")
    assert store.get("a") is MISSING


def test_from_env(shared_memcached: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        _contract.memcached_configuration_endpoint("PAGES"), shared_memcached.address
    )
    monkeypatch.setenv(_contract.memcached_tls("PAGES"), "false")
    store = MemcachedStore.from_env(prefix="PAGES", timeout=5)

    assert store.increment("from-env") == 1


def test_from_env_with_tls(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    with memcached_server(certificate) as server:
        monkeypatch.setenv(_contract.memcached_configuration_endpoint(), server.address)
        monkeypatch.setenv(_contract.memcached_tls(), "true")
        with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            MemcachedStore.from_env(timeout=5).get("a")

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
        assert MemcachedStore.from_env(timeout=5).increment("a") == 1


def test_missing_variable_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEMCACHED_CONFIGURATION_ENDPOINT", raising=False)
    with pytest.raises(ValueError, match="`MEMCACHED_CONFIGURATION_ENDPOINT` is not set"):
        MemcachedStore.from_env()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis://host:11211", "`url` must be memcached://host:port or memcacheds://host:port"),
        ("memcached://host", "`url` after the scheme must be host:port, got: host"),
        ("memcached://", "`url` after the scheme must be host:port"),
    ],
)
def test_other_urls_are_refused(url: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MemcachedStore.from_url(url)


def test_timeout_must_be_positive() -> None:
    with pytest.raises(
        ValueError, match="`timeout` must be more than 0 seconds and finite, got: 0"
    ):
        MemcachedStore.from_url("memcached://127.0.0.1:11211", timeout=0)
