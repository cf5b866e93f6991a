"""Auto scaling and global datastores."""

import aws_cdk as cdk
import pytest

from serverless_stack.constructs import RedisCache
from tests.constructs.templates import Json, all_of, properties, refused, synth

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"


def scalable(stack: cdk.Stack, construct_id: str = "Cache") -> RedisCache:
    return RedisCache(stack, construct_id, node_type="cache.m7g.large", num_node_groups=2)


def specification(template: Json) -> Json:
    policy = properties(template, POLICY)
    return dict(policy["TargetTrackingScalingPolicyConfiguration"])


def test_shards_follow_the_cpu_of_the_primaries(stack: cdk.Stack) -> None:
    cache = scalable(stack)
    cache.add_shard_scaling(max_capacity=500)
    template = synth(stack)
    target = properties(template, TARGET)
    assert target["ScalableDimension"] == "elasticache:replication-group:NodeGroups"
    assert target["ResourceId"]["Fn::Join"][1] == [
        "replication-group/",
        stack.resolve(cache.cache_name),
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 500)
    assert "RoleARN" not in target  # the service-linked role
    assert specification(template) == {
        "TargetValue": 60,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ElastiCachePrimaryEngineCPUUtilization"
        },
    }
    roles = [name for name in template["Resources"] if "Role" in name and "FlowLog" not in name]
    assert roles == []


def test_shards_follow_another_metric(stack: cdk.Stack) -> None:
    metric = "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage"
    scalable(stack).add_shard_scaling(max_capacity=3, target_utilization=70, metric=metric)
    asked = specification(synth(stack))
    assert asked["PredefinedMetricSpecification"] == {"PredefinedMetricType": metric}
    assert asked["TargetValue"] == 70


def test_replicas_follow_their_cpu(stack: cdk.Stack) -> None:
    scalable(stack).add_replica_scaling()
    template = synth(stack)
    target = properties(template, TARGET)
    assert target["ScalableDimension"] == "elasticache:replication-group:Replicas"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 5)
    assert specification(template)["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "ElastiCacheReplicaEngineCPUUtilization"
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"num_node_groups": 0}, "`num_node_groups` must be 1 or more for auto scaling"),
        ({"node_type": "cache.t4g.micro"}, "`node_type` must be of r7g, r6g, r6gd, r5, m7g"),
        ({"node_type": "cache.m7g.4xlarge"}, "`node_type` must be large, xlarge, 2xlarge for"),
        (
            {"engine_version": "5.0.6"},
            "`engine_version` must be 6.0 or later for auto scaling",
        ),
        (
            {"engine_version": "6.2", "node_type": "cache.r6gd.xlarge"},
            "`engine_version` must be 7.0.7 or later for auto scaling with data tiering",
        ),
    ],
)
def test_what_cannot_be_scaled(stack: cdk.Stack, arguments: dict[str, object], told: str) -> None:
    base: dict[str, object] = {"node_type": "cache.m7g.2xlarge", "num_node_groups": 1}
    cache = RedisCache(stack, "Cache", **{**base, **arguments})  # type: ignore[arg-type]
    assert told in refused(lambda: cache.add_shard_scaling(max_capacity=2))
    assert told in refused(cache.add_replica_scaling)
    twin = RedisCache(stack, "Twin", **base)  # type: ignore[arg-type]
    twin.add_shard_scaling(max_capacity=2)
    twin.add_replica_scaling()


def test_all_problems_of_a_policy_are_told_together(stack: cdk.Stack) -> None:
    cache = RedisCache(
        stack, "Cache", node_type="cache.r6gd.xlarge", num_node_groups=1, engine_version="7.1"
    )
    told = refused(
        lambda: cache.add_shard_scaling(
            min_capacity=501,
            max_capacity=0,
            target_utilization=34,
            metric="ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
        )
    )
    assert [line.partition(", got")[0] for line in told.splitlines()[1:]] == [
        "- `min_capacity` must be between 1 and 500",
        "- `max_capacity` must be between 1 and 500",
        "- `min_capacity` must be at most `max_capacity`",
        "- `target_utilization` must be between 35 and 70 percent",
        "- `metric` must be a different metric on nodes with data tiering",
    ]
    assert "`max_capacity` must be between 1 and 5, got: 6" in refused(
        lambda: cache.add_replica_scaling(max_capacity=6)
    )
    assert "`metric` must be one of ElastiCachePrimary" in refused(
        lambda: cache.add_shard_scaling(max_capacity=2, metric="CPU")
    )
    assert all_of(synth(stack), TARGET) == []


def test_a_dimension_is_scaled_once(stack: cdk.Stack) -> None:
    cache = scalable(stack)
    cache.add_shard_scaling(max_capacity=2)
    cache.add_replica_scaling()
    told = refused(lambda: cache.add_shard_scaling(max_capacity=3))
    assert "NodeGroups must be scaled by one policy, got: another one" in told


def test_a_global_datastore_is_not_scaled(stack: cdk.Stack) -> None:
    first, second = scalable(stack, "First"), scalable(stack, "Second")
    first.add_shard_scaling(max_capacity=2)
    told = refused(lambda: first.add_global_datastore(global_replication_group_id_suffix="a"))
    assert "a global datastore must not have auto scaling, got: both" in told
    made = second.add_global_datastore(global_replication_group_id_suffix="a")
    assert made is second.global_datastore
    told = refused(second.add_replica_scaling)
    assert "auto scaling must not be in a global datastore" in told


def test_what_cannot_be_a_primary(stack: cdk.Stack) -> None:
    small = RedisCache(stack, "Small", engine_version="5.0.5", node_type="cache.t3.micro")
    told = refused(lambda: small.add_global_datastore(global_replication_group_id_suffix="a_b"))
    assert [line.partition(", got")[0] for line in told.splitlines()[1:]] == [
        "- `engine_version` must be 5.0.6 or later for a global datastore",
        "- `node_type` must be of m5, r5 or later for a global datastore",
        "- `global_replication_group_id_suffix` must have letters, digits and hyphens only",
    ]
    cache = scalable(stack)
    cache.add_global_datastore(global_replication_group_id_suffix="a-b")
    told = refused(lambda: cache.add_global_datastore(global_replication_group_id_suffix="b"))
    assert "must be called once and not on a secondary" in told
    joined = RedisCache(
        stack,
        "Joined",
        node_type="cache.m7g.large",
        auth="none",
        global_replication_group_id="ldgnf-a",
    )
    told = refused(lambda: joined.add_global_datastore(global_replication_group_id_suffix="b"))
    assert "must be called once and not on a secondary" in told
