"""Constructs that an application is given: their stacks, regions, VPCs, prefixes and names."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from serverless_stack.constructs import (
    Auth,
    LambdaHandler,
    MemcachedCache,
    Profile,
    RedisCache,
    ServerlessCache,
    ServerlessStack,
    StorageBucket,
    WebApp,
)
from serverless_stack.constructs.app.options import ApiOptions
from tests.constructs.templates import SHARED, new_app, refused, synth

AUDITED: ApiOptions = {"auth": Auth.public(reason="tested")}

IRELAND = cdk.Environment(account="1" * 12, region="eu-west-1")
VIRGINIA = cdk.Environment(account="1" * 12, region="us-east-1")


def test_caches_in_two_vpcs_are_refused(stack: cdk.Stack, code: Path) -> None:
    redis, memcached = RedisCache(stack, "Redis"), MemcachedCache(stack, "Memcached")
    message = refused(
        lambda: WebApp(stack, "Shop", function=code, redis=redis, memcached=memcached)
    )
    assert message == (
        "`redis` and `memcached` must be in one VPC, because a function is in one only, got: redis "
        "in Test/Redis/Vpc/Resource, memcached in Test/Memcached/Vpc/Resource; create the caches "
        "with the same `vpc=` (in Test/Shop)"
    )


def test_a_cache_in_another_vpc_than_the_one_that_is_given_is_refused(
    stack: cdk.Stack, code: Path
) -> None:
    vpc, redis = ec2.Vpc(stack, "Vpc", max_azs=2), RedisCache(stack, "Redis")
    message = refused(lambda: WebApp(stack, "Shop", function=code, vpc=vpc, redis=redis))
    assert message.startswith("`vpc` and `redis` must be in one VPC")
    memcached = MemcachedCache(stack, "Memcached", vpc=redis.vpc)
    WebApp(stack, "Shop", function=code, vpc=redis.vpc, redis=redis, memcached=memcached)


@pytest.mark.parametrize("part", ["function", "vpc", "redis", "memcached"])
@pytest.mark.parametrize("kind", [WebApp, ServerlessStack])
def test_parts_of_another_region_are_refused(code: Path, part: str, kind: type) -> None:
    app = new_app()
    there = cdk.Stack(app, "There", env=VIRGINIA)
    makers: dict[str, Callable[[], Construct]] = {
        "function": lambda: LambdaHandler(there, "Part", code=code),
        "vpc": lambda: ec2.Vpc(there, "Part", max_azs=2),
        "redis": lambda: RedisCache(there, "Part"),
        "memcached": lambda: MemcachedCache(there, "Part"),
    }
    options: dict[str, object] = {"function": code, part: makers[part]()}

    def make() -> None:
        if kind is WebApp:
            WebApp(cdk.Stack(app, "Here", env=IRELAND), "Shop", **options)  # type: ignore[arg-type]
        else:
            ServerlessStack(app, "Here", env=IRELAND, **options)  # type: ignore[arg-type]

    expected = f"`{part}` must be in the region of the application, eu-west-1, got: There/Part in"
    assert expected in refused(make)


def test_an_unknown_region_is_not_judged(app: cdk.App, code: Path) -> None:
    redis = RedisCache(cdk.Stack(app, "There", env=VIRGINIA), "Redis")
    ServerlessStack(app, "Here", function=code, redis=redis)


@pytest.mark.parametrize("store", ["bucket", "redis", "connect"])
def test_stores_of_this_stack_for_a_function_of_another_are_refused(
    app: cdk.App, code: Path, store: str
) -> None:
    base, stack = cdk.Stack(app, "Base"), cdk.Stack(app, "App")
    vpc = ec2.Vpc(base, "Vpc", max_azs=2)
    function = LambdaHandler(base, "Function", code=code, vpc=vpc)
    options: dict[str, object] = {"bucket": None}
    if store == "redis":
        options["redis"] = RedisCache(stack, "Store", vpc=vpc)
    else:
        bucket = StorageBucket(stack, "Store")
        options[store] = {"STORE": bucket} if store == "connect" else bucket
    shown = "connect[0]" if store == "connect" else store
    message = refused(
        lambda: WebApp(stack, "Shop", function=function, **options)  # type: ignore[arg-type]
    )
    assert message.startswith(
        "`bucket`, `redis`, `memcached` and `connect` must be constructs of the function's stack "
    )
    assert f"got: {shown} in the stack of the application" in message


def test_stores_of_the_functions_stack_are_accepted(app: cdk.App, code: Path) -> None:
    base, stack = cdk.Stack(app, "Base"), cdk.Stack(app, "App")
    function = LambdaHandler(base, "Function", code=code)
    archive = StorageBucket(base, "Archive")
    WebApp(stack, "Shop", function=function, bucket=None, connect={"ARCHIVE": archive})
    app.synth()


class Plain:
    """A store whose variables have no prefix."""

    def connect(self, function: LambdaHandler) -> None:
        """Do nothing."""


def a_bucket(stack: cdk.Stack) -> StorageBucket:
    return StorageBucket(stack, "Store")


@pytest.mark.parametrize(
    ("connect", "expected"),
    [
        (
            lambda stack: [a_bucket(stack)],
            "`connect` must be a mapping of prefixes to stores, such as {'SECOND': …}, where two "
            "would set the same environment variables, got a list with Test/Store, which sets "
            "BUCKET_…",
        ),
        (
            lambda stack: {"bad-1": a_bucket(stack)},
            "`connect` names must begin with a letter and have two or more letters, digits and "
            "underscores, got: 'bad-1'",
        ),
        (
            lambda stack: {"BUCKET": a_bucket(stack)},
            "`connect` must have other prefixes than the application's own stores, got: 'BUCKET'",
        ),
        (
            lambda stack: {"PLAIN": Plain()},
            "`connect['PLAIN']` must have a method `connect(function, env_prefix=…)`, got: a "
            "Plain; pass it in a list",
        ),
    ],
    ids=["list", "name", "own", "without prefix"],
)
def test_stores_that_cannot_be_connected_are_refused(
    stack: cdk.Stack, code: Path, connect: Callable[[cdk.Stack], object], expected: str
) -> None:
    stores = connect(stack)
    message = refused(
        lambda: WebApp(stack, "Shop", function=code, connect=stores)  # type: ignore[arg-type]
    )
    assert message == f"{expected} (in Test/Shop)"


def test_a_cache_with_a_user_group_is_refused(stack: cdk.Stack, code: Path) -> None:
    group = elasticache.CfnUserGroup(
        stack, "Group", engine="valkey", user_group_id="group", user_ids=[]
    )
    cache = ServerlessCache(stack, "Cache", user_group=group)
    message = refused(lambda: WebApp(stack, "Shop", function=code, redis=cache))
    assert message.startswith("`redis` must be a cache without `user_group`, got: Test/Cache")


def test_two_sites_in_one_bucket_are_refused(stack: cdk.Stack, site: Path) -> None:
    bucket = StorageBucket(stack, "Bucket")
    WebApp(stack, "First", site=site, bucket=bucket)
    message = refused(lambda: WebApp(stack, "Second", site=site, bucket=bucket))
    assert message.startswith("`bucket` must be one without the site of another application")


@pytest.mark.parametrize("taken", ["Vpc", "ApiUrl", "Function", "Api"])
def test_the_name_of_a_part_is_refused_for_a_function(
    stack: cdk.Stack, code: Path, taken: str
) -> None:
    shop = WebApp(stack, "Shop", function=code, redis=True)
    message = refused(lambda: shop.add_function(taken, code=code))
    assert f"got: {taken!r}; {taken} exists" in message


def test_the_name_of_an_alarm_is_refused_for_a_function(stack: cdk.Stack, code: Path) -> None:
    shop = WebApp(stack, "Shop", function=code, api=AUDITED, profile=Profile.regulated())
    assert "'Api'; Api exists" in refused(lambda: shop.add_function("Api", code=code))
    assert "ApiErrors exists" in refused(lambda: shop.add_function("Api", code=code))


def test_options_of_an_api_without_a_function_are_refused(stack: cdk.Stack) -> None:
    message = refused(lambda: WebApp(stack, "Shop", api={"stages": "live"}))
    assert message == (
        "`api` must go with a `function` or have `routes`, got: options without either "
        "(in Test/Shop)"
    )


def test_an_application_outside_of_a_stack_is_refused(app: cdk.App, code: Path) -> None:
    for scope in (app, Construct(app, "Folder")):
        message = refused(lambda scope=scope: WebApp(scope, "Shop", function=code))  # type: ignore[misc]
        assert message.startswith("`scope` must be a stack or a construct in a stack, got: ")


@pytest.mark.parametrize("name", ["bad_name", "1st", "", "a" * 129, cdk.Aws.ACCOUNT_ID])
def test_a_stack_name_that_cloudformation_refuses_is_refused(app: cdk.App, name: str) -> None:
    message = refused(lambda: ServerlessStack(app, "Shop", stack_name=name))
    assert message.startswith("`stack_name` must be known at synthesis: a letter, then letters")


def test_each_profile_of_a_stack_has_shared_resources_of_its_own(
    stack: cdk.Stack, code: Path
) -> None:
    WebApp(stack, "Trial", function=code, profile=Profile.dev())
    WebApp(stack, "Shop", function=code)
    WebApp(stack, "Bank", function=code, api=AUDITED, profile=Profile.regulated())
    WebApp(stack, "Trash", function=code, removal_policy=cdk.RemovalPolicy.DESTROY)
    resources = synth(stack)["Resources"]
    policies = {
        name.removeprefix(SHARED).partition("AccessLogs")[0]: resource["DeletionPolicy"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::S3::Bucket" and "AccessLogs" in name
    }
    assert policies == {"": "Retain", "RegulatedRetain": "Retain", "ProductionDestroy": "Delete"}
    keys = [name for name, item in resources.items() if item["Type"] == "AWS::KMS::Key"]
    assert len(keys) == 1
