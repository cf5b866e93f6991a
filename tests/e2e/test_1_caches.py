"""Redis and Memcached as real servers: encrypted, with the secret's token, and as many as asked."""

import ssl

import pytest
import redis
from pymemcache.exceptions import MemcacheError  # type: ignore[import-untyped]

from serverless_stack.local.processes import emulator as emulator_process
from serverless_stack.local.processes import process_table as processes
from tests.e2e.engines import authority_of, memcached_at, nodes_of, redis_at
from tests.e2e.programs import programs_below
from tests.e2e.run import Run


def test_the_function_uses_all_stores(created: Run) -> None:
    assert created.api("GET", "/caches").json() == {
        "redis": {"é": [1, 2]},
        "redis_missing": True,
        "memcached": "counted",
        "memcached_count": 1,
        "s3": "stored",
        "archive": created.main().one("Archive", "AWS::S3::Bucket").physical_id,
    }
    assert primary(created).ttl("from-lambda") > 500
    stored = created.account.s3.get_object(Bucket=created.bucket(), Key="data/from-lambda.txt")
    assert stored["Body"].read() == b"stored"


def test_replica_has_what_the_primary_was_given(created: Run) -> None:
    writer, reader = (
        primary(created),
        redis_at(
            created.environment()["REDIS_READER_ENDPOINT"],
            created.token(),
            authority_of(created.cloud),
        ),
    )
    writer.set("written", "once")
    assert writer.wait(1, 5000) == 1
    assert reader.get("written") == b"once"
    with pytest.raises(redis.exceptions.ReadOnlyError):
        reader.set("written", "twice")


def test_redis_refuses_plain_text(created: Run) -> None:
    endpoint = created.environment()["REDIS_PRIMARY_ENDPOINT"]
    with pytest.raises(redis.exceptions.ConnectionError):
        redis_at(endpoint, created.token(), None, tls=False).ping()


@pytest.mark.parametrize("token", [None, "wrong", "0" * 64])
def test_redis_refuses_another_token(created: Run, token: str | None) -> None:
    endpoint = created.environment()["REDIS_PRIMARY_ENDPOINT"]
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis_at(endpoint, token, authority_of(created.cloud)).ping()


def test_redis_shows_a_certificate_that_only_the_cloud_trusts(created: Run) -> None:
    endpoint = created.environment()["REDIS_PRIMARY_ENDPOINT"]
    with pytest.raises(redis.exceptions.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        redis_at(endpoint, created.token(), None).ping()


def test_memcached_over_tls(created: Run) -> None:
    endpoint = created.environment()["MEMCACHED_CONFIGURATION_ENDPOINT"]
    authority = authority_of(created.cloud)
    nodes = nodes_of(endpoint, authority)
    assert len(set(nodes)) == 2
    for number, node in enumerate(nodes):
        client = memcached_at(node, authority)
        client.set("node", f"{number}", noreply=False)
    assert [memcached_at(node, authority).get("node") for node in nodes] == [b"0", b"1"]


def test_memcached_refuses_plain_text(created: Run) -> None:
    endpoint = created.environment()["MEMCACHED_CONFIGURATION_ENDPOINT"]
    with pytest.raises((MemcacheError, OSError)):
        memcached_at(endpoint, None, tls=False).version()


def test_memcached_shows_a_certificate_that_only_the_cloud_trusts(created: Run) -> None:
    endpoint = created.environment()["MEMCACHED_CONFIGURATION_ENDPOINT"]
    with pytest.raises(ssl.SSLCertVerificationError):
        memcached_at(endpoint, None).version()


def test_every_node_is_a_server(created: Run) -> None:
    servers = [name for name in created.programs() if is_cache(name)]
    assert sorted(name.removesuffix("-server") for name in servers) in (
        ["memcached", "memcached", "redis", "redis"],
        ["memcached", "memcached", "valkey", "valkey"],
    )


def test_the_launcher_knows_every_server(created: Run) -> None:
    programs = programs_below(created.cloud.state.pid)
    servers = {pid for pid, name in programs.items() if is_cache(name)}
    mark = emulator_process.environment_mark(created.cloud.home)
    assert servers <= {process.pid for process in processes.with_mark(mark)}


def is_cache(program: str) -> bool:
    return program.startswith(("redis", "valkey", "memcached"))


def primary(run: Run) -> redis.Redis:
    endpoint = run.environment()["REDIS_PRIMARY_ENDPOINT"]
    return redis_at(endpoint, run.token(), authority_of(run.cloud))
