"""What every store promises, on every store."""

import hashlib
import pickle
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.cluster import RedisCluster

from serverless_stack.runtime.caching import (
    MISSING,
    MemcachedStore,
    MemoryStore,
    Missing,
    RedisStore,
    Store,
    StoreRefused,
)
from tests.runtime.servers import (
    Certificate,
    configuration_endpoint,
    memcached_server,
    redis_cluster,
    redis_server,
    wait_until,
)

TOKEN = "a-token-of-16-characters-or-more"


@dataclass(frozen=True)
class Backend:
    store: Store
    plant: Callable[[str, bytes], None]
    """Puts raw bytes under a key, around the store."""


@contextmanager
def memory() -> Iterator[Backend]:
    store = MemoryStore()
    yield Backend(store, lambda key, data: store._put(key, data, None))


@contextmanager
def redis(folder: Path, program: str = "redis-server") -> Iterator[Backend]:
    with redis_server(folder, program=program) as server:
        url = f"redis://{server.address}/0"
        yield Backend(RedisStore.from_url(url, timeout=5), redis_plant(url))


@contextmanager
def redis_with_tls_and_auth(folder: Path, certificate: Certificate) -> Iterator[Backend]:
    with redis_server(folder, certificate, TOKEN) as server:
        url = f"rediss://:{TOKEN}@{server.address}/0"
        yield Backend(RedisStore.from_url(url, timeout=5), redis_plant(url))


class Replicated(RedisStore):
    """Waits until the replica has what was written: reading one's own writes is not promised."""

    primary: "Redis"
    replica: "Redis"

    def caught_up(self) -> bool:
        written = self.primary.info("replication")["master_repl_offset"]
        return bool(self.replica.info("replication")["slave_repl_offset"] >= written)

    def get(self, key: str) -> object | Missing:
        wait_until(self.caught_up)
        return super().get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        wait_until(self.caught_up)
        return super().get_many(keys)


@contextmanager
def redis_with_replica(folder: Path) -> Iterator[Backend]:
    with (
        redis_server(folder) as primary,
        redis_server(folder, replica_of=primary) as replica,
        Redis(host="127.0.0.1", port=primary.port) as writing,
        Redis(host="127.0.0.1", port=replica.port) as reading,
    ):
        wait_until(lambda: reading.info("replication")["master_link_status"] == "up")
        Replicated.primary, Replicated.replica = writing, reading
        url = f"redis://{primary.address}/0"
        store = Replicated.from_url(url, f"redis://{replica.address}/0", timeout=5)
        yield Backend(store, redis_plant(url))


@contextmanager
def redis_in_cluster_mode(
    folder: Path, certificate: Certificate | None = None, token: str | None = None
) -> Iterator[Backend]:
    with redis_cluster(folder, tls=certificate, token=token) as nodes:
        scheme, secret = ("rediss", f":{token}@") if certificate else ("redis", "")
        url = f"{scheme}+cluster://{secret}{nodes[0].address}"
        client = RedisCluster.from_url(url.replace("+cluster", ""))

        def plant(key: str, data: bytes) -> None:
            client.set(key, data)

        try:
            yield Backend(RedisStore.from_url(url, timeout=5), plant)
        finally:
            client.close()


def redis_plant(url: str) -> Callable[[str, bytes], None]:
    def plant(key: str, data: bytes) -> None:
        with Redis.from_url(url) as client:
            client.set(key, data)

    return plant


@contextmanager
def memcached(scheme: str, certificate: Certificate | None) -> Iterator[Backend]:
    with memcached_server(certificate) as server:
        yield planted(MemcachedStore.from_url(f"{scheme}://{server.address}", timeout=5))


@contextmanager
def memcached_cluster(certificate: Certificate | None) -> Iterator[Backend]:
    with ExitStack() as stack:
        nodes = [stack.enter_context(memcached_server(certificate)) for _ in range(3)]
        endpoint = stack.enter_context(configuration_endpoint(nodes, certificate))
        scheme = "memcacheds" if certificate else "memcached"
        url = f"{scheme}+discovery://{endpoint.address}"
        yield planted(MemcachedStore.from_url(url, timeout=5))


def planted(store: MemcachedStore) -> Backend:
    def plant(key: str, data: bytes) -> None:
        # The server's own TLS is tried through the store: a raw client need not trust it.
        node = store._nodes.pick(key.encode())
        node.run(lambda client: client.set(key.encode(), data, 0, False))

    return Backend(store, plant)


