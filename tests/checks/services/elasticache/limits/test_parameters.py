import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.elasticache.limits.parameters import (
    default_group_problems,
    parameter_group_family,
    parameter_problems,
)

TOKEN = "${Token[Cache.1]}"


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("redis", "2.8.24", "redis2.8"),
        ("redis", "5.0.6", "redis5.0"),
        ("redis", "6.2", "redis6.x"),
        ("redis", "6.x", "redis6.x"),
        ("redis", "7.1", "redis7"),
        ("valkey", "7.2", "valkey7"),
        ("valkey", "8.1", "valkey8"),
        ("valkey", TOKEN, ""),
    ],
)
def test_the_family_follows_from_the_version(engine: str, version: str, family: str) -> None:
    assert parameter_group_family(engine, version) == family


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxmemory-policy", "allkeys-random"),
        ("timeout", "0"),
        ("timeout", "20"),
        ("reserved-memory-percent", "100"),
        ("slowlog-log-slower-than", "-1"),
        ("activedefrag", "yes"),
        ("notify-keyspace-events", "Ex"),
        ("a-new-parameter", "anything"),
        ("maxmemory-policy", TOKEN),
    ],
)
def test_values_are_accepted(name: str, value: str) -> None:
    assert parameter_problems({name: value}) == []


@pytest.mark.parametrize(
    ("name", "value", "reported"),
    [
        ("maxmemory-policy", "lru", "have a maxmemory-policy of volatile-lru, "),
        ("timeout", "19", "have a timeout of 0, or of 20 seconds or more"),
        ("timeout", "x", "have a timeout of 0, or of 20 seconds or more"),
        ("reserved-memory-percent", "101", "have a whole number, 0 to 100, for reserved-"),
        ("slowlog-log-slower-than", "-2", "have a whole number, -1 or more, for slowlog-"),
        ("activedefrag", "on", "have yes or no for activedefrag"),
        ("maxmemory", "100mb", "not set maxmemory, which ElastiCache sets itself"),
        ("Maxmemory Policy", "x", "have names of lowercase letters, digits and hyphens"),
    ],
)
def test_other_values_are_refused(name: str, value: str, reported: str) -> None:
    (problem,) = parameter_problems({name: value})
    assert problem.startswith(f"`parameters` must {reported}")
    assert problem.endswith(f"got: {name}={value!r}")


@given(st.integers(-1000, 1000))
def test_the_range_of_a_percentage(value: int) -> None:
    reported = parameter_problems({"reserved-memory-percent": str(value)})
    assert bool(reported) == (not 0 <= value <= 100)


def test_data_tiering_has_fewer_policies() -> None:
    policy = {"maxmemory-policy": "volatile-ttl"}
    assert parameter_problems(policy) == []
    assert len(parameter_problems(policy, data_tiering=True)) == 1
    assert parameter_problems({"maxmemory-policy": "noeviction"}, data_tiering=True) == []
    assert parameter_problems({"maxmemory-policy": TOKEN}, data_tiering=True) == []


@pytest.mark.parametrize(
    ("value", "cluster_mode", "good"),
    [
        ("yes", True, True),
        ("no", False, True),
        ("yes", None, True),
        ("no", None, True),
        ("yes", False, False),
        ("no", True, False),
    ],
)
def test_cluster_mode_is_the_same_in_both_places(
    value: str, cluster_mode: bool | None, good: bool
) -> None:
    reported = parameter_problems({"cluster-enabled": value}, cluster_mode=cluster_mode)
    assert (reported == []) == good


@pytest.mark.parametrize(
    ("name", "version", "cluster_mode", "count"),
    [
        ("default.redis7", "7.1", False, 0),
        ("default.redis7.cluster.on", "7.1", True, 0),
        ("default.redis7.cluster.on", "7.1", None, 0),
        ("default.redis7", TOKEN, False, 0),
        ("mine", "7.1", True, 0),
        ("", "7.1", True, 0),
        (TOKEN, "7.1", True, 0),
        ("default.redis7", "7.1", True, 1),
        ("default.redis7.cluster.on", "7.1", False, 1),
        ("default.redis6.x", "7.1", False, 1),
        ("default.redis6.x", "7.1", True, 2),
    ],
)
def test_groups_of_aws(name: str, version: str, cluster_mode: bool | None, count: int) -> None:
    reported = default_group_problems(
        name, engine="redis", engine_version=version, cluster_mode=cluster_mode
    )
    assert len(reported) == count
