import pytest

from serverless_stack.checks.services.elasticache.limits.nodes import max_connections, vcpus

TOKEN = "${Token[TOKEN.1]}"


@pytest.mark.parametrize(
    ("node_type", "count"),
    [
        ("cache.t2.micro", 1),
        ("cache.t2.medium", 2),
        ("cache.t4g.micro", 2),
        ("cache.m3.medium", 1),
        ("cache.m7g.large", 2),
        ("cache.m7g.xlarge", 4),
        ("cache.r6gd.2xlarge", 8),
        ("cache.m4.10xlarge", 40),
        ("cache.r5.24xlarge", 96),
        ("cache.m2.4xlarge", 8),
        ("cache.c1.xlarge", 8),
        ("cache.m7g.metal", None),
        ("large", None),
        (TOKEN, None),
    ],
)
def test_processors_of_a_node(node_type: str, count: int | None) -> None:
    assert vcpus(node_type) == count


@pytest.mark.parametrize(
    ("engine", "node_type", "count"),
    [
        ("redis", "cache.t4g.micro", 20_000),
        ("valkey", "cache.t3.small", 46_000),
        ("redis", "cache.t4g.small", 65_000),
        ("redis", TOKEN, 65_000),
        ("memcached", "cache.t4g.micro", 65_000),
    ],
)
def test_connections_of_a_node(engine: str, node_type: str, count: int) -> None:
    assert max_connections(engine, node_type) == count