@pytest.fixture(
    scope="module",
    params=[
        "memory",
        "redis",
        "redis-tls-auth",
        "redis-replica",
        "redis-cluster",
        "redis-cluster-tls-auth",
        "valkey",
        "memcached",
        "memcached-tls",
        "memcached-cluster",
        "memcached-cluster-tls",
    ],
)
def backend(
    request: pytest.FixtureRequest,
    certificate: Certificate,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Backend]:
    if request.param == "valkey" and not shutil.which("valkey-server"):
        pytest.skip("valkey-server is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate.certificate))
        folder = tmp_path_factory.mktemp("server")
        made = {
            "memory": lambda: memory(),
            "redis": lambda: redis(folder),
            "redis-tls-auth": lambda: redis_with_tls_and_auth(folder, certificate),
            "redis-replica": lambda: redis_with_replica(folder),
            "redis-cluster": lambda: redis_in_cluster_mode(folder),
            "redis-cluster-tls-auth": lambda: redis_in_cluster_mode(folder, certificate, TOKEN),
            "valkey": lambda: redis(folder, "valkey-server"),
            "memcached": lambda: memcached("memcached", None),
            "memcached-tls": lambda: memcached("memcacheds", certificate),
            "memcached-cluster": lambda: memcached_cluster(None),
            "memcached-cluster-tls": lambda: memcached_cluster(certificate),
        }
        with made[request.param]() as backend:
            yield backend


@pytest.fixture
def store(backend: Backend) -> Store:
    return backend.store


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex


def test_absent_entry_is_missing(store: Store, key: str) -> None:
    assert store.get(key) is MISSING


@pytest.mark.parametrize(
    "value",
    [
        None,
        False,
        0,
        -(2**53),
        1.5,
        "",
        "käse 🧀",
        [],
        {},
        {"id": "7", "lines": [{"n": 1, "note": None}], "tags": ["a", "b"]},
        "x" * 100_000,
    ],
    ids=lambda value: str(value)[:20],
)
def test_value_comes_back(store: Store, key: str, value: object) -> None:
    store.set(key, value, ttl=60)

    assert store.get(key) == value
    assert type(store.get(key)) is type(value)


def test_set_replaces(store: Store, key: str) -> None:
    store.set(key, "old")
    store.set(key, "new")

    assert store.get(key) == "new"


def test_value_is_not_shared_with_the_caller(store: Store, key: str) -> None:
    value = {"lines": [1]}
    store.set(key, value)
    value["lines"].append(2)

    assert store.get(key) == {"lines": [1]}


def test_deleted_entry_is_missing(store: Store, key: str) -> None:
    store.set(key, 1)
    store.delete(key)

    assert store.get(key) is MISSING


def test_deleting_an_absent_entry_is_no_error(store: Store, key: str) -> None:
    store.delete(key)

    assert store.get(key) is MISSING


def test_entry_expires(store: Store, key: str) -> None:
    store.set(key, "brief", ttl=1)
    store.set(f"{key}-long", "long", ttl=3600)

    wait_until(lambda: store.get(key) is MISSING)

    assert store.get(f"{key}-long") == "long"


def test_time_to_live_of_more_than_a_month_is_kept(store: Store, key: str) -> None:
    store.set(key, "long", ttl=90 * 24 * 60 * 60)

    assert store.get(key) == "long"


@pytest.mark.parametrize("ttl", [0, -1, 1.5, 60.0])
def test_time_to_live_is_a_whole_number_of_seconds(store: Store, key: str, ttl: int) -> None:
    with pytest.raises(ValueError, match=rf"`ttl` must be a whole number .* got: {ttl}"):
        store.set(key, 1, ttl=ttl)
    with pytest.raises(ValueError, match=rf"`ttl` must be a whole number .* got: {ttl}"):
        store.increment(key, ttl=ttl)

    assert store.get(key) is MISSING


@pytest.mark.parametrize("value", [object(), {"x": object()}, float("nan")])
def test_value_without_json_form_is_refused(store: Store, key: str, value: object) -> None:
    with pytest.raises((TypeError, ValueError), match="not JSON"):
        store.set(key, value)

    assert store.get(key) is MISSING


def test_empty_key_is_refused(store: Store) -> None:
    message = "`key` must be a non-empty string"
    with pytest.raises(ValueError, match=message):
        store.get("")
    with pytest.raises(ValueError, match=message):
        store.set("", 1)
    with pytest.raises(ValueError, match=message):
        store.delete("")
    with pytest.raises(ValueError, match=message):
        store.increment("")


@pytest.mark.parametrize("years", [1, 20, 100])
def test_long_time_to_live_is_kept(store: Store, key: str, years: int) -> None:
    store.set(key, 1, ttl=years * 365 * 24 * 60 * 60)

    assert store.get(key) == 1


def test_no_key_is_the_hash_of_another(store: Store, key: str) -> None:
    odd = f"{key}-ä"
    digest = hashlib.sha256(odd.encode()).hexdigest()
    keys = [odd, digest, f"sha256:{digest}", f"#{digest}"]
    for number, text in enumerate(keys):
        store.set(text, number)

    assert [store.get(text) for text in keys] == [0, 1, 2, 3]


def test_any_text_is_a_key(store: Store, key: str) -> None:
    keys = [f"{key} a", f"{key} ä", f"{key}\r\nflush_all\r\n", f"{key}\0", key * 100, key * 101]
    keys.append(f"{key}\udcff")  # half a surrogate pair, as in a path that was no UTF-8
    for number, text in enumerate(keys):
        store.set(text, number)

    assert [store.get(text) for text in keys] == [0, 1, 2, 3, 4, 5, 6]
    assert store.get_many(keys) == {text: number for number, text in enumerate(keys)}
    assert store.increment(keys[-1]) == 7
    assert store.delete_if(keys[-1], 7)
    assert store.add(keys[-1], 8)
    store.delete(keys[-1])
    assert store.get(keys[-1]) is MISSING


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe", pickle.dumps({"a": 1}), b"[" * 100_000], ids=range(5)
)
def test_corrupt_entry_is_missing(backend: Backend, key: str, data: bytes) -> None:
    backend.plant(key, data)

    assert backend.store.get(key) is MISSING

    backend.store.set(key, "mended")
    assert backend.store.get(key) == "mended"


def test_many_values_come_back(store: Store, key: str) -> None:
    values: dict[str, object] = {f"{key}-{n}": {"n": n} for n in range(50)}
    values[f"{key} ä"] = None
    store.set_many(values, ttl=60)

    assert store.get_many([*values, f"{key}-absent"]) == values
    assert store.get(f"{key}-7") == {"n": 7}


def test_many_values_expire(store: Store, key: str) -> None:
    store.set_many({key: 1}, ttl=1)

    wait_until(lambda: store.get_many([key]) == {})


def test_no_keys_are_no_error(store: Store) -> None:
    store.set_many({})

    assert store.get_many([]) == {}


def test_one_key_twice_is_read_once(store: Store, key: str) -> None:
    store.set(key, 1)

    assert store.get_many([key, key]) == {key: 1}


def test_corrupt_entries_are_missing_among_others(backend: Backend, store: Store, key: str) -> None:
    backend.plant(key, b"{")
    store.set(f"{key}-good", 1)

    assert store.get_many([key, f"{key}-good"]) == {f"{key}-good": 1}


def test_nothing_is_stored_when_one_of_many_is_refused(store: Store, key: str) -> None:
    for values in ({key: 1, "": 2}, {key: 1, f"{key}-bad": object()}):
        with pytest.raises((TypeError, ValueError)):
            store.set_many(values)
    with pytest.raises(ValueError, match="`ttl` must be a whole number of seconds"):
        store.set_many({key: 1}, ttl=0)
    with pytest.raises(ValueError, match="`key` must be a non-empty string"):
        store.get_many([key, ""])

    assert store.get(key) is MISSING


def test_only_the_first_add_stores(store: Store, key: str) -> None:
    assert store.add(key, "first", ttl=60) is True
    assert store.add(key, "second") is False
    assert store.get(key) == "first"


def test_added_entry_expires(store: Store, key: str) -> None:
    store.add(key, 1, ttl=1)

    wait_until(lambda: store.get(key) is MISSING)
    assert store.add(key, 2) is True


def test_only_one_of_many_adds(store: Store, key: str) -> None:
    winners: list[bool] = []
    threads = [
        threading.Thread(target=lambda n=n: winners.append(store.add(key, n))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(winners) == [False] * 7 + [True]


def test_entry_is_removed_if_it_still_has_the_value(store: Store, key: str) -> None:
    store.set(key, "mine", ttl=60)

    assert store.delete_if(key, "another's") is False
    assert store.get(key) == "mine"
    assert store.delete_if(key, "mine") is True
    assert store.get(key) is MISSING
    assert store.delete_if(key, "mine") is False
    assert store.add(key, "again") is True


def test_counter_counts(store: Store, key: str) -> None:
    assert store.increment(key) == 1
    assert store.increment(key) == 2
    assert store.increment(key, by=40) == 42
    assert store.get(key) == 42


def test_counter_goes_on_from_a_stored_number(store: Store, key: str) -> None:
    store.set(key, 9)

    assert store.increment(key) == 10


def test_counter_starts_again_after_delete(store: Store, key: str) -> None:
    store.increment(key, by=5)
    store.delete(key)

    assert store.increment(key, by=3) == 3


def test_counter_expires_counted_from_its_start(store: Store, key: str) -> None:
    store.increment(key, ttl=3)  # long enough for the second call on a busy machine
    store.increment(key, ttl=3600)

    wait_until(lambda: store.get(key) is MISSING)


def test_counter_is_atomic(store: Store, key: str) -> None:
    seen: list[int] = []

    def count() -> None:
        for _ in range(25):
            seen.append(store.increment(key, ttl=60))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(seen) == list(range(1, 101))


@pytest.mark.parametrize("by", [0, -1])
def test_counting_down_is_refused(store: Store, key: str, by: int) -> None:
    with pytest.raises(ValueError, match=f"`by` must be a whole number, 1 or more, got: {by}"):
        store.increment(key, by=by)

    assert store.get(key) is MISSING


def test_counting_on_something_else_is_refused(store: Store, key: str) -> None:
    store.set(key, {"not": "a number"})

    with pytest.raises(StoreRefused):
        store.increment(key)

    assert store.get(key) == {"not": "a number"}  # and the store still answers
