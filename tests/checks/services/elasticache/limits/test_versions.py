import pytest

from serverless_stack.checks.services.elasticache.limits import versions
from serverless_stack.checks.services.elasticache.limits.versions import (
    Feature,
    engine_problems,
    feature_problems,
    node_feature,
)

TOKEN = "${Token[Cache.1]}"


@pytest.mark.parametrize(
    ("engine", "version"),
    [
        ("redis", "7.1"),
        ("redis", "6.x"),
        ("redis", "7.x"),
        ("redis", "2.8.24"),
        ("redis", ""),
        ("redis", TOKEN),
        (TOKEN, "x"),
        ("valkey", "7.2"),
        ("valkey", "9.0"),
    ],
)
def test_versions_are_accepted(engine: str, version: str) -> None:
    assert engine_problems(engine, version) == []


@pytest.mark.parametrize(
    ("engine", "version", "reported"),
    [
        ("memcached", "1.6.22", "`engine` must be redis or valkey, got: 'memcached'"),
        ("redis", "7.2", "2.6 to 7.1 for redis; later ones are versions of valkey, got: '7.2'"),
        ("redis", "8.x", "2.6 to 7.1 for redis; later ones are versions of valkey, got: '8.x'"),
        ("redis", "2.4", "2.6 to 7.1 for redis; later ones are versions of valkey, got: '2.4'"),
        ("redis", "7", "numbers with periods, such as 7.1, got: '7'"),
        ("redis", "7.1\n", "numbers with periods, such as 7.1, got: '7.1\\n'"),
        ("valkey", "7.1", "7.2 or later for valkey, got: '7.1'"),
    ],
)
def test_other_versions_are_refused(engine: str, version: str, reported: str) -> None:
    (problem,) = engine_problems(engine, version)
    assert problem.endswith(reported)


@pytest.mark.parametrize(
    ("feature", "before", "first"),
    [
        (versions.REPLICATION, "2.8.5", "2.8.6"),
        (versions.CLUSTER_MODE, "3.2.3", "3.2.4"),
        (versions.TLS, "3.2.10", "3.2.6"),
        (versions.AT_REST, "3.2.4", "4.0.10"),
        (versions.AUTH_ROTATION, "5.0.5", "5.0.6"),
        (versions.RBAC, "5.0.6", "6.0"),
        (versions.IAM, "6.2", "7.0"),
        (versions.DATA_TIERING, "6.0", "6.2"),
        (versions.AUTO_SCALING, "5.0.6", "6.x"),
        (versions.AUTO_SCALING_TIERED, "7.0.6", "7.0"),
        (versions.SLOW_LOG, "5.0.6", "6.0"),
        (versions.ENGINE_LOG, "6.0", "6.2"),
        (versions.GLOBAL_DATASTORE, "5.0.5", "5.0.6"),
        (versions.GRAVITON, "5.0.5", "5.0.6"),
    ],
)
def test_each_feature_has_its_first_version(feature: Feature, before: str, first: str) -> None:
    (problem,) = feature_problems("redis", before, [feature])
    assert problem.endswith(f"for {feature.name}, got: {before!r}")
    assert feature_problems("redis", first, [feature]) == []
    assert feature_problems("valkey", "7.2", [feature]) == []


@pytest.mark.parametrize("version", [TOKEN, "", "latest"])
def test_a_version_that_is_not_known_has_every_feature(version: str) -> None:
    assert feature_problems("redis", version, [versions.IAM]) == []
    assert feature_problems("memcached", "1.6.22", [versions.IAM]) == []


@pytest.mark.parametrize("family", ["t4g.micro", "m6g.large", "r7g.large", "r6gd.xlarge"])
def test_graviton_needs_a_version(family: str) -> None:
    assert node_feature(f"cache.{family}") == [versions.GRAVITON]


@pytest.mark.parametrize("node_type", ["cache.m5.large", "cache.t3.micro", TOKEN, "x"])
def test_other_nodes_do_not(node_type: str) -> None:
    assert node_feature(node_type) == []
