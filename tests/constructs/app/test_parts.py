"""Parts that are left out, given, or configured in place, and which of them go together."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import (
    Auth,
    Cdn,
    Countries,
    FunctionUrl,
    LambdaHandler,
    MemcachedCache,
    ProxyApi,
    RedisAuth,
    RedisCache,
    ServerlessCache,
    ServerlessEngine,
    ServerlessStack,
    StorageBucket,
    Warmth,
    WebApp,
)
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs.app.options import ApiOptions, FunctionOptions
from tests.constructs.templates import (
    Json,
    all_of,
    properties,
    refused,
    require_no_cycle,
    synth,
    warnings,
)

PARTS = ("function", "api", "bucket", "cdn", "redis", "memcached", "vpc")
CACHES: Json = {"redis": True, "memcached": True}

# Arguments that leave a part out, and the attributes that are then missing.
LEFT_OUT: dict[str, tuple[Json, set[str]]] = {
    "function": ({"function": None}, {"function", "api"}),
    "api": ({"api": None}, {"api"}),
    "bucket": ({"bucket": False}, {"bucket"}),
    "cdn": ({"cdn": None}, {"cdn"}),
    "redis": ({"redis": None}, {"redis"}),
    "memcached": ({"memcached": False}, {"memcached"}),
    "both caches": ({"redis": False, "memcached": None}, {"redis", "memcached", "vpc"}),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_part_can_be_left_out(app: cdk.App, code: Path, name: str) -> None:
    arguments, missing = LEFT_OUT[name]
    shop = ServerlessStack(app, "Shop", **{"function": code, **CACHES, **arguments})
    assert {part for part in PARTS if not hasattr(shop, part)} == missing
    for part in missing:
        with pytest.raises(AttributeError, match=f"^`{part}` was left out of Shop$"):
            getattr(shop, part)
    require_no_cycle(synth(shop))


def test_caches_are_created_on_request_only(app: cdk.App, code: Path, site: Path) -> None:
    shop = ServerlessStack(app, "Shop", function=code, site=site)
    assert {part for part in PARTS if not hasattr(shop, part)} == {"redis", "memcached", "vpc"}
    billed_by_the_hour = {"AWS::EC2::VPCEndpoint", "AWS::EC2::NatGateway"}
    types = {resource["Type"] for resource in synth(shop)["Resources"].values()}
    assert not [t for t in types if t.startswith("AWS::ElastiCache") or t in billed_by_the_hour]


def test_all_parts_but_one_can_be_left_out(app: cdk.App, code: Path) -> None:
    none: Json = dict.fromkeys(("api", "bucket", "cdn", "redis", "memcached"))
    ServerlessStack(app, "Nothing", **none)
    for part in none:
        if part != "cdn":
            shop = ServerlessStack(app, f"Only-{part}", function=code, **{**none, part: True})
            assert hasattr(shop, part)


@pytest.mark.parametrize(
    ("with_function", "with_bucket", "with_cache"), list(product([True, False], repeat=3))
)
def test_every_combination_synthesizes_without_a_cycle(
    app: cdk.App, code: Path, with_function: bool, with_bucket: bool, with_cache: bool
) -> None:
    shop = ServerlessStack(
        app,
        "Shop",
        function=code if with_function else None,
        bucket=with_bucket,
        redis=with_cache,
        memcached=with_cache,
        cdn=with_function or with_bucket,
    )
    require_no_cycle(synth(shop))


Give = Callable[[cdk.Stack, Path], Json]

GIVEN: dict[str, Give] = {
    "function": lambda stack, code: {
        "redis": (redis := RedisCache(stack, "Redis")),
        "memcached": MemcachedCache(stack, "Memcached", vpc=redis.vpc),
        "bucket": StorageBucket(stack, "Bucket"),
        "function": LambdaHandler(stack, "Own", code=code, vpc=redis.vpc),
    },
    "bucket": lambda stack, code: {"function": code, "bucket": StorageBucket(stack, "Own")},
    "redis": lambda stack, code: {"function": code, "redis": RedisCache(stack, "Own")},
    "memcached": lambda stack, code: {"function": code, "memcached": MemcachedCache(stack, "Own")},
    "api": lambda stack, code: {
        "function": code,
        "api": ProxyApi(stack, "Own", handler=LambdaHandler(stack, "Code", code=code)),
    },
    "cdn": lambda stack, code: {
        "function": code,
        "cdn": Cdn(stack, "Own", bucket=StorageBucket(stack, "Pages")),
    },
    "vpc": lambda stack, code: {"function": code, "vpc": ec2.Vpc(stack, "Own")},
}


@pytest.mark.parametrize("part", GIVEN)
def test_a_part_of_another_stack_is_used_as_it_is(app: cdk.App, code: Path, part: str) -> None:
    base = cdk.Stack(app, "Base")
    arguments = GIVEN[part](base, code)
    shop = ServerlessStack(app, "Shop", **arguments)
    assert getattr(shop, part) is arguments[part]
    app.synth()


@pytest.mark.parametrize(
    ("part", "place"), [*((part, "app") for part in GIVEN), ("bucket", "stage")]
)
def test_a_part_of_another_app_or_stage_is_refused(
    app: cdk.App, stack: cdk.Stack, code: Path, part: str, place: str
) -> None:
    elsewhere = cdk.App() if place == "app" else cdk.Stage(app, "Stage")
    arguments = GIVEN[part](cdk.Stack(elsewhere, "Base"), code)
    message = refused(lambda: WebApp(stack, "Shop", **arguments))
    assert f"`{part}` must be in the app and stage of the application, got:" in message


@pytest.mark.parametrize("part", GIVEN)
def test_a_part_of_the_same_stack_is_used_as_it_is(stack: cdk.Stack, code: Path, part: str) -> None:
    arguments = GIVEN[part](stack, code)
    shop = WebApp(stack, "Shop", **arguments)
    assert getattr(shop, part) is arguments[part]
    require_no_cycle(synth(stack))


def test_a_function_of_the_same_stack_takes_an_api_and_stores(stack: cdk.Stack, code: Path) -> None:
    vpc = ec2.Vpc(stack, "Vpc", nat_gateways=1)
    function = LambdaHandler(stack, "Function", code=code, vpc=vpc)
    shop = WebApp(stack, "Shop", function=function, vpc=vpc, redis=True)
    assert shop.api.rest_api.node.path == "Test/Shop/Api/RestApi"
    require_no_cycle(synth(stack))


def test_the_vpc_of_a_given_cache_is_used(app: cdk.App, code: Path) -> None:
    redis = RedisCache(cdk.Stack(app, "Base"), "Cache")
    shop = ServerlessStack(app, "Shop", function=code, redis=redis, memcached=True)
    assert shop.vpc is redis.vpc
    assert shop.memcached.vpc is redis.vpc
    assert all_of(synth(shop), "AWS::EC2::VPC") == []


def test_a_secret_is_reachable_in_the_vpc_of_a_given_cache(stack: cdk.Stack, code: Path) -> None:
    """The VPC of a Memcached cache has no endpoint, because Memcached has no secret."""
    memcached = MemcachedCache(stack, "Memcached")
    auth = Auth.public(reason="tested")
    WebApp(stack, "Shop", function=code, api={"auth": auth}, memcached=memcached, redis=True)
    endpoints = all_of(synth(stack), "AWS::EC2::VPCEndpoint")
    services = {str(endpoint["Properties"]["ServiceName"]) for endpoint in endpoints}
    assert [service for service in services if "secretsmanager" in service] != []
    assert warnings(stack) == []


def test_a_vpc_gets_no_endpoint_for_caches_without_a_secret(app: cdk.App, code: Path) -> None:
    shop = ServerlessStack(
        app, "Shop", function=code, redis={"auth": RedisAuth.iam()}, memcached=True
    )
    (endpoint,) = all_of(synth(shop), "AWS::EC2::VPCEndpoint")
    assert endpoint["Properties"]["VpcEndpointType"] == "Gateway"


def test_serverless_caches_are_accepted(stack: cdk.Stack, code: Path) -> None:
    valkey = ServerlessCache(stack, "Valkey")
    memcached = ServerlessCache(
        stack, "Memcached", vpc=valkey.vpc, engine=ServerlessEngine.MEMCACHED_1_6
    )
    shop = WebApp(stack, "Shop", function=code, redis=valkey, memcached=memcached)
    assert shop.vpc is valkey.vpc
    assert not hasattr(shop, "redis")
    (function,) = all_of(synth(stack), "AWS::Lambda::Function")
    names = function["Properties"]["Environment"]["Variables"]
    assert {"REDIS_SERVERLESS", "MEMCACHED_CONFIGURATION_ENDPOINT"} <= set(names)


def test_a_serverless_cache_of_another_engine_is_refused(stack: cdk.Stack) -> None:
    cache = ServerlessCache(stack, "Cache", engine=ServerlessEngine.MEMCACHED_1_6)
    assert refused(lambda: WebApp(stack, "Shop", redis=cache)) == (
        "`redis` must be a cache for Redis clients, got: memcached (in Test/Shop)"
    )


def test_a_given_api_is_served_without_a_function(app: cdk.App, code: Path) -> None:
    base = cdk.Stack(app, "Base")
    api = ProxyApi(base, "Api", handler=LambdaHandler(base, "Handler", code=code))
    shop = ServerlessStack(app, "Shop", api=api, bucket=None)
    assert shop.api is api
    assert hasattr(shop, "cdn")


def test_a_site_for_a_given_cdn_is_refused(app: cdk.App, stack: cdk.Stack, site: Path) -> None:
    cdn = Cdn(stack, "Cdn", bucket=StorageBucket(stack, "Pages"))
    assert "`site` must go with a bucket and a `cdn` that is created here" in refused(
        lambda: ServerlessStack(app, "Shop", site=site, cdn=cdn)
    )


def test_a_function_outside_the_vpc_of_the_caches_is_refused(
    app: cdk.App, stack: cdk.Stack, code: Path
) -> None:
    function = LambdaHandler(stack, "Function", code=code)
    assert "`function` must be in the VPC of Shop/Redis" in refused(
        lambda: ServerlessStack(app, "Shop", function=function, api=None, redis=True)
    )


@pytest.mark.parametrize("api", [True, False])
def test_stores_that_a_function_of_another_stack_needs_are_refused_beside_an_api(
    app: cdk.App, stack: cdk.Stack, code: Path, api: bool
) -> None:
    function = LambdaHandler(stack, "Function", code=code)
    own = api or ProxyApi(stack, "Api", handler=function)
    message = refused(lambda: ServerlessStack(app, "Shop", function=function, api=own, redis=True))
    assert message == (
        "`bucket`, `redis`, `memcached` and `connect` must be constructs of the function's stack "
        "or None beside an API and a `function` of another stack, because the two stacks would "
        "need each other, got: bucket, redis in the stack of the application (in Shop)"
    )


def test_a_function_of_another_stack_without_an_api_may_use_stores_of_this_one(
    app: cdk.App, stack: cdk.Stack, code: Path
) -> None:
    function = LambdaHandler(stack, "Function", code=code)
    ServerlessStack(app, "Shop", function=function, api=None)
    assert "Shop" in [d.id for d in app.synth().get_stack_by_name("Test").dependencies]


def test_options_reach_their_parts(app: cdk.App, code: Path, site: Path) -> None:
    shop = ServerlessStack(
        app,
        "Shop",
        function={"code": code, "memory_size": 512},
        site={"source": site, "grace_period": cdk.Duration.days(3)},
        api={"stages": "live"},
        bucket={"expire_after": cdk.Duration.days(90)},
        cdn={"countries": Countries.allow("DE")},
        redis={"port": 7000},
        memcached={"port": 7001},
    )
    template = synth(shop)
    functions = [f["Properties"] for f in all_of(template, "AWS::Lambda::Function")]
    assert [f["MemorySize"] for f in functions if "VpcConfig" in f] == [512]
    assert properties(template, "Custom::ContentDeployment")["GracePeriodDays"] == "3"
    assert properties(template, "AWS::ApiGateway::Stage")["StageName"] == "live"
    rules = properties(template, "AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]
    assert 90 in [rule.get("ExpirationInDays") for rule in rules]
    distribution = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert distribution["Restrictions"]["GeoRestriction"]["Locations"] == ["DE"]
    assert properties(template, "AWS::ElastiCache::ReplicationGroup")["Port"] == 7000
    assert properties(template, "AWS::ElastiCache::CacheCluster")["Port"] == 7001


def test_a_serverless_cache_is_not_said_to_be_left_out(app: cdk.App, code: Path) -> None:
    stack = cdk.Stack(app, "Own")
    shop = WebApp(stack, "Shop", function=code, redis=ServerlessCache(stack, "Cache"))
    with pytest.raises(AttributeError, match="is a ServerlessCache, not a RedisCache: use the ob"):
        print(shop.redis)


def test_a_retained_application_has_a_site(app: cdk.App, code: Path, site: Path) -> None:
    policy = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    shop = ServerlessStack(app, "Shop", function=code, site=site, removal_policy=policy)
    (resource,) = all_of(synth(shop), "Custom::ContentDeployment")
    assert resource["Properties"]["RemovalPolicy"] == "retain"


def test_a_missing_id_is_named(app: cdk.App, code: Path) -> None:
    shop = ServerlessStack(app, "Shop", function=code)
    with pytest.raises(TypeError, match="missing a required argument: 'construct_id'"):
        shop.add_function(code=code)  # type: ignore[call-arg]


def test_resources_of_cdk_are_connected(app: cdk.App, code: Path) -> None:
    """Tables, queues and functions, beside stores of this library."""
    data = cdk.Stack(app, "Data")
    key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    orders = dynamodb.TableV2(data, "Orders", partition_key=key)
    jobs, mails = sqs.Queue(data, "Jobs"), LambdaHandler(data, "Mails", code=code)
    shop = ServerlessStack(app, "Shop", function=code, connect=[orders, jobs, mails])
    nightly = shop.add_function("Nightly", code=code)
    functions = [shop.function, nightly]
    template = synth(shop)
    for function in functions:
        logical_id = shop.get_logical_id(default_child(function.function, lambda_.CfnFunction))
        found = template["Resources"][logical_id]["Properties"]["Environment"]["Variables"]
        assert {"TABLE_NAME", "QUEUE_URL", "FUNCTION_ARN", "BUCKET_NAME"} <= found.keys()
    prefixed = WebApp(data, "Blog", function=code, connect={"ORDERS": orders})
    assert prefixed.function.function is not None


def test_two_resources_of_a_kind_need_prefixes(stack: cdk.Stack, code: Path) -> None:
    one, two = sqs.Queue(stack, "One"), sqs.Queue(stack, "Two")
    message = refused(lambda: WebApp(stack, "Shop", function=code, connect=[one, two]))
    assert "such as {'SECOND': …}" in message
    assert "got a list with Test/One, which sets QUEUE_…" in message


def outputs_of(template: Json, prefix: str = "Shop") -> set[str]:
    names = template["Outputs"]
    return {name.removeprefix(prefix)[:-8] for name in names if name.startswith(prefix)}


def test_outputs_name_given_parts_and_every_kind_of_cache(stack: cdk.Stack, code: Path) -> None:
    redis = ServerlessCache(stack, "Redis")
    handler = LambdaHandler(stack, "Own", code=code, vpc=redis.vpc)
    WebApp(
        stack,
        "Shop",
        function=handler,
        redis=redis,
        memcached=MemcachedCache(stack, "Memcached", vpc=redis.vpc),
    )
    template = synth(stack)
    assert outputs_of(template) >= {
        "FunctionName",
        "ApiId",
        "ApiUrl",
        "BucketName",
        "CdnUrl",
        "DistributionId",
        "DistributionDomainName",
        "RedisEndpoint",
        "MemcachedEndpoint",
    }


def test_an_output_is_the_function_url(app: cdk.App, code: Path) -> None:
    options: FunctionOptions = {"code": code, "url": FunctionUrl()}
    shop = ServerlessStack(app, "Shop", function=options, api=False, bucket=False, cdn=False)
    value = synth(shop)["Outputs"]["FunctionUrl"]["Value"]
    assert value["Fn::GetAtt"][1] == "FunctionUrl"


def test_outputs_name_no_function_of_another_stack(app: cdk.App, code: Path) -> None:
    base = cdk.Stack(app, "Base")
    shop = ServerlessStack(
        app,
        "Shop",
        function=LambdaHandler(base, "Own", code=code),
        bucket=StorageBucket(base, "Bucket"),
        redis=None,
        cdn=None,
    )
    assert "FunctionName" not in synth(shop)["Outputs"]


def test_a_given_cache_alone_has_the_endpoint_for_its_secret(stack: cdk.Stack, code: Path) -> None:
    api: ApiOptions = {"auth": Auth.public(reason="for a test")}
    redis = RedisCache(stack, "Mine")
    shop = WebApp(stack, "Shop", function=code, api=api, redis=redis, memcached=False)
    endpoints = [
        str(item["Properties"]["ServiceName"])
        for item in all_of(synth(stack), "AWS::EC2::VPCEndpoint")
    ]
    assert sum(".secretsmanager" in name for name in endpoints) == 1
    assert warnings(stack) == []
    assert shop.vpc is shop.redis.vpc


def test_the_api_calls_the_version_that_is_warm(stack: cdk.Stack, code: Path) -> None:
    function: FunctionOptions = {"code": code, "warmth": Warmth.provisioned(2)}
    WebApp(stack, "Shop", function=function, bucket=None, cdn=None)
    methods = all_of(synth(stack), "AWS::ApiGateway::Method")
    uris = [str(method["Properties"]["Integration"]["Uri"]) for method in methods]
    assert uris
    assert all("ShopFunctionLive" in uri for uri in uris)
