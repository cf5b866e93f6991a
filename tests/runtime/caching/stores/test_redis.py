import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from serverless_stack.runtime.caching import (
    MISSING,
    LazyLoading,
    RedisStore,
    StoreRefused,
    StoreUnavailable,
)
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.redis_url import RedisUrl
from tests.runtime.servers import Certificate, Server, free_port, redis_server, wait_until


def test_from_env_with_another_prefix_and_no_reader(
    shared_redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESSIONS_PRIMARY_ENDPOINT", shared_redis.address)
    store = RedisStore.from_env(env_prefix="SESSIONS", timeout=5)
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


def test_primary_is_read_while_the_reader_is_left_alone(
    redis: Server, shared_redis: Server, caplog: pytest.LogCaptureFixture
) -> None:
    store = RedisStore.from_url(
        f"redis://{shared_redis.address}/0", f"redis://{redis.address}/0", cool_down=3600
    )
    store.set("fallback", "primary")
    redis.hang()
    with pytest.raises(StoreUnavailable, match="redis reader at"):
        store.get("fallback")

    assert [store.get("fallback") for _ in range(3)] == ["primary"] * 3
    assert store.get_many(["fallback"]) == {"fallback": "primary"}
    assert len(caplog.messages) == 1


def test_reader_is_read_again_when_it_is_back(redis: Server, shared_redis: Server) -> None:
    store = RedisStore.from_url(
        f"redis://{shared_redis.address}/0", f"redis://{redis.address}/0", cool_down=0.1
    )
    store.set("whose", "primary")
    with Redis(host="127.0.0.1", port=redis.port) as client:
        client.set("whose", '"reader"')
    redis.hang()
    with pytest.raises(StoreUnavailable):
        store.get("whose")
    redis.resume()

    wait_until(lambda: store.get("whose") == "reader")


def test_idle_connections_that_the_server_has_closed_are_no_failure(redis: Server) -> None:
    store = RedisStore.from_url(f"redis://{redis.address}/0", timeout=5, cool_down=3600)
    commands: list[Callable[[], object]] = [
        lambda: store.get("a"),
        lambda: store.get_many(["a", "b"]),
        lambda: store.set("a", 1),
        lambda: store.set_many({"a": 1}),
        lambda: store.delete("a"),
        lambda: store.increment("count"),
        lambda: store.increment("count", ttl=60),
        lambda: store.add("added", 1),
        lambda: store.delete_if("added", 1),
    ]
    for command in commands:
        command()
        redis.restart()
        command()

    assert store.increment("count") == 1


def test_url_may_have_options_of_redis_py(
    certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with redis_server(tmp_path, certificate) as server:
        url = f"rediss://{server.address}/2?ssl_ca_certs={certificate.certificate}"
        assert RedisStore.from_url(url, timeout=5).increment("a") == 1


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("max_connections=20", "max_connections"),
        ("timeout=5", "timeout"),
        ("socket_timeout=5", "socket_timeout"),
        ("protocol=2&retry_on_error=secret", "retry_on_error"),
        ("db=secret", "secret"),
        ("db=1", "`db` twice"),
        ("protocol=2&protocol=3", "`protocol` twice"),
        ("protocol=9", "9"),
        ("client_name=two%20words", "two words"),
        ("client_name=line%0Afeed", "line\nfeed"),
    ],
)
def test_url_with_other_options_is_refused_at_once(query: str, shown: str) -> None:
    with pytest.raises(ValueError, match=f"`url` must have .* got: {shown}"):
        RedisStore.from_url(f"redis://127.0.0.1:1/0?{query}")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis://h/shop", "must have a number as `db`, got: shop"),
        ("redis://h/1/2", "must have a number as `db`, got: 1/2"),
        ("redis://h/%20", "must have a number as `db`, got: %20"),
        ("redis://h/1234567890", "must have a number as `db`, got: 1234567890"),
        ("redis://h?db=\u0664", "must have a number as `db`, got: \u0664"),
        ("redis://h?ssl_cert_reqs=none", "must be rediss:// with `ssl_cert_reqs`, got: redis://"),
        ("rediss://h?ssl_cert_reqs=never", "must have none, optional or required as"),
        ("rediss://h?ssl_check_hostname=maybe", "must have true or false as `ssl_check_hostname`"),
        ("rediss://h?ssl_ca_certs=/absent", "must have a file that exists as `ssl_ca_certs`"),
        ("redis://:secret@h?password=secret", "must have each option once, got: `password` twice"),
    ],
)
def test_url_that_no_connection_could_use_is_refused_at_once(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"`url` {problem}")) as caught:
        RedisStore.from_url(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["h", "127.0.0.1", "[::1]"])
@pytest.mark.parametrize("port", ["", ":7000"])
def test_url_of_a_node_keeps_all_but_the_address(host: str, port: str) -> None:
    parsed = RedisUrl.parse("url", f"rediss+cluster://u:p%40@{host}{port}/0?ssl_cert_reqs=none")

    assert parsed.endpoint == (host.strip("[]"), int(port[1:] or 6379))
    at = parsed.at(Endpoint("10.0.0.1", 7001))
    assert at == "rediss://u:p%40@10.0.0.1:7001/0?ssl_cert_reqs=none"
    assert "p%40" not in f"{parsed} {parsed!r}"


def test_entry_of_another_type_is_missing_and_overwritten(shared_redis: Server) -> None:
    store = RedisStore.from_url(f"redis://{shared_redis.address}/0", timeout=5)
    with Redis(host="127.0.0.1", port=shared_redis.port) as client:
        client.rpush("foreign", "a")
    assert store.get("foreign") is MISSING
    assert store.get_many(["foreign"]) == {}
    with pytest.raises(StoreRefused):
        store.increment("foreign")

    store.set("foreign", 1)
    assert store.get("foreign") == 1


def test_connection_to_an_old_primary_is_replaced(
    redis: Server, shared_redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = {"primary": redis.port}
    real = socket.getaddrinfo

    def failing_over(host: str, port: int, *args: object, **options: object) -> object:
        if host == "primary.example":
            if options.get("flags"):
                raise socket.gaierror(socket.EAI_NONAME, "not a number")
            return real("127.0.0.1", ports["primary"], *args, **options)  # type: ignore[arg-type]
        return real(host, port, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", failing_over)
    store = RedisStore.from_url("redis://primary.example:6379/0", timeout=5, cool_down=3600)
    store.increment("before-failover")
    with Redis(port=redis.port, host="127.0.0.1") as client:
        client.execute_command("REPLICAOF", "127.0.0.1", str(shared_redis.port))
    ports["primary"] = shared_redis.port

    assert store.increment("after-failover") == 1
    store.set("after-failover", 7)
    assert (
        RedisStore.from_url(f"redis://{shared_redis.address}/0", timeout=5).get("after-failover")
        == 7
    )


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


def test_password_in_an_endpoint_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PRIMARY_ENDPOINT", "user:secret@host:6379")
    with pytest.raises(ValueError, match="must be host:port, got: host:6379") as caught:
        RedisStore.from_env()
    assert "secret" not in str(caught.value)


def test_malformed_flag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PRIMARY_ENDPOINT", "host:6379")
    monkeypatch.setenv("REDIS_TLS", "yes")
    with pytest.raises(ValueError, match="`REDIS_TLS` must be true or false, got: yes"):
        RedisStore.from_env()
