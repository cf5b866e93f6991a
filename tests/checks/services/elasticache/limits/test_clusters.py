import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.elasticache.limits.clusters import (
    memcached_family,
    memcached_tls_problems,
    memcached_version_problems,
    node_count_problems,
    placement_problems,
    snapshot_problems,
    zone_problems,
)

TOKEN = "${Token[AWS.StackName.1]}"
NUMBER_TOKEN = -1.8881545897087626e289


@given(st.integers(1, 60))
def test_any_number_of_memcached_nodes_up_to_60_is_accepted(nodes: int) -> None:
    assert node_count_problems("memcached", nodes) == []


@given(st.integers(-1000, 0) | st.integers(61, 10_000))
def test_other_numbers_of_nodes_are_refused(nodes: int) -> None:
    (problem,) = node_count_problems("memcached", nodes)
    assert problem == f"`num_cache_nodes` must be between 1 and 60, got: {nodes}"


@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_a_redis_cluster_has_one_node(engine: str) -> None:
    assert node_count_problems(engine, 1) == []
    assert node_count_problems(engine, 2, "NumCacheNodes") == [
        f"`NumCacheNodes` must be 1 for {engine}, got: 2; "
        "replicas and shards need a replication group"
    ]


@pytest.mark.parametrize(
    ("nodes", "az_mode", "zones"),
    [
        (1, "single-az", []),
        (1, "", []),
        (1, "single-az", ["a"]),
        (2, "cross-az", []),
        (2, "cross-az", ["a", "b"]),
        (3, "cross-az", ["a", "a", "b"]),
        (2, "single-az", ["a", "a"]),
        (2, "", ["a", "b"]),
        (2, "cross-az", [TOKEN, TOKEN]),
        (NUMBER_TOKEN, "cross-az", ["a", "b"]),
        (1, TOKEN, []),
    ],
)
def test_placements_that_elasticache_takes(nodes: float, az_mode: str, zones: list[str]) -> None:
    assert placement_problems("memcached", nodes, az_mode, zones) == []


@pytest.mark.parametrize(
    ("nodes", "az_mode", "zones", "problem"),
    [
        (1, "cross-az", [], "`az_mode` must be single-az for one node, got: 'cross-az'"),
        (2, "cross_az", [], "`az_mode` must be single-az or cross-az, got: 'cross_az'"),
        (
            3,
            "cross-az",
            ["a", "b"],
            "`availability_zones` must name a zone for each of 3 nodes, got: 2; a zone may "
            "come again",
        ),
        (
            2,
            "single-az",
            ["a", "b"],
            "`availability_zones` must be one and the same zone for single-az, got: a, b",
        ),
        (
            2,
            "cross-az",
            ["a", "a"],
            "`availability_zones` must be at least two zones for cross-az, got: a, a",
        ),
    ],
)
def test_placements_that_elasticache_refuses(
    nodes: int, az_mode: str, zones: list[str], problem: str
) -> None:
    assert placement_problems("memcached", nodes, az_mode, zones) == [problem]


def test_only_memcached_is_placed() -> None:
    assert placement_problems("redis", 1, "single-az", []) == []
    assert placement_problems("redis", 1, "cross-az", [], "AZMode", "PreferredZones") == [
        "`AZMode` and `PreferredZones` must be absent for redis, which has one node"
    ]
    assert placement_problems(TOKEN, 1, "cross-az", ["a", "b"]) == []


@pytest.mark.parametrize(
    ("zones", "subnet_zones"),
    [
        ([], ["a"]),
        (["a", "b", "a"], ["b", "a"]),
        (["c"], ["a", None]),
        ([TOKEN], ["a"]),
        (["c"], [TOKEN, "a"]),
    ],
)
def test_zones_with_a_subnet(zones: list[str], subnet_zones: list[str | None]) -> None:
    assert zone_problems(zones, subnet_zones) == []


def test_zones_without_a_subnet_are_refused() -> None:
    assert zone_problems(["a", "c"], ["b", "a"]) == [
        "`availability_zones` must be zones of the subnets (a, b), got: c"
    ]


@pytest.mark.parametrize("version", ["1.4.5", "1.5.16", "1.6.6", "1.6.22", "1.6.99", TOKEN])
def test_versions_of_memcached(version: str) -> None:
    assert memcached_version_problems(version) == []


@pytest.mark.parametrize("version", ["", "1.6", "1.6.x", "1.7.1", "7.1", "v1.6.22", "1.3.5"])
def test_unknown_versions_of_memcached_are_refused(version: str) -> None:
    assert memcached_version_problems(version) == [
        f"`engine_version` must be such as 1.4.34, 1.5.16 or 1.6.22, got: {version!r}"
    ]


@pytest.mark.parametrize(
    ("version", "family"),
    [("1.4.34", "memcached1.4"), ("1.5.16", "memcached1.5"), ("1.6.22", "memcached1.6")],
)
def test_the_family_follows_the_version(version: str, family: str) -> None:
    assert memcached_family(version) == family


@pytest.mark.parametrize(
    ("tls", "version", "node_type", "in_vpc"),
    [
        (True, "1.6.12", "cache.t3.micro", True),
        (True, TOKEN, TOKEN, True),
        (True, "not a version", "nor a node type", True),
        (False, "1.6.6", "cache.t2.micro", False),
    ],
)
def test_where_tls_is_accepted(tls: bool, version: str, node_type: str, in_vpc: bool) -> None:
    assert memcached_tls_problems(tls, version, node_type, in_vpc) == []


@pytest.mark.parametrize(
    ("version", "node_type", "in_vpc", "problem"),
    [
        (
            "1.6.11",
            "cache.m5.large",
            True,
            "`tls` must be False before version 1.6.12, got: True with 1.6.11",
        ),
        (
            "1.6.12",
            "cache.t2.micro",
            True,
            "`tls` must be False for nodes of the kinds m1, m2, m3, r3, t2, "
            "got: True with cache.t2.micro",
        ),
        (
            "1.6.12",
            "cache.m5.large",
            False,
            "`tls` must be False outside a VPC, got: True without a subnet group",
        ),
    ],
)
def test_where_tls_is_refused(version: str, node_type: str, in_vpc: bool, problem: str) -> None:
    assert memcached_tls_problems(True, version, node_type, in_vpc) == [problem]


def test_memcached_has_no_snapshots() -> None:
    assert snapshot_problems("memcached") == []
    assert snapshot_problems("memcached", 1, "03:00-04:00", True, "A", "B", "C") == [
        f"`{name}` must be absent for memcached, which has no snapshots" for name in "ABC"
    ]


@pytest.mark.parametrize(("days", "fine"), [(0, True), (35, True), (-1, False), (36, False)])
def test_snapshots_of_redis_are_kept_35_days_at_most(days: int, fine: bool) -> None:
    problems = snapshot_problems("redis", days, "03:00-04:00", True)
    assert (problems == []) is fine
    assert all("must be between 0 and 35 days" in problem for problem in problems)
