from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.servers import Certificate, Server, memcached_server, redis_server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A redis-server for tests that neither stop it nor mind other keys."""
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def shared_memcached() -> Iterator[Server]:
    """A memcached for tests that neither stop it nor mind other keys."""
    with memcached_server() as server:
        yield server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    """A redis-server of the test's own."""
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
def memcached() -> Iterator[Server]:
    """A memcached of the test's own."""
    with memcached_server() as server:
        yield server
