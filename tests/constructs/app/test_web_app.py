"""A WebApp in a stack of one's own, its further functions and stores."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.constructs import (
    Auth,
    Cors,
    LambdaHandler,
    Mock,
    Profile,
    RedisTopology,
    Route,
    ServerlessStack,
    StorageBucket,
    Throttle,
    UsagePlan,
    WebApp,
)
from serverless_stack.constructs.app.options import ApiOptions
from tests.constructs.templates import (
    Json,
    all_of,
    properties,
    refused,
    require_no_cycle,
    statements,
    synth,
)

AUDITED: ApiOptions = {"auth": Auth.public(reason="tested")}


def functions_of(template: Json) -> dict[str, Json]:
    """The properties of the functions with an environment, by the start of their logical ids."""
    return {
        name.partition("Function")[0]: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and "Environment" in resource["Properties"]
    }


def test_two_applications_share_a_stack(stack: cdk.Stack, code: Path, site: Path) -> None:
    for construct_id in ("Shop", "Blog"):
        WebApp(stack, construct_id, function=code, site=site)
    template = synth(stack)
    require_no_cycle(template)
    assert len(all_of(template, "AWS::CloudFront::Distribution")) == 2
    urls = [name for name in template["Outputs"] if "CdnUrl" in name]
    assert sorted(name[:4] for name in urls) == ["Blog", "Shop"]


def test_a_profile_of_an_application_is_not_that_of_its_stack(stack: cdk.Stack, code: Path) -> None:
    shop = WebApp(stack, "Shop", function=code, profile=Profile.dev())
    assert Profile.of(shop.bucket) == Profile.dev()
    assert Profile.of(stack) == Profile.production()


def test_an_added_function_is_connected_like_the_main_one(stack: cdk.Stack, code: Path) -> None:
    shop = WebApp(stack, "Shop", function=code, redis=True, memcached=True)
    nightly = shop.add_function("Nightly", code=code, timeout=cdk.Duration.minutes(5))
    assert isinstance(nightly, LambdaHandler)
    template = synth(stack)
    require_no_cycle(template)
    main, other = functions_of(template)["Shop"], functions_of(template)["ShopNightly"]
    assert main["Environment"] == other["Environment"]
    assert main["VpcConfig"]["SubnetIds"] == other["VpcConfig"]["SubnetIds"]
    assert (main["Timeout"], other["Timeout"]) == (15, 300)


def test_functions_can_be_added_without_a_main_function(app: cdk.App, code: Path) -> None:
    shop = ServerlessStack(app, "Shop")
    shop.add_function("Nightly", code=code)
    assert list(functions_of(synth(shop))) == ["Nightly"]


def test_an_added_function_has_alarms_if_the_profile_asks_for_them(
    stack: cdk.Stack, code: Path
) -> None:
    shop = WebApp(stack, "Shop", function=code, api=AUDITED, profile=Profile.regulated())
    shop.add_function("Nightly", code=code)
    alarms = [
        name
        for name, resource in synth(stack)["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]
    for prefix in ("ShopFunctionErrors", "ShopNightlyErrors", "ShopNightlyThrottles"):
        assert len([name for name in alarms if name.startswith(prefix)]) == 1


def test_options_of_an_added_function_are_checked(stack: cdk.Stack, code: Path) -> None:
    shop = WebApp(stack, "Shop")
    wrong: Json = {"code": code, "timout": cdk.Duration.minutes(5)}
    assert refused(lambda: shop.add_function("Nightly", **wrong)) == (
        "`timout` must not be given; did you mean `timeout`? (in Test/Shop)"
    )


class Queue(Construct):
    """A store that knows only the protocol."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.connected: list[lambda_.Function] = []

    def connect(self, function: LambdaHandler) -> None:
        self.connected.append(function.function)


def test_functions_are_connected_to_stores_of_the_caller(stack: cdk.Stack, code: Path) -> None:
    queue = Queue(stack, "Queue")
    shop = WebApp(stack, "Shop", function=code, connect=[queue])
    nightly = shop.add_function("Nightly", code=code)
    assert queue.connected == [shop.function.function, nightly.function]


def test_stores_are_connected_by_prefix(stack: cdk.Stack, code: Path) -> None:
    archive = StorageBucket(stack, "Archive")
    shop = WebApp(stack, "Shop", function=code, connect={"ARCHIVE": archive})
    shop.add_function("Nightly", code=code)
    for function in functions_of(synth(stack)).values():
        assert function["Environment"]["Variables"].keys() == {
            "BUCKET_NAME",
            "BUCKET_KEY_PREFIX",
            "ARCHIVE_NAME",
            "ARCHIVE_KEY_PREFIX",
        }


def test_users_of_a_user_pool_may_call_the_api(app: cdk.App, code: Path) -> None:
    base = cdk.Stack(app, "Base")
    users = cognito.UserPool.from_user_pool_id(base, "Users", "eu-west-1_abcdefghi")
    shop = ServerlessStack(app, "Shop", function=code, api={"auth": Auth.cognito(users)})
    template = synth(shop)
    methods = all_of(template, "AWS::ApiGateway::Method")
    assert {m["Properties"]["AuthorizationType"] for m in methods} == {"COGNITO_USER_POOLS"}
    require_no_cycle(template)


