import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack._shared import contract
from serverless_stack.runtime.caching import (
    MISSING,
    LazyLoading,
    MemcachedStore,
    StoreRefused,
    StoreUnavailable,
)
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.memcached_client import client_of
from serverless_stack.runtime.caching.clients.memcached_discovery import Membership, parse
from serverless_stack.runtime.caching.clients.memcached_nodes import Ring
from serverless_stack.runtime.caching.clients.memcached_pool import MemcachedPool
from tests.runtime.servers import (
    Certificate,
    Server,
    configuration_endpoint,
    free_port,
    memcached_server,
    wait_until,
)


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A configuration endpoint that says something else."""
    with configuration_endpoint([]) as endpoint:
        endpoint.answer = answer
        yield endpoint.address


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
        with configuration_endpoint([memcached, second]) as endpoint:
            store = MemcachedStore.from_url(f"memcached+discovery://{endpoint.address}", timeout=5)
            for number in range(60):
                store.set(f"key-{number}", number)

            assert [store.get(f"key-{number}") for number in range(60)] == list(range(60))
        assert items(memcached) + items(second) == 60
        assert items(memcached) > 10
        assert items(second) > 10


def test_node_that_fails_leaves_the_others_alone(memcached: Server) -> None:
    gone = free_port()
    nodes = [f"localhost|127.0.0.1|{port}" for port in (memcached.port, gone)]
    with answering(cluster(*nodes)) as address:
        store = MemcachedStore.from_url(
            f"memcached+discovery://{address}", timeout=5, cool_down=3600
        )
        lazy = LazyLoading(store, str.upper)
        for _ in range(2):
            answers = [lazy.lookup(f"key-{number}") for number in range(40)]

    assert {answer.value for answer in answers} == {f"KEY-{number}" for number in range(40)}
    assert sum(answer.hit for answer in answers) == items(memcached) > 5
    assert all(answer.hit != answer.degraded for answer in answers)


def test_node_that_is_added_takes_its_share(memcached: Server, shared_memcached: Server) -> None:
    with (
        memcached_server() as third,
        configuration_endpoint([memcached, shared_memcached]) as endpoint,
    ):
        url = f"memcached+discovery://{endpoint.address}"
        store = MemcachedStore.from_url(url, timeout=5, discovery_interval=0.05)
        values: dict[str, object] = {f"share-{number}": number for number in range(2000)}
        store.set_many(values)
        assert store.get_many(list(values)) == values

        endpoint.nodes = [memcached, shared_memcached, third]
        wait_until(lambda: len(store.get_many(list(values))) < len(values))

        moved = len(values) - len(store.get_many(list(values)))
        assert moved <= 1.1 * len(values) / 3
        store.set_many(values)
        assert items(third) == moved

        endpoint.nodes = [memcached, shared_memcached]
        wait_until(lambda: store.get_many(list(values)) == values)  # nothing else has moved


def test_node_that_is_back_is_used_again(memcached: Server, shared_memcached: Server) -> None:
    with configuration_endpoint([memcached, shared_memcached]) as endpoint:
        url = f"memcached+discovery://{endpoint.address}"
        store = MemcachedStore.from_url(url, cool_down=0.2)
        keys = [f"back-{number}" for number in range(40)]
        store.set_many(dict.fromkeys(keys, 1))
        memcached.kill()
        some = store.get_many(keys)
        assert 5 < len(some) < 35
        memcached.restart()

        lazy = LazyLoading(store, lambda key: 1)
        wait_until(lambda: all(lazy.lookup(key).hit for key in keys))
        assert items(memcached) == 40 - len(some)


class Discovery:
    """Stands in for the configuration endpoint of a cluster that changes."""

    def __init__(self, *servers: Server) -> None:
        self.asked = 0
        self.version = 1
        self.servers = servers

    def nodes(self) -> Membership:
        self.asked += 1
        if not self.servers:
            raise StoreUnavailable("the configuration endpoint is gone")
        nodes = tuple(Endpoint("127.0.0.1", server.port) for server in self.servers)
        return Membership(self.version, nodes)

    def store(self, interval: float = 60.0, cool_down: float = 0.0) -> MemcachedStore:
        return MemcachedStore(
            Endpoint("configuration", 11211),
            self.nodes,
            lambda node: client_of(node, timeout=5, tls=None),
            cool_down=cool_down,
            timeout=5,
            discovery_interval=interval,
        )


def test_nodes_are_not_asked_for_at_every_call(memcached: Server) -> None:
    discovery = Discovery(memcached)
    store = discovery.store()

    assert [store.increment("a") for _ in range(3)] == [1, 2, 3]
    assert discovery.asked == 1


def test_nodes_are_asked_for_from_time_to_time(memcached: Server, shared_memcached: Server) -> None:
    discovery = Discovery(shared_memcached)
    store = discovery.store(interval=0.05)
    store.set("moved", "old node")
    discovery.servers, discovery.version = (memcached,), 2
    wait_until(lambda: store.get("moved") is MISSING)
    store.set("moved", "new node")

    discovery.servers = ()  # the nodes that are known still serve
    asked = discovery.asked
    wait_until(lambda: store.get("moved") == "new node" and discovery.asked > asked + 2)

    assert store.get("moved") == "new node"


def test_nodes_of_the_same_or_an_older_version_are_no_news(
    memcached: Server, shared_memcached: Server
) -> None:
    discovery = Discovery(memcached)
    discovery.version = 7
    store = discovery.store(interval=0.02)
    store.set("stays", "here")
    for version in (7, 6):
        discovery.servers, discovery.version = (shared_memcached,), version
        asked = discovery.asked
        wait_until(lambda asked=asked: store.get("stays") == "here" and discovery.asked > asked + 2)  # type: ignore[misc]

        assert store.get("stays") == "here"


def test_node_that_fails_makes_it_look_at_once(memcached: Server, shared_memcached: Server) -> None:
    discovery = Discovery(memcached)
    store = discovery.store(cool_down=3600)
    store.set("replaced", "on the old node")
    discovery.servers, discovery.version = (shared_memcached,), 2
    memcached.kill()
    with pytest.raises(StoreUnavailable):
        store.get("replaced")

    wait_until(lambda: discovery.asked == 2)
    wait_until(lambda: LazyLoading(store, str.upper).lookup("replaced").hit)


def test_older_version_is_believed_when_no_known_node_can_be_used(
    memcached: Server, shared_memcached: Server
) -> None:
    discovery = Discovery(memcached)
    discovery.version = 40
    store = discovery.store(cool_down=3600)
    store.set("a", 1)
    memcached.kill()
    discovery.servers, discovery.version = (shared_memcached,), 1  # deleted and made again
    with pytest.raises(StoreUnavailable):
        store.get("a")

    wait_until(lambda: LazyLoading(store, str.upper).lookup("rebuilt").hit)


def test_nodes_that_cannot_be_found_at_first_are_looked_for_again(memcached: Server) -> None:
    discovery = Discovery()
    store = discovery.store(cool_down=0)
    with pytest.raises(StoreUnavailable, match="the configuration endpoint is gone"):
        store.get("a")
    discovery.servers = (memcached,)

    assert store.get("a") is MISSING


def test_plain_server_is_not_asked_for_nodes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        store = MemcachedStore.from_url(f"memcached://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(StoreUnavailable, match="timed out"):
            store.get("a")
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(100) == b"get a\r\n"


class Asked(MemcachedPool):
    """A pool that is never used."""

    def __init__(self, number: int) -> None:
        super().__init__(Endpoint(f"node-{number}.example", 11211), lambda node: None, 0)  # type: ignore[arg-type, return-value]


@given(
    st.integers(1, 20),
    st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=50, unique=True),
)
def test_only_the_share_of_an_added_node_moves(nodes: int, names: list[bytes]) -> None:
    pools: list[MemcachedPool] = [Asked(number) for number in range(nodes + 1)]
    before, after = Ring(pools[:-1]), Ring(pools)
    shuffled = Ring(pools[::-1])

    for name in names:
        assert after.pick(name) in (before.pick(name), pools[-1])
        assert shuffled.pick(name) is after.pick(name)


@pytest.mark.parametrize("nodes", [2, 3, 9])
def test_share_that_moves_is_fair(nodes: int) -> None:
    pools: list[MemcachedPool] = [Asked(number) for number in range(nodes + 1)]
    before, after = Ring(pools[:-1]), Ring(pools)
    names = [b"key-%d" % number for number in range(20_000)]
    moved = sum(before.pick(name) is not after.pick(name) for name in names) / len(names)

    assert moved <= 1.1 / (nodes + 1)


@pytest.mark.parametrize(
    ("answer", "nodes"),
    [
        (cluster("a|10.0.0.1|11211"), (Endpoint("a", 11211),)),
        (cluster("a|10.0.0.1|1", "b||2"), (Endpoint("a", 1), Endpoint("b", 2))),
        (cluster("|10.0.0.1|11211"), (Endpoint("10.0.0.1", 11211),)),
    ],
)
def test_answer_of_a_cluster(answer: bytes, nodes: tuple[Endpoint, ...]) -> None:
    assert parse(answer.decode()) == Membership(1, nodes)


@pytest.mark.parametrize(
    "answer", [b"END\r\n", b"VALUE x\r\n1\r\nEND\r\n", cluster(), cluster("a|b|c"), cluster("||1")]
)
def test_answer_that_is_not_understood_is_unavailable(answer: bytes) -> None:
    with answering(answer) as address:
        store = MemcachedStore.from_url(f"memcached+discovery://{address}", timeout=5)
        with pytest.raises(StoreUnavailable, match="memcached configuration endpoint at 127"):
            store.get("a")


def test_answer_that_is_cut_off_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"CONFIG cluster")

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        store = MemcachedStore.from_url(f"memcached+discovery://{address}", timeout=5)
        with pytest.raises(StoreUnavailable, match="cut off"):
            store.get("a")
        thread.join()


@pytest.mark.parametrize("answer", [b"ERROR\r\n", b"CLIENT_ERROR unknown command\r\n"])
def test_server_without_the_command_is_a_plain_one(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for reply in (answer, b"VALUE a 0 1\r\n7\r\nEND\r\n"):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(reply)
                    connection.recv(100)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        store = MemcachedStore.from_url(f"memcached+discovery://{address}", timeout=5)
        assert store.get("a") == 7


def test_server_that_is_out_of_order_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"SERVER_ERROR out of memory\r\n")
                connection.recv(100)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        store = MemcachedStore.from_url(f"memcached+discovery://{address}", timeout=5)
        with pytest.raises(StoreUnavailable, match="SERVER_ERROR out of memory"):
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


def test_idle_connections_that_the_server_has_closed_are_no_failure(memcached: Server) -> None:
    store = MemcachedStore.from_url(f"memcached://{memcached.address}", timeout=5, cool_down=3600)
    commands: list[Callable[[], object]] = [
        lambda: store.get("a"),
        lambda: store.get_many(["a"]),
        lambda: store.set("a", 1),
        lambda: store.set_many({"a": 1}),
        lambda: store.delete("a"),
        lambda: store.increment("count"),
        lambda: store.add("added", 1),
        lambda: store.delete_if("added", 1),
    ]
    for command in commands:
        command()
        memcached.restart()
        command()

    assert store.increment("count") == 1


def test_from_env(shared_memcached: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.memcached_configuration_endpoint("PAGES"), shared_memcached.address)
    monkeypatch.setenv(contract.memcached_tls("PAGES"), "false")
    store = MemcachedStore.from_env(env_prefix="PAGES", timeout=5)

    assert store.increment("from-env") == 1


def test_from_env_with_tls(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    with memcached_server(certificate) as server:
        monkeypatch.setenv(contract.memcached_configuration_endpoint(), server.address)
        monkeypatch.setenv(contract.memcached_tls(), "true")
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
