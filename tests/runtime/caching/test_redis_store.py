import pytest
from redis import Redis

from serverless_stack.runtime.caching import (
    MISSING,
    LazyLoading,
    RedisStore,
    StoreRefused,
    StoreUnavailable,
)
from tests.runtime.servers import Server, free_port


def test_from_env_with_another_prefix_and_no_reader(
    shared_redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESSIONS_PRIMARY_ENDPOINT", shared_redis.address)
    store = RedisStore.from_env(prefix="SESSIONS", timeout=5)
    store.set("another-prefix", 1)

    assert store.get("another-prefix") == 1


def test_writes_go_to_the_primary_and_reads_to_the_reader(
    redis: Server, shared_redis: Server
) -> None:
    store = RedisStore.from_url(
        f"redis://{redis.address}/0", f"redis://{shared_redis.address}/0", timeout=5
    )
    store.set("where", "primary")
    store.increment("count-where")

    assert store.get("where") is MISSING  # these two do not replicate
    assert RedisStore.from_url(f"redis://{redis.address}/0", timeout=5).get("where") == "primary"
    assert store.increment("count-where") == 2


def test_reader_that_fails_does_not_stop_writes(redis: Server) -> None:
    store = RedisStore.from_url(
        f"redis://{redis.address}/0", f"redis://127.0.0.1:{free_port()}/0", timeout=5
    )
    lazy = LazyLoading(store, str.upper)

    assert lazy.lookup("a").degraded
    assert lazy.invalidate("a")


def test_primary_that_has_become_a_replica_is_unavailable(redis: Server) -> None:
    store = RedisStore.from_url(f"redis://{redis.address}/0", timeout=5)
    with Redis(port=redis.port, host="127.0.0.1") as client:
        client.execute_command("REPLICAOF", "127.0.0.1", str(free_port()))

    with pytest.raises(StoreUnavailable, match="read only replica"):
        store.set("a", 1)


def test_full_server_refuses_and_the_source_answers(redis: Server) -> None:
    store = RedisStore.from_url(f"redis://{redis.address}/0", timeout=5)
    with Redis(port=redis.port, host="127.0.0.1") as client:
        client.config_set("maxmemory", "1")

    with pytest.raises(StoreRefused, match="maxmemory"):
        store.set("a", 1)
    assert LazyLoading(store, str.upper).get("a") == "A"


def test_client_of_your_own(shared_redis: Server) -> None:
    client = Redis(port=shared_redis.port, host="127.0.0.1", decode_responses=True)
    store = RedisStore(lambda: client)
    store.set("own-client", "käse")

    assert store.get("own-client") == "käse"


def test_no_client_is_made_before_it_is_needed() -> None:
    made = []

    def connect() -> "Redis":
        made.append(1)
        raise AssertionError("not needed")

    RedisStore(connect, connect)

    assert made == []


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@host",
        "redis://",
        "user:secret@host:6379",
        "",
        "redis://u:secret@h:x",
        "redis://h:0",
    ],
)
def test_other_urls_are_refused_without_showing_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="`url` must be redis://host:port") as caught:
        RedisStore.from_url(url)
    assert "secret" not in str(caught.value)


def test_reader_url_is_checked_too() -> None:
    with pytest.raises(ValueError, match="`reader_url` must be redis://host:port"):
        RedisStore.from_url("redis://127.0.0.1:6379/0", "replica:6379")


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_timeout_must_be_finite_and_positive(timeout: float) -> None:
    with pytest.raises(
        ValueError, match=f"`timeout` must be more than 0 seconds and finite, got: {timeout}"
    ):
        RedisStore.from_url("redis://127.0.0.1:6379/0", timeout=timeout)


def test_missing_variable_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_PRIMARY_ENDPOINT", raising=False)
    with pytest.raises(
        ValueError, match=r"`REDIS_PRIMARY_ENDPOINT` is not set: .*`cache.connect\(function\)`"
    ):
        RedisStore.from_env()


@pytest.mark.parametrize("address", ["host", "host:", ":6379", "host:0", "host:65536", "host:x"])
def test_malformed_endpoint_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("REDIS_PRIMARY_ENDPOINT", address)
    with pytest.raises(
        ValueError, match=f"`REDIS_PRIMARY_ENDPOINT` must be host:port, got: {address}"
    ):
        RedisStore.from_env()


def test_malformed_flag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PRIMARY_ENDPOINT", "host:6379")
    monkeypatch.setenv("REDIS_TLS", "yes")
    with pytest.raises(ValueError, match="`REDIS_TLS` must be true or false, got: yes"):
        RedisStore.from_env()
