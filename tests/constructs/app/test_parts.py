from collections.abc import Callable
from itertools import product
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from serverless_stack.constructs import (
    Cdn,
    LambdaHandler,
    MemcachedCache,
    ProxyApi,
    RedisCache,
    ServerlessStack,
    StorageBucket,
)
from tests.constructs.templates import (
    Json,
    all_of,
    refused,
    require_no_cycle,
    synth,
)

PARTS = {
    "handler": LambdaHandler,
    "api": ProxyApi,
    "bucket": StorageBucket,
    "cdn": Cdn,
    "redis": RedisCache,
    "memcached": MemcachedCache,
    "vpc": ec2.Vpc,
}


# What is left out, and what is then missing besides.
LEFT_OUT: dict[str, tuple[Json, set[str]]] = {
    "handler": ({"handler": None}, {"handler", "api"}),
    "api": ({"api": False}, {"api"}),
    "bucket": ({"bucket": False}, {"bucket"}),
    "cdn": ({"cdn": False}, {"cdn"}),
    "redis": ({"redis": False}, {"redis"}),
    "memcached": ({"memcached": False}, {"memcached"}),
    "both caches": ({"redis": False, "memcached": False}, {"redis", "memcached", "vpc"}),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_part_can_be_left_out(app: cdk.App, code: Path, name: str) -> None:
    arguments, missing = LEFT_OUT[name]
    shop = ServerlessStack(app, "Shop", **{"handler": code, **arguments})
    assert {part for part in PARTS if not hasattr(shop, part)} == missing
    for part in missing:
        with pytest.raises(AttributeError, match=f"^`{part}` was left out of Shop$"):
            getattr(shop, part)
    require_no_cycle(synth(shop))


def test_all_parts_but_one_can_be_left_out(app: cdk.App, code: Path) -> None:
    none: dict[str, bool] = dict.fromkeys(("api", "bucket", "cdn", "redis", "memcached"), False)
    ServerlessStack(app, "Nothing", **none)  # type: ignore[arg-type]
    for part in none:
        if part != "cdn":
            shop = ServerlessStack(app, f"Only-{part}", handler=code, **{**none, part: True})  # type: ignore[arg-type]
            assert hasattr(shop, part)


@pytest.mark.parametrize(
    ("with_handler", "with_bucket", "with_cache"), list(product([True, False], repeat=3))
)
def test_every_combination_synthesises_without_a_cycle(
    app: cdk.App, code: Path, with_handler: bool, with_bucket: bool, with_cache: bool
) -> None:
    shop = ServerlessStack(
        app,
        "Shop",
        handler=code if with_handler else None,
        bucket=with_bucket,
        redis=with_cache,
        memcached=with_cache,
        cdn=with_handler or with_bucket,
    )
    require_no_cycle(synth(shop))


Give = Callable[[cdk.Stack, Path], Json]


GIVEN: dict[str, Give] = {
    "handler": lambda stack, code: {
        "redis": (redis := RedisCache(stack, "Redis")),
        "memcached": MemcachedCache(stack, "Memcached", vpc=redis.vpc),
        "bucket": StorageBucket(stack, "Bucket"),
        "handler": LambdaHandler(stack, "Own", code=code, vpc=redis.vpc),
    },
    "bucket": lambda stack, code: {"handler": code, "bucket": StorageBucket(stack, "Own")},
    "redis": lambda stack, code: {"handler": code, "redis": RedisCache(stack, "Own")},
    "memcached": lambda stack, code: {"handler": code, "memcached": MemcachedCache(stack, "Own")},
    "api": lambda stack, code: {
        "handler": code,
        "api": ProxyApi(stack, "Own", handler=LambdaHandler(stack, "Code", code=code)),
    },
    "cdn": lambda stack, code: {
        "handler": code,
        "cdn": Cdn(stack, "Own", bucket=StorageBucket(stack, "Pages")),
    },
    "vpc": lambda stack, code: {"handler": code, "vpc": ec2.Vpc(stack, "Own")},
}


@pytest.mark.parametrize("part", GIVEN)
def test_a_part_of_another_stack_can_be_given(app: cdk.App, code: Path, part: str) -> None:
    base = cdk.Stack(app, "Base")
    arguments = GIVEN[part](base, code)
    shop = ServerlessStack(app, "Shop", **arguments)
    assert getattr(shop, part) is arguments[part]
    app.synth()


def test_the_vpc_of_a_given_cache_is_taken(app: cdk.App, code: Path) -> None:
    redis = RedisCache(cdk.Stack(app, "Base"), "Cache")
    shop = ServerlessStack(app, "Shop", handler=code, redis=redis)
    assert shop.vpc is redis.vpc
    assert shop.memcached.vpc is redis.vpc
    assert all_of(synth(shop), "AWS::EC2::VPC") == []


def test_an_api_that_is_given_is_served_without_a_handler(app: cdk.App, code: Path) -> None:
    base = cdk.Stack(app, "Base")
    api = ProxyApi(base, "Api", handler=LambdaHandler(base, "Handler", code=code))
    shop = ServerlessStack(app, "Shop", api=api, bucket=False, redis=False, memcached=False)
    assert shop.api is api
    assert hasattr(shop, "cdn")


def test_environment_for_a_handler_that_is_given_is_refused(
    app: cdk.App, stack: cdk.Stack, code: Path
) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    assert "`environment` must be None for a `handler` that is given" in refused(
        lambda: ServerlessStack(app, "Shop", handler=handler, environment={"AB": "c"})
    )


def test_a_site_for_a_cdn_that_is_given_is_refused(
    app: cdk.App, stack: cdk.Stack, site: Path
) -> None:
    cdn = Cdn(stack, "Cdn", bucket=StorageBucket(stack, "Pages"))
    assert "`site` must go with a bucket and a `cdn` that this stack makes" in refused(
        lambda: ServerlessStack(app, "Shop", site=site, cdn=cdn)
    )


def test_a_handler_outside_the_vpc_of_the_caches_is_refused(
    app: cdk.App, stack: cdk.Stack, code: Path
) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    assert "`function` must be in the VPC of Shop/Redis" in refused(
        lambda: ServerlessStack(app, "Shop", handler=handler, api=False)
    )


@pytest.mark.parametrize("api", [True, False])
def test_stores_that_a_handler_of_another_stack_would_need_are_refused_beside_an_api(
    app: cdk.App, stack: cdk.Stack, code: Path, api: bool
) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    own = api or ProxyApi(stack, "Api", handler=handler)
    message = refused(
        lambda: ServerlessStack(app, "Shop", handler=handler, api=own, memcached=False)
    )
    assert message == (
        "`bucket`, `redis` and `memcached` must be given or False for a `handler` that is given "
        "and has an API, got: True for bucket, redis (in Shop)"
    )


def test_a_handler_of_another_stack_without_an_api_may_use_stores_of_this_one(
    app: cdk.App, stack: cdk.Stack, code: Path
) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    ServerlessStack(app, "Shop", handler=handler, api=False, redis=False, memcached=False)
    assert "Shop" in [d.id for d in app.synth().get_stack_by_name("Test").dependencies]
