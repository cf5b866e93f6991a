"""Auto scaling and global datastores."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_elasticache as elasticache
from aws_cdk.aws_applicationautoscaling import PredefinedMetric

from serverless_stack.constructs import (
    Autoscale,
    Capacity,
    Durability,
    GlobalDatastore,
    RedisAuth,
    RedisCache,
    RedisEngine,
    RedisTopology,
)
from tests.constructs.templates import Json, all_of, properties, refused, synth

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
MEMORY = PredefinedMetric.ELASTICACHE_DATABASE_MEMORY_USAGE_COUNTED_FOR_EVICT_PERCENTAGE
CPU_OF_REPLICAS = PredefinedMetric.ELASTICACHE_REPLICA_ENGINE_CPU_UTILIZATION


def scaled(
    stack: cdk.Stack,
    autoscale: Autoscale | None,
    **arguments: Any,  # noqa: ANN401
) -> RedisCache:
    given = {
        "node_type": "cache.m7g.large",
        "topology": RedisTopology.sharded(2, autoscale=autoscale),
    }
    return RedisCache(stack, "Cache", **{**given, **arguments})


def specification(template: Json) -> Json:
    policy = properties(template, POLICY)
    return dict(policy["TargetTrackingScalingPolicyConfiguration"])


def test_shards_follow_the_cpu_of_the_primaries(stack: cdk.Stack) -> None:
    cache = scaled(stack, Autoscale(shards=Capacity(1, 500)))
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
    scaled(stack, Autoscale(shards=Capacity(1, 3, target_utilization=70, metric=MEMORY)))
    configuration = specification(synth(stack))
    assert configuration["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage"
    }
    assert configuration["TargetValue"] == 70


def test_replicas_follow_their_cpu(stack: cdk.Stack) -> None:
    scaled(stack, Autoscale(replicas=Capacity(1, 5)))
    template = synth(stack)
    target = properties(template, TARGET)
    assert target["ScalableDimension"] == "elasticache:replication-group:Replicas"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 5)
    assert specification(template)["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "ElastiCacheReplicaEngineCPUUtilization"
    }


BOTH = Autoscale(shards=Capacity(1, 2), replicas=Capacity(1, 2))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            {"topology": RedisTopology(replicas=1, autoscale=BOTH)},
            "`topology.shards` must be 1 or more for auto scaling",
        ),
        ({"node_type": "cache.t4g.micro"}, "`node_type` must be of r7g, r6g, r6gd, r5, m7g"),
        ({"node_type": "cache.m7g.4xlarge"}, "`node_type` must be large, xlarge, 2xlarge for"),
        (
            {"engine": RedisEngine.of("redis", "5.0.6")},
            "`engine.version` must be 6.0 or later for auto scaling",
        ),
        (
            {"engine": RedisEngine.REDIS_6_2, "node_type": "cache.r6gd.xlarge"},
            "`engine.version` must be 7.0.7 or later for auto scaling with data tiering",
        ),
    ],
)
def test_what_auto_scaling_requires(
    stack: cdk.Stack, arguments: dict[str, Any], expected: str
) -> None:
    assert expected in refused(lambda: scaled(stack, BOTH, **arguments))
    scaled(stack, BOTH, node_type="cache.m7g.2xlarge")
    assert len(all_of(synth(stack), TARGET)) == 2


def test_all_problems_of_a_policy_are_reported_together(stack: cdk.Stack) -> None:
    message = refused(
        lambda: scaled(
            stack,
            Autoscale(
                shards=Capacity(501, 0, target_utilization=34, metric=MEMORY),
                replicas=Capacity(1, 6, metric=MEMORY),
            ),
            node_type="cache.r6gd.xlarge",
        )
    )
    shards, replicas = "- `topology.autoscale.shards.", "- `topology.autoscale.replicas."
    assert [line.partition(", got")[0] for line in message.splitlines()[1:]] == [
        f"{shards}min` must be between 1 and 500",
        f"{shards}max` must be between 1 and 500",
        f"{shards}min` must be at most `topology.autoscale.shards.max`",
        f"{shards}target_utilization` must be between 35 and 70 percent",
        f"{shards}metric` must be a different metric on nodes with data tiering",
        f"{replicas}max` must be between 1 and 5",
        f"{replicas}metric` must be one of ElastiCacheReplicaEngineCPUUtilization",
        f"{replicas}metric` must be a different metric on nodes with data tiering",
    ]
    assert stack.node.children == []


def datastore(
    stack: cdk.Stack, cache: RedisCache, suffix: str = "orders", construct_id: str = "Datastore"
) -> GlobalDatastore:
    return GlobalDatastore(stack, construct_id, primary=cache, suffix=suffix)


def test_a_secondary_joins_a_datastore_of_the_app(stack: cdk.Stack) -> None:
    made = datastore(stack, scaled(stack, None, auth=RedisAuth.none()))
    RedisCache(
        stack,
        "Secondary",
        node_type="cache.m7g.large",
        topology=RedisTopology.sharded(2),
        auth=RedisAuth.none(),
        global_datastore=made,
    )
    template = synth(stack)
    (resource,) = [
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ElastiCache::GlobalReplicationGroup"
    ]
    joined = [
        group["Properties"].get("GlobalReplicationGroupId")
        for group in all_of(template, "AWS::ElastiCache::ReplicationGroup")
    ]
    assert joined == [None, {"Ref": resource}]
    assert stack.resolve(made.global_datastore_id)["Fn::GetAtt"][0] == resource


def test_a_scaled_cache_is_no_primary(stack: cdk.Stack) -> None:
    cache = scaled(stack, BOTH)
    assert "`primary` must be without `topology.autoscale`, got: Test/Cache" in refused(
        lambda: datastore(stack, cache)
    )


def test_a_secondary_is_not_scaled(stack: cdk.Stack) -> None:
    existing = elasticache.CfnGlobalReplicationGroup.from_global_replication_group_id(
        stack, "Datastore", "ldgnf-a"
    )
    assert "auto scaling must not be in a global datastore" in refused(
        lambda: scaled(stack, BOTH, auth=RedisAuth.none(), global_datastore=existing)
    )


def test_a_durable_cache_is_no_primary(stack: cdk.Stack) -> None:
    cache = scaled(stack, None, engine=RedisEngine.VALKEY_9_0, durability=Durability.ASYNC)
    assert "`primary` must be without `durability`, got: Test/Cache" in refused(
        lambda: datastore(stack, cache)
    )


def test_a_cache_that_cannot_be_a_primary(stack: cdk.Stack) -> None:
    small = RedisCache(
        stack, "Small", engine=RedisEngine.of("redis", "5.0.5"), node_type="cache.t3.micro"
    )
    message = refused(lambda: datastore(stack, small, "a_b"))
    assert [line.partition(", got")[0] for line in message.splitlines()[1:]] == [
        "- `engine.version` must be 5.0.6 or later for a global datastore",
        "- `node_type` must be of m5, r5 or later for a global datastore",
        "- `suffix` must have letters, digits and hyphens only",
    ]
    cache = scaled(stack, None)
    datastore(stack, cache)
    assert "`primary` must not be in another global datastore, got: Test/Cache" in refused(
        lambda: datastore(stack, cache, construct_id="Again")
    )
    existing = elasticache.CfnGlobalReplicationGroup.from_global_replication_group_id(
        stack, "Existing", "ldgnf-a"
    )
    joined = RedisCache(
        stack,
        "Joined",
        node_type="cache.m7g.large",
        auth=RedisAuth.none(),
        global_datastore=existing,
    )
    assert "`primary` must not be in another global datastore, got: Test/Joined" in refused(
        lambda: datastore(stack, joined, construct_id="Other")
    )
