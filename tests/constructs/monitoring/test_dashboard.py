"""One page for all constructs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from serverless_stack.constructs import (
    Cdn,
    Dashboard,
    LambdaHandler,
    MemcachedCache,
    Profile,
    ProxyApi,
    RedisCache,
    RedisTopology,
    ServerlessCache,
    ServerlessEngine,
    StorageBucket,
)
from tests.constructs.templates import new_app, properties, refused, synth

Widget = dict[str, Any]


@pytest.fixture(scope="module")
def widgets(code: Path) -> list[Widget]:
    """Return the widgets of a dashboard with every kind of part."""
    stack = cdk.Stack(new_app(), "Test")
    Profile.dev().apply(stack)
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
    handler = LambdaHandler(stack, "Handler", code=code)
    api = ProxyApi(stack, "Api", handler=handler)
    bucket = StorageBucket(stack, "Bucket")
    Dashboard(
        stack,
        "Dashboard",
        api,
        handler,
        Cdn(stack, "Cdn", bucket=bucket, api=api),
        bucket,
        RedisCache(stack, "Redis", vpc=vpc, topology=RedisTopology.replicated(1)),
        MemcachedCache(stack, "Memcached", vpc=vpc),
        ServerlessCache(stack, "Serverless", engine=ServerlessEngine.VALKEY_8, vpc=vpc),
        dashboard_name="shop",
    )
    dashboard = properties(synth(stack), "AWS::CloudWatch::Dashboard")
    assert dashboard["DashboardName"] == "shop"
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    body = "".join(part if isinstance(part, str) else "x" for part in parts)
    found: list[Widget] = json.loads(body)["widgets"]
    return found


def titles(widgets: list[Widget], path: str) -> list[str]:
    return [
        widget["properties"]["title"].partition(" of ")[0]
        for widget in widgets
        if widget["properties"]["title"].endswith(f" of {path}")
    ]


def test_each_part_has_its_graphs(widgets: list[Widget]) -> None:
    assert titles(widgets, "Test/Api") == ["Requests and errors", "Latency in ms"]
    assert titles(widgets, "Test/Handler") == ["Calls and errors", "Duration in ms", "Concurrency"]
    assert titles(widgets, "Test/Cdn") == ["Requests", "Errors in %", "Bytes to viewers"]
    assert titles(widgets, "Test/Bucket") == ["Bytes", "Objects"]
    caches = " ".join(widget["properties"]["title"] for widget in widgets)
    assert all(f"Test/{name}" in caches for name in ("Redis/", "Memcached/", "Serverless/"))


def test_parts_follow_each_other_in_their_order(widgets: list[Widget]) -> None:
    rows = [(widget["y"], widget["x"]) for widget in widgets]
    assert rows == sorted(rows)
    assert {widget["width"] for widget in widgets} == {8, 12}


def test_metrics_of_a_distribution_are_in_their_region(widgets: list[Widget]) -> None:
    regions = {
        widget["properties"]["region"]
        for widget in widgets
        if widget["properties"]["title"].endswith("Test/Cdn")
    }
    assert regions == {"us-east-1"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda stack, api: Dashboard(stack, "D"), "at least one construct, got: none"),
        (lambda stack, api: Dashboard(stack, "D", api, api), "got: Test/Api more than once"),
        (
            lambda stack, api: Dashboard(stack, "D", api, dashboard_name="a b"),
            "`dashboard_name` must have letters, digits, hyphens and underscores only",
        ),
        (lambda stack, api: Dashboard(stack, "D", stack), "must be a ProxyApi"),
    ],
)
def test_refused(
    stack: cdk.Stack, code: Path, make: Callable[[cdk.Stack, ProxyApi], object], message: str
) -> None:
    Profile.dev().apply(stack)
    api = ProxyApi(stack, "Api", handler=LambdaHandler(stack, "Handler", code=code))
    assert message in refused(lambda: make(stack, api))


def test_a_dashboard_has_no_more_than_cloudwatch_takes(
    stack: cdk.Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serverless_stack.constructs.monitoring.dashboard.MAX_WIDGETS", 3)
    Profile.dev().apply(stack)
    buckets = [StorageBucket(stack, f"Bucket{number}") for number in range(2)]
    message = refused(lambda: Dashboard(stack, "D", *buckets))
    assert "`parts` must need 3 widgets and 2,500 metrics at most, got: 4 and 4" in message
