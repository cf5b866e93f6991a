import pytest

from serverless_stack.checks.services.elasticache.limits.memcached_parameters import (
    memcached_node_problems,
    memcached_parameter_problems,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_item_size", "1024"),
        ("max_item_size", "10485760"),
        ("max_item_size", "1073741824"),
        ("chunk_size", "1"),
        ("chunk_size", "1024"),
        ("slab_automove", "2"),
        ("hashpower_init", "12"),
        ("memcached_connections_overhead", "0"),
        ("cas_disabled", "1"),
        ("binding_protocol", "ascii"),
        ("chunk_size_growth_factor", "1.25"),
        ("something_of_next_year", "x"),
        ("chunk_size", "${Token[TOKEN.1]}"),
    ],
)
def test_values_that_elasticache_takes(name: str, value: str) -> None:
    assert memcached_parameter_problems({name: value}) == []


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("max_item_size", "1023", "have a whole number, 1024 to 1073741824, for max_item_size"),
        ("max_item_size", "1m", "have a whole number, 1024 to 1073741824, for max_item_size"),
        ("chunk_size", "0", "have a whole number, 1 to 1024, for chunk_size"),
        (
            "memcached_connections_overhead",
            "-1",
            "have a whole number, 0 or more, for memcached_connections_overhead",
        ),
        ("slab_automove", "3", "have a whole number, 0 to 2, for slab_automove"),
        ("cas_disabled", "yes", "have 0 or 1 for cas_disabled"),
        ("binding_protocol", "binary", "have auto or ascii for binding_protocol"),
        (
            "max_simultaneous_connections",
            "9",
            "not set max_simultaneous_connections, which ElastiCache sets itself",
        ),
        ("maxmemory-policy", "x", "have names of lowercase letters, digits and underscores"),
    ],
)
def test_values_that_elasticache_refuses(name: str, value: str, rule: str) -> None:
    assert memcached_parameter_problems({name: value}) == [
        f"`parameters` must {rule}, got: {name}={value!r}"
    ]


@pytest.mark.parametrize(
    ("node_type", "version"),
    [
        ("cache.r6g.large", "1.6.22"),
        ("cache.t4g.micro", "1.5.16"),
        ("cache.m5.large", "1.4.34"),
        ("cache.t4g.micro", "${Token[TOKEN.1]}"),
        ("${Token[TOKEN.1]}", "1.4.34"),
    ],
)
def test_nodes_that_run_memcached(node_type: str, version: str) -> None:
    assert memcached_node_problems(node_type, version) == []


def test_nodes_that_do_not_run_memcached() -> None:
    assert memcached_node_problems("cache.r6gd.xlarge", "1.6.22") == [
        "`node_type` must not be of the family r6gd, whose data tiering Memcached does not have, "
        "got: 'cache.r6gd.xlarge'"
    ]
    assert memcached_node_problems("cache.m6g.large", "1.5.10") == [
        "`node_type` must be one without Graviton before version 1.5.16, "
        "got: 'cache.m6g.large' with 1.5.10"
    ]