def test_the_api_of_an_application_takes_every_setting(app: cdk.App, code: Path) -> None:
    """The API does not exist yet when its settings are made."""
    base = cdk.Stack(app, "Base")
    judge = LambdaHandler(base, "Judge", code=code)
    handler = LambdaHandler(base, "Orders", code=code)
    shop = ServerlessStack(
        app,
        "Shop",
        function=code,
        api={
            "auth": Auth.lambda_token(judge),
            "cors": Cors(origins=["https://shop.example"], credentials=True),
            "throttle": Throttle(rate=1, burst=2),
            "usage_plans": [UsagePlan(quota=10)],
            "routes": {
                "GET /signed": Route(handler, auth=Auth.iam()),
                "GET /keyed": Route(handler, auth=Auth.api_key()),
            },
        },
    )
    shop.api.add_api_key("Acme")
    template = synth(shop)
    methods = [m["Properties"] for m in all_of(template, "AWS::ApiGateway::Method")]
    kinds = {m["AuthorizationType"] for m in methods if m["HttpMethod"] != "OPTIONS"}
    assert kinds == {"CUSTOM", "AWS_IAM", "NONE"}
    assert [m["HttpMethod"] for m in methods if m.get("ApiKeyRequired")] == ["GET"]
    assert len(all_of(template, "AWS::ApiGateway::GatewayResponse")) == 2
    assert "API_CORS" in str(all_of(template, "AWS::Lambda::Function"))
    require_no_cycle(template)
    app.synth()


def test_an_api_may_have_routes_and_no_function(app: cdk.App) -> None:
    shop = ServerlessStack(
        app,
        "Shop",
        api={"routes": {"GET /health": Mock({"ok": True})}, "auth": Auth.public(reason="a test")},
        bucket=None,
    )
    (method,) = all_of(synth(shop), "AWS::ApiGateway::Method")
    assert method["Properties"]["HttpMethod"] == "GET"
    assert shop.cdn is not None


def test_a_second_bucket_needs_another_prefix(stack: cdk.Stack, code: Path) -> None:
    archive = StorageBucket(stack, "Archive")
    message = refused(lambda: WebApp(stack, "Shop", function=code, connect=[archive]))
    assert "`connect` must be a mapping of prefixes to stores" in message
    assert "got a list with Test/Archive, which sets BUCKET_…" in message


def test_outputs_name_given_parts_too(stack: cdk.Stack, code: Path) -> None:
    bucket = StorageBucket(stack, "Bucket")
    shop = WebApp(stack, "Shop", function=code, bucket=bucket)
    outputs = [c.node.id for c in shop.node.children if isinstance(c, cdk.CfnOutput)]
    assert outputs == [
        "FunctionName",
        "ApiUrl",
        "ApiId",
        "BucketName",
        "CdnUrl",
        "DistributionId",
        "DistributionDomainName",
    ]


def test_the_endpoint_of_a_cache_in_cluster_mode_is_an_output(app: cdk.App) -> None:
    shop = ServerlessStack(app, "Shop", redis={"topology": RedisTopology.sharded(2)})
    endpoint = synth(shop)["Outputs"]["RedisEndpoint"]["Value"]
    assert "ConfigurationEndPoint.Address" in str(endpoint)


def test_a_cdn_of_an_application_without_a_bucket_serves_the_api(
    stack: cdk.Stack, code: Path
) -> None:
    WebApp(stack, "Shop", function=code, bucket=None)
    distribution = properties(synth(stack), "AWS::CloudFront::Distribution")
    (origin,) = distribution["DistributionConfig"]["Origins"]
    assert "S3OriginConfig" not in origin


def test_rules_of_cfn_lint_are_ignored_beside_those_of_the_user(
    stack: cdk.Stack, code: Path
) -> None:
    stack.template_options.metadata = {
        "cfn-lint": {"config": {"ignore_checks": ["W1001"], "regions": ["eu-west-1"]}},
        "Mine": 1,
    }
    WebApp(stack, "Shop", function=code, api=AUDITED, profile=Profile.regulated())
    assert synth(stack)["Metadata"] == {
        "cfn-lint": {
            "config": {"ignore_checks": ["I1022", "W1001", "W3005"], "regions": ["eu-west-1"]}
        },
        "Mine": 1,
    }


def test_functions_use_the_folder_that_the_bucket_names(stack: cdk.Stack, code: Path) -> None:
    shop = WebApp(stack, "Shop", function=code, bucket={"prefix": "in/"})
    shop.add_function("Nightly", code=code)
    functions = all_of(synth(stack), "AWS::Lambda::Function")
    prefixes = [f["Properties"]["Environment"]["Variables"]["BUCKET_KEY_PREFIX"] for f in functions]
    assert prefixes == ["in/", "in/"]


def test_functions_never_use_the_pages(stack: cdk.Stack, code: Path) -> None:
    """Neither by the options, nor by a connection of one's own."""
    message = refused(lambda: WebApp(stack, "No", function=code, bucket={"prefix": "site/"}))
    assert message.startswith("`prefix` must be outside of site/, where the files of deployments")
    shop = WebApp(stack, "Shop", function=code, bucket={"prefix": ""})
    assert shop.bucket is not None
    denied = [s for s in statements(synth(stack)) if s["Effect"] == "Deny"]
    assert [s["Resource"] for s in denied] == [
        [
            stack.resolve(shop.bucket.bucket.arn_for_objects(f"{folder}*"))
            for folder in (".serverless-stack/", "site/")
        ]
    ]
    assert "s3:PutObject" in denied[0]["Action"]
