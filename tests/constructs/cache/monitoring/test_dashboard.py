import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticache as elasticache

from serverless_stack.constructs import (
    CacheDashboard,
    MemcachedCache,
    RedisCache,
    RedisTopology,
    ServerlessCache,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import Json, new_app, properties, refused, synth

DASHBOARD = "AWS::CloudWatch::Dashboard"


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    CacheDashboard(stack, "Dashboard", cache=MemcachedCache(stack, "Cache"))
    return synth(stack)


def graphs(template: Json) -> dict[str, Json]:
    """The properties of the graphs, by metric; references are written `REF`."""
    body = properties(template, DASHBOARD)["DashboardBody"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "REF" for part in body)
    found = [widget["properties"] for widget in json.loads(text)["widgets"]]
    return {graph["title"].split(" of ")[0]: graph for graph in found}


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_a_line_for_each_node_of_memcached(minimal: Json) -> None:
    found = graphs(minimal)
    assert sorted(found) == [
        "CPUUtilization",
        "CurrConnections",
        "Evictions",
        "FreeableMemory",
        "GetHits",
        "GetMisses",
    ]
    lines = found["Evictions"]["metrics"]
    assert [line[:6] for line in lines] == [
        ["AWS/ElastiCache", "Evictions", "CacheClusterId", "REF", "CacheNodeId", "0001"],
        ["AWS/ElastiCache", "Evictions", "CacheClusterId", "REF", "CacheNodeId", "0002"],
    ]
    assert lines[0][6] == {"label": "0001", "period": 60, "stat": "Sum"}


def test_replication_is_shown_where_there_is_some(stack: cdk.Stack) -> None:
    CacheDashboard(
        stack, "Dashboard", cache=RedisCache(stack, "Cache", topology=RedisTopology.replicated(2))
    )
    found = graphs(synth(stack))
    assert [line[3] for line in found["ReplicationLag"]["metrics"]] == [
        "REF-001",
        "REF-002",
        "REF-003",
    ]
    assert "EngineCPUUtilization" in found
    alone = CacheDashboard(
        stack, "Alone", cache=RedisCache(stack, "Other", topology=RedisTopology.single())
    )
    assert "ReplicationLag" not in alone.widgets


def test_limits_of_a_serverless_cache_are_drawn(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache", max_storage_gb=5, max_ecpu_per_second=1_000)
    CacheDashboard(stack, "Dashboard", cache=cache, dashboard_name="Shop_cache-1")
    template = synth(stack)
    found = graphs(template)
    assert properties(template, DASHBOARD)["DashboardName"] == "Shop_cache-1"
    limits = {
        name: graph["annotations"]["horizontal"][0]["value"]
        for name, graph in found.items()
        if "annotations" in graph
    }
    assert limits == {"BytesUsedForCache": 5 * 10**9, "ElastiCacheProcessingUnits": 60_000}
    (line,) = found["ThrottledCmds"]["metrics"]
    assert line[:4] == ["AWS/ElastiCache", "ThrottledCmds", "clusterId", "REF"]


def test_graphs_are_added_to_an_existing_dashboard(stack: cdk.Stack) -> None:
    given = cloudwatch.Dashboard(stack, "Mine")
    first = CacheDashboard(
        stack, "One", cache=MemcachedCache(stack, "Cache", num_cache_nodes=1), dashboard=given
    )
    CacheDashboard(stack, "Two", cache=RedisCache(stack, "Redis"), dashboard=given)
    assert first.dashboard is given
    assert {"GetHits", "CacheHits"} <= set(graphs(synth(stack)))


def test_all_problems_are_reported_together(stack: cdk.Stack) -> None:
    def sharded(construct_id: str, shards: int) -> elasticache.CfnReplicationGroup:
        return elasticache.CfnReplicationGroup(
            stack,
            construct_id,
            replication_group_description="of somebody else",
            num_node_groups=shards,
            replicas_per_node_group=0,
        )

    given = cloudwatch.Dashboard(stack, "Mine")
    message = refused(
        lambda: CacheDashboard(
            stack, "Bad", cache=sharded("Huge", 358), dashboard=given, dashboard_name="a b"
        )
    )
    assert message.splitlines() == [
        "3 problems in Test/Bad:",
        "- `cache` must have 2500 metrics at most on a dashboard, got: 7 of each of 358 nodes",
        "- `dashboard_name` must be left out with a `dashboard`, got: 'a b'",
        "- `dashboard_name` must have letters, digits, hyphens and underscores only, 255 at "
        "most, got: 'a b'",
    ]
    good = CacheDashboard(stack, "Good", cache=sharded("Large", 357), dashboard_name="a" * 255)
    assert len(good.widgets) == 7
