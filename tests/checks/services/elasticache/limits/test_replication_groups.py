import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.elasticache.limits.replication_groups import (
    ReplicationGroup,
    count_problems,
    features_of,
    nodes_of,
    replication_group_problems,
)
from serverless_stack.checks.services.elasticache.limits.security import (
    authentication_problems,
    doubtful_encryption_problems,
    encryption_problems,
)

TOKEN = "${Token[Cache.1]}"
NUMBER = -1.8881545897087626e289
GOOD = ReplicationGroup(
    replication_group_id="orders",
    engine_version="7.1",
    node_type="cache.m7g.large",
    num_node_groups=0,
    replicas=1,
    automatic_failover_enabled=True,
    multi_az_enabled=True,
    port=6379,
    transit_encryption_enabled=True,
    at_rest_encryption_enabled=True,
    auth_token=True,
    snapshot_retention_days=7,
)


def test_unknown_values_have_no_findings() -> None:
    assert replication_group_problems(ReplicationGroup()) == []
    assert replication_group_problems(GOOD) == []


def test_tokens_pass() -> None:
    number = int(NUMBER)
    group = ReplicationGroup(
        replication_group_id=TOKEN,
        engine=TOKEN,
        engine_version=TOKEN,
        node_type=TOKEN,
        num_node_groups=number,
        replicas=number,
        port=number,
        parameters={"maxmemory-policy": TOKEN, "timeout": TOKEN},
        snapshot_retention_days=number,
        snapshot_window=TOKEN,
        snapshot_arns=[TOKEN],
        preferred_maintenance_window=TOKEN,
    )
    assert replication_group_problems(group) == []
    assert nodes_of(group) == 0


def test_messages_use_the_callers_names_for_fields() -> None:
    names = {"replicas": "ReplicasPerNodeGroup", "num_node_groups": "NumNodeGroups"}
    group = ReplicationGroup(names=names, replicas=6, num_node_groups=501)
    assert count_problems(group) == [
        "`NumNodeGroups` must be between 1 and 500 in cluster mode and 0 without, got: 501",
        "`ReplicasPerNodeGroup` must be between 0 and 5, got: 6",
    ]


@given(st.integers(1, 500), st.integers(0, 5))
def test_shards_and_replicas_have_500_nodes_at_most(shards: int, replicas: int) -> None:
    group = ReplicationGroup(num_node_groups=shards, replicas=replicas)
    assert nodes_of(group) == shards * (replicas + 1)
    assert bool(count_problems(group)) == (shards * (replicas + 1) > 500)


def test_a_token_and_a_user_group_exclude_each_other() -> None:
    group = ReplicationGroup(auth_token=True, user_group=True)
    assert authentication_problems(group) == [
        "`auth_token` must be absent with `user_group`, got: both; a cluster has one of them"
    ]
    assert authentication_problems(ReplicationGroup(user_group=True)) == []


@pytest.mark.parametrize("family", ["t1.micro", "m1.large", "m2.xlarge", "c1.xlarge"])
def test_old_families_do_not_encrypt(family: str) -> None:
    group = ReplicationGroup(
        node_type=f"cache.{family}",
        transit_encryption_enabled=True,
        at_rest_encryption_enabled=True,
    )
    assert len(encryption_problems(group)) == 2
    plain = ReplicationGroup(
        node_type=f"cache.{family}",
        transit_encryption_enabled=False,
        at_rest_encryption_enabled=None,
    )
    assert encryption_problems(plain) == []


@pytest.mark.parametrize("family", ["m3.large", "r3.large"])
def test_encryption_at_rest_is_in_doubt_on_some_nodes(family: str) -> None:
    group = ReplicationGroup(
        node_type=f"cache.{family}",
        transit_encryption_enabled=True,
        at_rest_encryption_enabled=True,
    )
    assert encryption_problems(group) == []
    assert doubtful_encryption_problems(group) == [
        f"`at_rest_encryption_enabled` must be False on {family[:2]} nodes, got: True"
    ]
    assert doubtful_encryption_problems(ReplicationGroup(node_type=f"cache.{family}")) == []


def test_features_follow_from_the_settings() -> None:
    names = [feature.name for feature in features_of(GOOD)]
    assert names == [
        "replicas with automatic failover",
        "encryption in transit",
        "encryption at rest",
        "a node type with Graviton",
    ]
    assert features_of(ReplicationGroup(node_type="cache.m5.large")) == []


def test_an_unknown_engine_is_one_problem() -> None:
    assert replication_group_problems(ReplicationGroup(engine="mysql", iam=True)) == [
        "`engine` must be redis or valkey, got: 'mysql'"
    ]
