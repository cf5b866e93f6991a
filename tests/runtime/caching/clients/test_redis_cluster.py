"""Cluster mode: who has a key, slots that move, and a node that fails."""

from collections.abc import Iterator

import pytest
from redis import Redis
from redis.crc import key_slot

from serverless_stack._shared import contract
from serverless_stack.runtime.caching import MISSING, LazyLoading, RedisStore, StoreUnavailable
from tests.runtime.servers import Server, free_port, redis_cluster, wait_until


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    with redis_cluster(tmp_path_factory.mktemp("cluster")) as nodes:
        yield nodes


@pytest.fixture
def store(nodes: list[Server]) -> RedisStore:
    return RedisStore.from_url(f"redis+cluster://{nodes[0].address}", timeout=5)


def admin(node: Server) -> "Redis":
    return Redis(host="127.0.0.1", port=node.port)


def run(node: Server, *words: str | int) -> object:
    with admin(node) as client:
        answer: object = client.execute_command(*words)
        return answer


def node_id(node: Server) -> str:
    answer = run(node, "CLUSTER MYID")
    return answer.decode() if isinstance(answer, bytes) else str(answer)


def keys_of(node: int, count: int, prefix: str) -> list[str]:
    """Keys whose slots the node had at first."""
    names = (f"{prefix}-{number}" for number in range(100_000))
    mine = (name for name in names if key_slot(name.encode()) * 3 // 16384 == node)
    return [next(mine) for _ in range(count)]


def test_keys_are_spread_over_the_shards(nodes: list[Server], store: RedisStore) -> None:
    values: dict[str, object] = {f"spread-{number}": number for number in range(300)}
    store.set_many(values)

    assert store.get_many(list(values)) == values
    for node in nodes:
        with admin(node) as client:
            assert client.dbsize() > 50


def test_entries_of_another_type_are_missing(nodes: list[Server], store: RedisStore) -> None:
    key = keys_of(0, 1, "foreign")[0]
    run(nodes[0], "RPUSH", key, "a")
    store.set("not-foreign", 1)

    assert store.get(key) is MISSING
    assert store.get_many([key, "not-foreign"]) == {"not-foreign": 1}


def test_from_env(nodes: list[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.redis_configuration_endpoint(), nodes[1].address)
    store = RedisStore.from_env(timeout=5)

    assert [store.increment(f"env-{number}", ttl=60) for number in range(20)] == [1] * 20


def test_configuration_endpoint_that_is_a_plain_server(shared_redis: Server) -> None:
    store = RedisStore.from_url(f"redis+cluster://{shared_redis.address}", timeout=5)
    store.set_many({"plain-a": 1, "plain-b": 2})

    assert store.get_many(["plain-a", "plain-b"]) == {"plain-a": 1, "plain-b": 2}


def move(nodes: list[Server], slot: int, source: int, target: int) -> None:
    # Only a node that imports raises its epoch, without which a late ping of the source wins.
    run(nodes[target], "CLUSTER SETSLOT", slot, "IMPORTING", node_id(nodes[source]))
    run(nodes[source], "CLUSTER SETSLOT", slot, "MIGRATING", node_id(nodes[target]))
    for node in (nodes[target], nodes[source], nodes[3 - source - target]):
        run(node, "CLUSTER SETSLOT", slot, "NODE", node_id(nodes[target]))


def test_key_that_has_moved_is_followed(nodes: list[Server], store: RedisStore) -> None:
    key = keys_of(0, 1, "moved")[0]
    assert store.increment(key) == 1
    store.delete(key)
    slot = key_slot(key.encode())

    move(nodes, slot, 0, 1)
    try:
        store.set_many({key: "there", "another": 1})
        assert store.get(key) == "there"
        assert store.add(key, "again") is False
        assert run(nodes[1], "CLUSTER COUNTKEYSINSLOT", slot) == 1
        assert store.get_many([key, "another"]) == {key: "there", "another": 1}
        store.delete(key)
    finally:
        move(nodes, slot, 1, 0)

    assert store.increment(key) == 1


def test_key_on_its_way_is_asked_for_where_it_is(nodes: list[Server], store: RedisStore) -> None:
    key = keys_of(1, 1, "migrating")[0]
    slot = key_slot(key.encode())
    run(nodes[2], "CLUSTER SETSLOT", slot, "IMPORTING", node_id(nodes[1]))
    run(nodes[1], "CLUSTER SETSLOT", slot, "MIGRATING", node_id(nodes[2]))
    try:
        store.set(key, "early")  # absent at the old node, which says ASK
        assert store.get(key) == "early"
        assert store.increment(f"{{{key}}}-count") == 1
        assert run(nodes[1], "CLUSTER COUNTKEYSINSLOT", slot) == 0
        assert run(nodes[2], "CLUSTER COUNTKEYSINSLOT", slot) == 2
    finally:
        for node in (nodes[2], nodes[1]):
            run(node, "CLUSTER SETSLOT", slot, "STABLE")
        run(nodes[2], "FLUSHALL")


def test_node_that_hangs_leaves_the_other_shards_alone(nodes: list[Server]) -> None:
    store = RedisStore.from_url(f"redis+cluster://{nodes[0].address}", cool_down=3600)
    keys = [key for node in range(3) for key in keys_of(node, 5, "hang")]
    store.set_many(dict.fromkeys(keys, 1))
    nodes[2].hang()
    try:
        found = store.get_many(keys)
        assert sorted(found) == sorted(keys[:10])
        for key in keys[:10]:
            assert store.get(key) == 1
        for key in keys[10:]:
            assert LazyLoading(store, str.upper).get(key) == key.upper()
            with pytest.raises(StoreUnavailable, match="just failed"):
                store.get(key)
        with pytest.raises(StoreUnavailable):
            store.set_many(dict.fromkeys(keys, 2))
        assert [store.get(key) for key in keys[:10]] == [2] * 10
        with pytest.raises(StoreUnavailable):
            store.get_many(keys[10:])
    finally:
        nodes[2].resume()


def test_shard_is_back_after_its_node(nodes: list[Server]) -> None:
    store = RedisStore.from_url(f"redis+cluster://{nodes[0].address}", cool_down=0.2)
    key = keys_of(1, 1, "back")[0]
    store.set(key, 1)
    nodes[1].hang()
    with pytest.raises(StoreUnavailable):
        store.get(key)
    nodes[1].resume()

    wait_until(lambda: LazyLoading(store, lambda key: 1).lookup(key).hit)


def test_map_is_found_when_the_configuration_endpoint_is_gone_later(nodes: list[Server]) -> None:
    store = RedisStore.from_url(f"redis+cluster://{nodes[0].address}", cool_down=0.1)
    key = keys_of(2, 1, "later")[0]
    store.set(key, 1)
    nodes[0].hang()
    try:
        with pytest.raises(StoreUnavailable):
            store.get(keys_of(0, 1, "later")[0])
        assert store.get(key) == 1
    finally:
        nodes[0].resume()


def test_nobody_there_is_unavailable() -> None:
    store = RedisStore.from_url(f"redis+cluster://127.0.0.1:{free_port()}", cool_down=3600)
    with pytest.raises(StoreUnavailable, match="Connection refused"):
        store.get("a")
    with pytest.raises(StoreUnavailable, match=r"slots of the redis cluster at .* just failed"):
        store.get_many(["a", "b"])


def test_cluster_has_no_reader_url() -> None:
    with pytest.raises(ValueError, match="`reader_url` must be None for a cluster"):
        RedisStore.from_url("redis+cluster://h:1", "redis://user:secret@h:2")
    with pytest.raises(ValueError, match="`reader_url` must be redis:// or rediss://"):
        RedisStore.from_url("redis://h:1", "redis+cluster://h:2")
