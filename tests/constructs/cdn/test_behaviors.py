"""Behaviors: what the paths of a pattern get, and what is refused."""

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.constructs import (
    Behavior,
    Cache,
    Cdn,
    ContentDeployment,
    Cors,
    Origin,
    SecurityHeaders,
    ServerlessStack,
    StorageBucket,
)
from tests.constructs.templates import Json, new_app, properties, refused, synth

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CORS_S3_ORIGIN = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
SERVER = Origin.http("example.com")
HOUR = cdk.Duration.hours(1)
POLICIES = cloudfront.OriginRequestPolicy


def config_of(template: Json) -> Json:
    return dict(properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"])


@pytest.fixture(scope="module")
def template() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    bucket = StorageBucket(stack, "Pages")
    headers = SecurityHeaders(cors=Cors(["https://example.com"]))
    Cdn(
        stack,
        "Site",
        bucket=bucket,
        behaviors={
            "/hour/*": Behavior(SERVER, cache=Cache(max_ttl=HOUR, query_strings=["w"])),
            "/again/*": Behavior("bucket", cache=Cache(max_ttl=HOUR, query_strings=["w"])),
            "/off/*": Behavior("bucket", cache=Cache.off(), compress=False, https_only=True),
            "/cdk/*": Behavior(SERVER, cache=cloudfront.CachePolicy.CACHING_OPTIMIZED),
            "/cors/*": Behavior("bucket", headers=headers),
            "/host/*": Behavior(SERVER, forward=POLICIES.ALL_VIEWER, methods="GET HEAD"),
            "/grpc/*": Behavior(SERVER, grpc=True),
        },
    )
    return synth(stack)


@pytest.fixture(scope="module")
def behaviors(template: Json) -> Mapping[str, Json]:
    return {each["PathPattern"]: each for each in config_of(template)["CacheBehaviors"]}


def test_equal_caches_share_a_policy(template: Json, behaviors: Mapping[str, Json]) -> None:
    assert behaviors["/hour/*"]["CachePolicyId"] == behaviors["/again/*"]["CachePolicyId"]
    types = [resource["Type"] for resource in template["Resources"].values()]
    assert types.count("AWS::CloudFront::CachePolicy") == 1


def test_a_cached_server_gets_what_tells_answers_apart(behaviors: Mapping[str, Json]) -> None:
    assert "OriginRequestPolicyId" not in behaviors["/hour/*"]
    assert "OriginRequestPolicyId" not in behaviors["/cdk/*"]
    assert behaviors["/hour/*"]["AllowedMethods"][-1] == "DELETE"


def test_settings_of_a_behavior(behaviors: Mapping[str, Json]) -> None:
    off = behaviors["/off/*"]
    assert off["CachePolicyId"] == CACHING_DISABLED
    assert off["Compress"] is False
    assert off["ViewerProtocolPolicy"] == "https-only"
    assert "AllowedMethods" not in off
    assert behaviors["/cdk/*"]["CachePolicyId"] == CACHING_OPTIMIZED
    assert behaviors["/host/*"]["OriginRequestPolicyId"] == "216adef6-5c7f-47e4-b989-5492eafa07d3"
    assert behaviors["/host/*"]["AllowedMethods"] == ["GET", "HEAD"]
    assert behaviors["/grpc/*"]["GrpcConfig"] == {"Enabled": True}


def test_a_bucket_with_cors_gets_the_questions_of_browsers(behaviors: Mapping[str, Json]) -> None:
    behavior = behaviors["/cors/*"]
    assert behavior["AllowedMethods"] == ["GET", "HEAD", "OPTIONS"]
    assert behavior["OriginRequestPolicyId"] == CORS_S3_ORIGIN
    assert "Ref" in behavior["ResponseHeadersPolicyId"]


def test_headers_of_the_distribution_are_those_of_its_behaviors(stack: cdk.Stack) -> None:
    bucket = StorageBucket(stack, "Pages")
    own = SecurityHeaders(frames="none")
    Cdn(
        stack,
        "Site",
        bucket=bucket,
        headers=SecurityHeaders.bundled(),
        behaviors={"/a/*": SERVER, "/b/*": Behavior(SERVER, headers=own)},
    )
    config = config_of(synth(stack))
    default = config["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]
    first, second = (each["ResponseHeadersPolicyId"] for each in config["CacheBehaviors"])
    assert default == first != second


def test_a_default_takes_the_place_of_the_bucket(stack: cdk.Stack) -> None:
    bucket = StorageBucket(stack, "Pages")
    Cdn(
        stack,
        "Site",
        bucket=bucket,
        origin_path="/site",
        default=Behavior(SERVER),
        behaviors={"/files/*": Behavior("bucket", cache=Cache.off())},
    )
    config = config_of(synth(stack))
    by_id = {each["Id"]: each for each in config["Origins"]}
    default = by_id[config["DefaultCacheBehavior"]["TargetOriginId"]]
    assert default["DomainName"] == "example.com"
    (files,) = config["CacheBehaviors"]
    assert by_id[files["TargetOriginId"]]["OriginPath"] == "/site"


def test_an_application_takes_behaviors(app: cdk.App, code: Path) -> None:
    shop = ServerlessStack(
        app,
        "Shop",
        function=code,
        cdn={
            "behaviors": {
                "/img/*": Behavior("bucket", cache=Cache(max_ttl=HOUR)),
                "/api/*": Behavior("api", cache=Cache(max_ttl=HOUR, headers=["Authorization"])),
                "/partner/*": SERVER,
            }
        },
    )
    behaviors = config_of(synth(shop))["CacheBehaviors"]
    assert [each["PathPattern"] for each in behaviors] == ["/img/*", "/api/*", "/partner/*"]
    assert shop.cdn.api_path_pattern == "/api/*"


def test_content_leaves_out_the_paths_of_other_origins(stack: cdk.Stack, code: Path) -> None:
    bucket = StorageBucket(stack, "Pages")
    cdn = Cdn(
        stack,
        "Site",
        bucket=bucket,
        behaviors={
            "/partner/*": SERVER,
            "/files/*": Behavior("bucket", cache=Cache.off()),
            "/later/*": SERVER,
        },
    )
    assert cdn.other_paths == ["/partner/*"]
    ContentDeployment(stack, "Content", source=code, bucket=bucket, distributions=[cdn])
    deployed = properties(synth(stack), "Custom::ContentDeployment")
    assert deployed["Distributions"][0]["ExcludePaths"] == ["/partner/*"]


X = "behaviors['/x/*']"
APART = (
    f"`{X}.cache` must tell answers apart by the header Authorization and by all cookies if "
    "`forward` passes them, because one viewer would get the answer of another, got: a cache "
    "without them; leave `forward` out, or use Cache.off()"
)


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [
        (
            Behavior("api"),
            f"`{X}.target` must be given as `api` of the Cdn, or be a construct, got: 'api' "
            "without one",
        ),
        (
            Behavior("bucket", cache=Cache(headers=["Host"])),
            f"`{X}.cache` must not have the header Host, because a bucket answers to its own name "
            "only, got: 'Host'",
        ),
        (
            Behavior("bucket", forward=POLICIES.ALL_VIEWER),
            f"`{X}.forward` must leave out the header Host, because a bucket answers to its own "
            "name only, got: a policy with it; use "
            "OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER",
        ),
        (
            Behavior(
                SERVER, cache=Cache(max_ttl=HOUR), forward=POLICIES.ALL_VIEWER_EXCEPT_HOST_HEADER
            ),
            APART,
        ),
        (
            Behavior(
                SERVER,
                cache=Cache(max_ttl=HOUR, headers=["authorization"]),
                forward=POLICIES.ALL_VIEWER,
            ),
            APART,
        ),
        (
            Behavior(SERVER, grpc=True, methods="GET HEAD"),
            f"`{X}.methods` must be 'all' with `grpc`, got: 'GET HEAD'",
        ),
        (
            Behavior(SERVER, cache=Cache(min_ttl=HOUR, max_ttl=cdk.Duration.seconds(9))),
            f"`{X}.cache.min_ttl` must not be above `max_ttl` (9 seconds), got: 3600 seconds",
        ),
        (
            Behavior(SERVER, headers=SecurityHeaders(csp="")),
            f"`{X}.headers.csp` must be one line of directives, got: ''",
        ),
    ],
)
def test_what_is_refused(stack: cdk.Stack, behavior: Behavior, expected: str) -> None:
    bucket = StorageBucket(stack, "Pages")
    message = refused(lambda: Cdn(stack, "Site", bucket=bucket, behaviors={"/x/*": behavior}))
    assert message == f"{expected} (in Test/Site)"


def test_a_cache_that_tells_viewers_apart_gets_everything(stack: cdk.Stack) -> None:
    cache = Cache(headers=["Authorization"], cookies="all")
    behavior = Behavior(SERVER, cache=cache, forward=POLICIES.ALL_VIEWER)
    Cdn(stack, "Site", default=behavior)
    assert "CachePolicyId" in config_of(synth(stack))["DefaultCacheBehavior"]


@pytest.mark.parametrize(
    ("behaviors", "expected"),
    [
        (
            {"*": SERVER},
            "`behaviors` must not have '*', which takes all paths; pass it as `default`",
        ),
        (
            {"/a b": SERVER},
            "`behaviors` must have letters, digits and _-.*$/~\"'@:+?& only, 1 to 255 characters, "
            "got: '/a b'",
        ),
        (
            {"/a/*": SERVER, "a/b/*": SERVER},
            "`behaviors` must have 'a/b/*' before '/a/*', which matches all of its paths; the "
            "first pattern that matches counts",
        ),
        (
            {"/api*": SERVER},
            "`behaviors` must have '/api/*' before '/api*', which matches all of its paths; the "
            "first pattern that matches counts",
        ),
        (
            {f"/{place}/*": SERVER for place in range(74)},
            "`behaviors` must have at most 74 patterns beside the default, got: 75",
        ),
        (
            {
                f"/{place}/*": Origin.group(SERVER, Origin.http(f"{place}.example.com"))
                for place in range(11)
            },
            "`behaviors` must have at most 10 origin groups, got: 11",
        ),
    ],
)
def test_patterns_that_are_refused(
    stack: cdk.Stack, behaviors: Mapping[str, Origin], expected: str
) -> None:
    bucket = StorageBucket(stack, "Pages")
    api = apigatewayv2.HttpApi(stack, "Http")
    message = refused(lambda: Cdn(stack, "Site", bucket=bucket, api=api, behaviors=behaviors))
    assert message == f"{expected} (in Test/Site)"


def test_a_managed_cache_does_not_mix_viewers(stack: cdk.Stack) -> None:
    behavior = Behavior(
        Origin.http("example.com"),
        cache=cloudfront.CachePolicy.CACHING_OPTIMIZED,
        forward=cloudfront.OriginRequestPolicy.ALL_VIEWER,
    )
    message = refused(lambda: Cdn(stack, "Cdn", default=behavior))
    assert "`default.cache` must tell answers apart by the header Authorization" in message
