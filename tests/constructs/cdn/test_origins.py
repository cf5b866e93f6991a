"""Each kind of origin, with the permissions that it needs."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_mediapackagev2 as mediapackage
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    LambdaHandler,
    Origin,
    ProxyApi,
    StorageBucket,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, new_app, refused, require_no_cycle, synth

DISTRIBUTION = "AWS::CloudFront::Distribution"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


class World:
    """A stack with one resource of each kind, and a distribution that serves them all."""

    def __init__(self) -> None:
        self.stack = cdk.Stack(new_app(), "Test", env=cdk.Environment(region="eu-west-1"))
        stack = self.stack
        self.bucket = StorageBucket(stack, "Pages")
        self.images = s3.Bucket(stack, "Images")
        self.function = plain_function(stack, "Plain")
        self.proxy_api = ProxyApi(stack, "Api", handler=self.function)
        self.rest_api = apigateway.RestApi(stack, "Rest", cloud_watch_role=False)
        self.rest_api.root.add_method("GET")
        self.http_api = apigatewayv2.HttpApi(stack, "Http")
        self.staged = apigatewayv2.HttpApi(stack, "Staged", create_default_stage=False)
        apigatewayv2.HttpStage(stack, "Beta", http_api=self.staged, stage_name="beta")
        self.url = self.function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
        self.public_url = plain_function(stack, "Public").add_function_url(
            auth_type=lambda_.FunctionUrlAuthType.NONE
        )
        vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
        self.internal = elbv2.ApplicationLoadBalancer(stack, "Internal", vpc=vpc)
        self.public = elbv2.ApplicationLoadBalancer(
            stack, "PublicAlb", vpc=vpc, internet_facing=True
        )
        self.network = elbv2.NetworkLoadBalancer(stack, "Network", vpc=vpc)
        self.channels = mediapackage.CfnChannelGroup(stack, "Channels", channel_group_name="live")
        self.endpoint = mediapackage.CfnOriginEndpoint(
            stack,
            "Endpoint",
            channel_group_name="live",
            channel_name="one",
            container_type="CMAF",
            origin_endpoint_name="hls",
        )
        self.secret = secretsmanager.Secret(stack, "Secret")


@pytest.fixture(scope="module")
def template() -> Json:
    world = World()
    seconds = cdk.Duration.seconds
    Cdn(
        world.stack,
        "Site",
        bucket=world.bucket,
        api=world.http_api,
        behaviors={
            "/img/*": Origin.bucket(world.images, path="/img", shield="eu-west-1"),
            "/proxy/*": world.proxy_api,
            "/rest/*": world.rest_api,
            "/staged/*": Origin.api(world.staged, stage="beta"),
            "/url/*": world.url,
            "/public-url/*": world.public_url,
            "/internal/*": world.internal,
            "/internal-again/*": world.internal,
            "/alb/*": Origin.load_balancer(
                world.public, domain_name="origin.example.com", port=8443
            ),
            "/nlb/*": Origin.load_balancer(world.network, private=True, port=8080),
            "/server/*": Origin.http(
                "example.com",
                path="/v1",
                headers={"X-Origin-Verify": world.secret, "X-Plain": "yes"},
                read_timeout=seconds(60),
                keepalive_timeout=seconds(10),
                response_completion_timeout=seconds(120),
                connection_timeout=seconds(3),
                connection_attempts=2,
            ),
            "/live/*": Origin.media_package(world.channels, endpoints=[world.endpoint]),
            "/group/*": Origin.group(world.bucket, world.images, status_codes=(403, 404, 503)),
        },
    )
    template = synth(world.stack)
    require_no_cycle(template)
    return template


def resources(template: Json, resource_type: str) -> dict[str, Json]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == resource_type
    }


def config_of(template: Json) -> Json:
    (distribution,) = resources(template, DISTRIBUTION).values()
    return dict(distribution["DistributionConfig"])


def behavior_of(template: Json, pattern: str) -> Json:
    found = config_of(template)["CacheBehaviors"]
    return next(dict(each) for each in found if each["PathPattern"] == pattern)


def origin_of(template: Json, pattern: str) -> Json:
    target = behavior_of(template, pattern)["TargetOriginId"]
    return next(dict(each) for each in config_of(template)["Origins"] if each["Id"] == target)


def test_all_origins(template: Json, template_snapshot: TemplateSnapshot) -> None:
    assert template == template_snapshot


def test_the_order_is_the_one_given_and_the_api_comes_last(template: Json) -> None:
    patterns = [each["PathPattern"] for each in config_of(template)["CacheBehaviors"]]
    assert patterns[:3] == ["/img/*", "/proxy/*", "/rest/*"]
    assert patterns[-2:] == ["/group/*", "/api/*"]


def test_every_behavior_keeps_the_defaults(template: Json) -> None:
    for behavior in config_of(template)["CacheBehaviors"]:
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https", behavior
        assert "ResponseHeadersPolicyId" in behavior, behavior
        assert behavior["Compress"] is True, behavior


def test_one_access_control_per_kind_of_origin(template: Json) -> None:
    controls = resources(template, "AWS::CloudFront::OriginAccessControl").values()
    configs = [each["OriginAccessControlConfig"] for each in controls]
    assert sorted(each["OriginAccessControlOriginType"] for each in configs) == [
        "lambda",
        "mediapackagev2",
        "s3",
    ]
    names = [each["Name"]["Fn::Join"][1][0] for each in configs]
    assert len(set(names)) == 3


def test_two_distributions_share_an_access_control(stack: cdk.Stack) -> None:
    bucket = StorageBucket(stack, "Pages")
    for name in ("One", "Two"):
        Cdn(stack, name, bucket=bucket)
    assert len(resources(synth(stack), "AWS::CloudFront::OriginAccessControl")) == 1


def test_a_stage_is_the_path_of_an_api(template: Json) -> None:
    assert "OriginPath" not in origin_of(template, "/api/*")
    assert origin_of(template, "/staged/*")["OriginPath"] == "/beta"
    assert "RestDeploymentStageprod" in str(origin_of(template, "/rest/*")["OriginPath"])
    name = origin_of(template, "/api/*")["DomainName"]["Fn::Join"][1]
    assert name[1] == ".execute-api.eu-west-1."


def test_only_the_distribution_calls_a_function_url(template: Json) -> None:
    distribution = next(iter(resources(template, DISTRIBUTION)))
    permissions = [
        each
        for each in resources(template, "AWS::Lambda::Permission").values()
        if each["Principal"] == "cloudfront.amazonaws.com"
    ]
    assert {each["Action"] for each in permissions} == {
        "lambda:InvokeFunctionUrl",
        "lambda:InvokeFunction",
    }
    for each in permissions:
        assert {"Ref": distribution} in each["SourceArn"]["Fn::Join"][1]
    assert "OriginAccessControlId" in origin_of(template, "/url/*")
    assert "OriginAccessControlId" not in origin_of(template, "/public-url/*")


def test_an_internal_load_balancer_is_a_vpc_origin(template: Json) -> None:
    origins = resources(template, "AWS::CloudFront::VpcOrigin")
    configs = [each["VpcOriginEndpointConfig"] for each in origins.values()]
    assert sorted(
        (each["OriginProtocolPolicy"], each.get("HTTPPort", 80), "Internal" in str(each["Arn"]))
        for each in configs
    ) == [("http-only", 80, True), ("http-only", 8080, False)]
    assert origin_of(template, "/internal/*") == origin_of(template, "/internal-again/*")
    assert "VpcOriginConfig" in origin_of(template, "/nlb/*")


def test_a_public_load_balancer_is_called_by_the_name_of_its_certificate(template: Json) -> None:
    origin = origin_of(template, "/alb/*")
    assert origin["DomainName"] == "origin.example.com"
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert origin["CustomOriginConfig"]["HTTPSPort"] == 8443


def test_a_server(template: Json) -> None:
    origin = origin_of(template, "/server/*")
    assert origin["DomainName"] == "example.com"
    assert origin["OriginPath"] == "/v1"
    secret, plain = origin["OriginCustomHeaders"]
    assert "{{resolve:secretsmanager:" in str(secret["HeaderValue"])
    assert plain == {"HeaderName": "X-Plain", "HeaderValue": "yes"}
    assert origin["CustomOriginConfig"]["OriginReadTimeout"] == 60
    assert origin["CustomOriginConfig"]["OriginKeepaliveTimeout"] == 10
    assert origin["ResponseCompletionTimeout"] == 120
    assert (origin["ConnectionTimeout"], origin["ConnectionAttempts"]) == (3, 2)
    assert behavior_of(template, "/server/*")["OriginRequestPolicyId"] == ALL_BUT_HOST


def test_media_package_admits_the_distribution(template: Json) -> None:
    (policy,) = resources(template, "AWS::MediaPackageV2::OriginEndpointPolicy").values()
    (statement,) = policy["Policy"]["Statement"]
    assert statement["Action"] == ["mediapackagev2:GetObject", "mediapackagev2:GetHeadObject"]
    assert "SiteDistribution" in str(statement["Condition"]["StringEquals"])
    behavior = behavior_of(template, "/live/*")
    assert behavior["AllowedMethods"] == ["GET", "HEAD", "OPTIONS"]
    policy_id = behavior["CachePolicyId"]["Ref"]
    config = template["Resources"][policy_id]["Properties"]["CachePolicyConfig"]
    key = config["ParametersInCacheKeyAndForwardedToOrigin"]
    assert "aws.manifestsettings" in key["QueryStringsConfig"]["QueryStrings"]
    assert key["HeadersConfig"]["Headers"] == ["Origin"]


def test_a_group_asks_its_second_origin(template: Json) -> None:
    (group,) = config_of(template)["OriginGroups"]["Items"]
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [403, 404, 503]
    assert behavior_of(template, "/group/*")["TargetOriginId"] == group["Id"]
    assert behavior_of(template, "/group/*")["AllowedMethods"] == ["GET", "HEAD", "OPTIONS"]


def test_a_shield(template: Json) -> None:
    assert origin_of(template, "/img/*")["OriginShield"] == {
        "Enabled": True,
        "OriginShieldRegion": "eu-west-1",
    }


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def messages(world: World, behavior: Behavior) -> list[str]:
    text = refused(
        lambda: Cdn(world.stack, "Refused", bucket=world.bucket, behaviors={"/x/*": behavior})
    )
    lines = text.splitlines()
    if len(lines) == 1:
        return [text.removesuffix(" (in Test/Refused)")]
    return [line.removeprefix("- ") for line in lines[1:]]


X = "behaviors['/x/*']"

Make = Callable[[World], Origin | Behavior]
SECONDS = cdk.Duration.seconds
REFUSED: dict[str, tuple[Make, list[str]]] = {
    "every number": (
        lambda w: Origin.http(
            "https://example.com/a",
            port=81,
            path="v1/",
            read_timeout=SECONDS(200),
            keepalive_timeout=SECONDS(0),
            connection_timeout=SECONDS(11),
            connection_attempts=4,
            response_completion_timeout=SECONDS(20),
            shield="eu-north-1",
            headers={"Host": "a", "X-Edge-Key": "b", "X-Long": "a" * 1784},
        ),
        [
            f"`{X}.read_timeout` must be between 1 and 180 seconds, got: 200",
            f"`{X}.keepalive_timeout` must be between 1 and 180 seconds, got: 0",
            f"`{X}.connection_timeout` must be between 1 and 10 seconds, got: 11",
            f"`{X}.connection_attempts` must be between 1 and 3 attempts, got: 4",
            f"`{X}.response_completion_timeout` must be between 200 and 3600 seconds, got: 20; it "
            "is the time for the whole response, `read_timeout` that for a part",
            f"`{X}.path` must begin with a slash, not end with one and have no wildcard, "
            "got: 'v1/'",
            f"`{X}.port` must be 80, 443 or between 1024 and 65535, got: 81",
            f"`{X}.domain_name` must be a domain name alone, without scheme, port and path, "
            "got: 'https://example.com/a' (nearest accepted: example.com)",
            f"`{X}.shield` must be a region with Origin Shield, the one with the lowest latency "
            "to the origin of ap-northeast-1, ap-northeast-2, ap-south-1, ap-southeast-1, "
            "ap-southeast-2, eu-central-1, eu-west-1, eu-west-2, me-central-1, sa-east-1, "
            "us-east-1, us-east-2, us-west-2, got: 'eu-north-1'",
            f"`{X}.headers` must not have a header that CloudFront sets, got: 'Host'; "
            "X-Origin-Verify is a name of your own",
            f"`{X}.headers` must not have a header that CloudFront sets, got: 'X-Edge-Key'; "
            "X-Origin-Verify is a name of your own",
            f"`{X}.headers['X-Long']` must have at most 1,783 characters, got: 1,784",
        ],
    ),
    "a port for both protocols": (
        lambda w: Origin.http("example.com", port=8080, protocol="viewer"),
        [
            f"`{X}.port` must be None with `protocol='viewer'`, whose HTTP and HTTPS have ports of "
            "their own, got: 8080"
        ],
    ),
    "the time-outs of a bucket": (
        lambda w: Origin.bucket(w.images, path="", read_timeout=SECONDS(10)),
        [
            f"`{X}.read_timeout` must be None for a bucket, for which CloudFront chooses it, "
            "got: Duration.seconds(10)",
            f"`{X}.path` must be None for the whole origin, got: ''",
        ],
    ),
    "a public load balancer": (
        lambda w: Behavior(w.public),
        [
            f"`{X}` must have a `domain_name` of its certificate for HTTPS, because no "
            "certificate has the name that AWS gave it; write Origin.load_balancer(balancer, "
            'domain_name="origin.example.com"), or private=True for an internal one'
        ],
    ),
    "a private load balancer": (
        lambda w: Origin.load_balancer(w.internal, protocol="https"),
        [f"`{X}.domain_name` must be a name of the certificate with `protocol='https'`, got: None"],
    ),
    "a group": (
        lambda w: Behavior(
            Origin.group(w.bucket, w.bucket, status_codes=(418, 500, 500)), methods="all"
        ),
        [
            f"`{X}.status_codes` must be of 403, 404, 416, 429, 500, 502, 503, 504, got: 418",
            f"`{X}.status_codes` must not repeat a status, got: 500 more than once",
            f"`{X}` must have two different origins, got: the same one twice",
        ],
    ),
    "a group of groups": (
        lambda w: Origin.group(Origin.group(w.bucket, w.images), w.images, status_codes=()),
        [
            f"`{X}.status_codes` must have a status, got: none",
            f"`{X}.primary` must be one origin, got: a group; a group has two of them",
        ],
    ),
    "POST to a group": (
        lambda w: Behavior(Origin.group(w.bucket, w.images), methods="all"),
        [
            f"`{X}.methods` must be 'GET HEAD' or 'GET HEAD OPTIONS' for a group, which "
            "CloudFront asks nothing else, got: 'all'; give the paths of POST a behavior of their "
            "own"
        ],
    ),
    "an unknown stage": (
        lambda w: Origin.api(w.proxy_api, stage="beta"),
        [f"`{X}.stage` must be one of prod, got: 'beta'"],
    ),
    "an imported API": (
        lambda w: Behavior(
            apigateway.RestApi.from_rest_api_id(w.stack, f"Api{len(w.stack.node.children)}", "abc")
        ),
        [
            f"`{X}` must have a stage for a REST API that is not in this app; write "
            'behaviors={"/api/*": Origin.api(api, stage="prod")}'
        ],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(world: World, name: str) -> None:
    make, expected = REFUSED[name]
    target = make(world)
    behavior = target if isinstance(target, Behavior) else Behavior(target)
    assert messages(world, behavior) == expected


def test_an_imported_api_has_a_stage(stack: cdk.Stack) -> None:
    api = apigateway.RestApi.from_rest_api_id(stack, "Api", "abcdefghij")
    Cdn(stack, "Site", default=Behavior(Origin.api(api, stage="prod")))
    (origin,) = config_of(synth(stack))["Origins"]
    assert origin["OriginPath"] == "/prod"


def test_a_function_without_a_url_is_refused(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    message = refused(lambda: Cdn(stack, "Site", default=Behavior(handler)))
    assert message.startswith("`default` must have a URL, got: Test/Handler without one; create")


def test_times_are_known_at_synthesis(world: World) -> None:
    number = cdk.CfnParameter(world.stack, "Seconds", type="Number").value_as_number
    origin = Origin.http("example.com", connection_timeout=cdk.Duration.seconds(number))
    assert messages(world, Behavior(origin)) == [
        f"`{X}.connection_timeout` must be known at synthesis, got: a token"
    ]


@pytest.mark.parametrize(
    ("kind", "name"), [("bucket", "resource"), ("http", "domain_name"), ("group", "members")]
)
def test_an_origin_of_nothing_is_refused(kind: str, name: str) -> None:
    message = refused(lambda: Origin(kind))  # type: ignore[arg-type]
    assert message == f"`{name}` must be given, got: None; write Origin.{kind}(…) (in Origin)"
