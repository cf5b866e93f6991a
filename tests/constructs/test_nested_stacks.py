"""Constructs in nested stacks, the way out of a stack that is too large, and how large they are."""

import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from benchmarks.synthesis.templates import differences
from serverless_stack.constructs import (
    Auth,
    Cdn,
    ContentDeployment,
    LambdaHandler,
    MemcachedCache,
    ProxyApi,
    RedisCache,
    ServerlessCache,
    StorageBucket,
    WebApp,
)
from serverless_stack.testing import assert_deployable
from tests.constructs.templates import Json, new_app, synth


def web_app(stack: cdk.Stack, code: Path, site: Path) -> WebApp:
    return WebApp(stack, "Shop", function=str(code), site=str(site), redis=True, memcached=True)


def test_a_web_app_in_a_nested_stack_has_the_same_resources(code: Path, site: Path) -> None:
    stack = cdk.Stack(new_app(), "Stack")
    web_app(stack, code, site)
    parent = cdk.Stack(new_app(), "Parent")
    nested = cdk.NestedStack(parent, "Nested")
    web_app(nested, code, site)
    text = json.dumps(synth(nested))
    for name in ("Parent/Nested", "Parent-Nested", cdk.Names.unique_id(nested)):
        text = text.replace(name, "Stack")
    assert differences(synth(stack), json.loads(text)) == []
    assert_deployable(nested)
    assert_deployable(parent)


Place = Callable[[cdk.Stack, cdk.Stack, Path, Path], None]


def vpc_of(stack: cdk.Stack) -> ec2.Vpc:
    return ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)


def api(outer: cdk.Stack, inner: cdk.Stack, code: Path, site: Path) -> None:
    function = LambdaHandler(outer, "Function", code=code)
    ProxyApi(inner, "Api", handler=function, auth=Auth.public(reason="a test"))


def caches(outer: cdk.Stack, inner: cdk.Stack, code: Path, site: Path) -> None:
    vpc = vpc_of(outer.nested_stack_parent or outer)
    function = LambdaHandler(outer, "Function", code=code, vpc=vpc)
    RedisCache(inner, "Redis", vpc=vpc).connect(function)
    MemcachedCache(inner, "Memcached", vpc=vpc).connect(function)
    ServerlessCache(inner, "Serverless", vpc=vpc).connect(function, env_prefix="SERVERLESS")


def bucket(outer: cdk.Stack, inner: cdk.Stack, code: Path, site: Path) -> None:
    LambdaHandler(outer, "Function", code=code).connect(StorageBucket(inner, "Bucket"))


def cdn(outer: cdk.Stack, inner: cdk.Stack, code: Path, site: Path) -> None:
    pages = StorageBucket(outer, "Bucket")
    distribution = Cdn(inner, "Cdn", bucket=pages)
    ContentDeployment(inner, "Content", source=site, bucket=pages, distributions=[distribution])


@pytest.mark.parametrize("place", [api, caches, bucket, cdn])
@pytest.mark.parametrize("reverse", [False, True], ids=["inner", "outer"])
def test_parts_in_different_stacks_are_connected(
    place: Place, reverse: bool, code: Path, site: Path
) -> None:
    parent = cdk.Stack(new_app(), "Parent")
    nested = cdk.NestedStack(parent, "Nested")
    outer, inner = (nested, parent) if reverse else (parent, nested)
    place(outer, inner, code, site)
    templates: list[Json] = [synth(parent), synth(nested)]
    (own,) = [
        each
        for each in templates[0]["Resources"].values()
        if each["Type"] == "AWS::CloudFormation::Stack"
    ]
    # What is in one stack refers to what is in the other one.
    assert own["Properties"].get("Parameters") or templates[1].get("Outputs")
    assert_deployable(parent)
    assert_deployable(nested)


def test_the_guide_says_how_many_resources_there_are(code: Path) -> None:
    def count(functions: int, routes: int) -> int:
        stack = cdk.Stack(new_app(), "Stack")
        auth = Auth.public(reason="a test")
        for number in range(functions):
            function = LambdaHandler(stack, f"Function{number}", code=code)
            paths = {f"GET /path{path}": function for path in range(routes)}
            ProxyApi(stack, f"Api{number}", handler=function, auth=auth, routes=paths)
        return len(synth(stack)["Resources"])

    assert count(2, 0) - count(1, 0) == 12
    assert count(1, 2) - count(1, 1) == 2
    guide = Path(__file__).parents[2] / "docs" / "guides" / "large-applications.md"
    text = " ".join(guide.read_text("utf-8").split())
    assert "A function with an API has 12 resources, and a route of an API has 2." in text
