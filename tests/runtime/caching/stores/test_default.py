from collections.abc import Iterator

import pytest

from serverless_stack._shared import contract
from serverless_stack.runtime.caching import (
    MemcachedStore,
    MemoryStore,
    RedisStore,
    default_store,
)
from serverless_stack.runtime.caching.stores import default


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (
        contract.redis_primary_endpoint(),
        contract.redis_configuration_endpoint(),
        contract.memcached_configuration_endpoint(),
    ):
        monkeypatch.delenv(name, raising=False)
    default._store.forget()
    yield
    default._store.forget()


def test_memory_when_nothing_is_connected() -> None:
    assert isinstance(default_store(), MemoryStore)
    assert default_store() is default_store()


def test_redis_before_memcached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.redis_primary_endpoint(), "127.0.0.1:6379")
    monkeypatch.setenv(contract.memcached_configuration_endpoint(), "127.0.0.1:11211")

    assert isinstance(default_store(), RedisStore)


def test_memcached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.memcached_configuration_endpoint(), "127.0.0.1:11211")

    assert isinstance(default_store(), MemcachedStore)
