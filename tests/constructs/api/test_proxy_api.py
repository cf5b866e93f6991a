from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.constructs import (
    ApiCache,
    Auth,
    LambdaHandler,
    Profile,
    ProxyApi,
    Throttle,
    Waf,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth

STAGE = "AWS::ApiGateway::Stage"
METHOD = "AWS::ApiGateway::Method"
PERMISSION = "AWS::Lambda::Permission"


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    ProxyApi(stack, "Api", handler=plain_function(stack, "Plain"))
    return synth(stack)


@pytest.fixture(scope="module")
def maximal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    ProxyApi(
        stack,
        "Api",
        handler=plain_function(stack, "Plain"),
        stages="v1",
        throttle=Throttle(rate=10_000, burst=5_000),
        binary_media_types=["image/*"],
        access_log=True,
        log_retention=logs.RetentionDays.ONE_DAY,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    return synth(stack)


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_any_verb_on_every_path_reaches_the_function(minimal: Json) -> None:
    assert [r["Properties"]["PathPart"] for r in all_of(minimal, "AWS::ApiGateway::Resource")] == [
        "{proxy+}"
    ]
    methods = [method["Properties"] for method in all_of(minimal, METHOD)]
    assert [method["HttpMethod"] for method in methods] == ["ANY", "ANY"]
    assert {method["Integration"]["Type"] for method in methods} == {"AWS_PROXY"}


def test_one_permission_covers_all_routes(minimal: Json) -> None:
    permission = properties(minimal, PERMISSION)
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Join"][1][-1] == "/*/*/*"


def test_settings_of_the_account_are_not_changed(minimal: Json) -> None:
    assert all_of(minimal, "AWS::ApiGateway::Account") == []
    assert [
        r["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
        for r in all_of(minimal, "AWS::IAM::Role")
    ] == [{"Service": "lambda.amazonaws.com"}]


def test_the_stage_throttles_traces_and_logs(minimal: Json) -> None:
    stage = properties(minimal, STAGE)
    assert stage["StageName"] == "prod"
    assert stage["TracingEnabled"] is True
    (settings,) = stage["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (100, 200)
    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert "$context.requestId" in stage["AccessLogSetting"]["Format"]
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("ERROR", False)
    accesses, errors = all_of(minimal, "AWS::Logs::LogGroup")
    for group in (accesses, errors):
        assert (group["Properties"]["RetentionInDays"], group["DeletionPolicy"]) == (90, "Retain")
    name = errors["Properties"]["LogGroupName"]["Fn::Join"][1]
    assert (name[0], name[2]) == ("API-Gateway-Execution-Logs_", "/prod")


def test_bodies_of_all_types_are_binary(minimal: Json) -> None:
    api = properties(minimal, "AWS::ApiGateway::RestApi")
    assert api["BinaryMediaTypes"] == ["*/*"]
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_every_argument_is_passed_on(maximal: Json) -> None:
    stage = properties(maximal, STAGE)
    assert stage["StageName"] == "v1"
    (settings,) = stage["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (10_000, 5_000)
    assert properties(maximal, "AWS::ApiGateway::RestApi")["BinaryMediaTypes"] == ["image/*"]
    for group in all_of(maximal, "AWS::Logs::LogGroup"):
        assert (group["Properties"]["RetentionInDays"], group["DeletionPolicy"]) == (1, "Delete")


def test_without_access_log_there_is_no_log_group(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    api = ProxyApi(stack, "Api", handler=function, access_log=False)
    template = synth(stack)
    assert api.access_log_group is None
    assert "AccessLogSetting" not in properties(template, STAGE)
    assert all_of(template, "AWS::Logs::LogGroup") == []


def test_all_problems_are_reported_together(stack: cdk.Stack, function: lambda_.Function) -> None:
    message = refused(
        lambda: ProxyApi(
            stack,
            "Api",
            handler=function,
            stages="a/b",
            throttle=Throttle(rate=-1, burst=-2),
            binary_media_types=["png", "*/*", "*/*"],
        )
    )
    assert message.splitlines() == [
        "5 problems in Test/Api:",
        "- `throttle.rate` must be 0 or more, got: -1",
        "- `throttle.burst` must be 0 or more, got: -2",
        "- `stages` must have 1 to 128 letters, digits, hyphens and underscores, got: 'a/b'",
        "- `binary_media_types` must have media types such as image/png or */*, got: 'png'",
        "- `binary_media_types` must not repeat a media type, got: '*/*' more than once",
    ]
    assert stack.node.try_find_child("Api") is None


def test_the_nearest_valid_values_are_accepted(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    ProxyApi(
        stack,
        "Api",
        handler=function,
        stages="a-b_1",
        throttle=Throttle(rate=0, burst=0),
    )
    assert properties(synth(stack), STAGE)["StageName"] == "a-b_1"


def test_tokens_are_accepted(stack: cdk.Stack, function: lambda_.Function) -> None:
    rate = cdk.CfnParameter(stack, "Rate", type="Number")
    ProxyApi(
        stack,
        "Api",
        handler=function,
        throttle=Throttle(rate=rate.value_as_number, burst=1),
    )
    (settings,) = properties(synth(stack), STAGE)["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == {"Ref": "Rate"}


def test_a_token_as_the_stage_name_is_refused(stack: cdk.Stack, function: lambda_.Function) -> None:
    assert "`stages` must be known at synthesis" in refused(
        lambda: ProxyApi(stack, "Api", handler=function, stages=cdk.Aws.STACK_NAME)
    )


def integration_uri(template: Json) -> str:
    return str(all_of(template, METHOD)[0]["Properties"]["Integration"]["Uri"])


def test_a_lambda_handler_is_accepted(stack: cdk.Stack, code: Path) -> None:
    ProxyApi(stack, "Api", handler=LambdaHandler(stack, "Handler", code=code))
    assert "HandlerFunction" in integration_uri(synth(stack))


def test_an_alias_is_accepted(stack: cdk.Stack, function: lambda_.Function) -> None:
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=function.current_version)
    ProxyApi(stack, "Api", handler=alias)
    template = synth(stack)
    assert "{'Ref': 'Live" in integration_uri(template)
    assert properties(template, PERMISSION)["FunctionName"]["Ref"].startswith("Live")


def test_a_version_is_accepted(stack: cdk.Stack, function: lambda_.Function) -> None:
    ProxyApi(stack, "Api", handler=function.current_version)
    template = synth(stack)
    assert "PlainCurrentVersion" in integration_uri(template)
    assert "PlainCurrentVersion" in str(properties(template, PERMISSION)["FunctionName"])


def test_a_function_of_another_stack_causes_no_cycle(app: cdk.App, code: Path) -> None:
    handler = LambdaHandler(cdk.Stack(app, "Compute"), "Handler", code=code)
    ProxyApi(cdk.Stack(app, "Edge"), "Api", handler=handler)
    assembly = app.synth()
    assert "Edge" not in [d.id for d in assembly.get_stack_by_name("Compute").dependencies]


def test_the_raw_resources_can_be_changed(stack: cdk.Stack, function: lambda_.Function) -> None:
    api = ProxyApi(stack, "Api", handler=function)
    raw = api.stage.node.default_child
    assert isinstance(raw, apigateway.CfnStage)
    raw.client_certificate_id = "certificate"
    assert properties(synth(stack), STAGE)["ClientCertificateId"] == "certificate"
    assert isinstance(api.rest_api, apigateway.RestApi)
    assert stack.resolve(api.url)["Fn::Join"][1][-1] == "/"


def test_only_answers_to_get_are_cached(stack: cdk.Stack, function: lambda_.Function) -> None:
    cache = ApiCache(ttl=cdk.Duration.minutes(1), parameters=("querystring.page",))
    ProxyApi(stack, "Api", handler=function, cache=cache)
    template = synth(stack)
    stage = properties(template, STAGE)
    assert (stage["CacheClusterEnabled"], stage["CacheClusterSize"]) == (True, "0.5")
    settings = {
        (item["ResourcePath"], item["HttpMethod"]): item for item in stage["MethodSettings"]
    }
    every = settings["/*", "*"]
    assert (every["CachingEnabled"], every["CacheDataEncrypted"]) == (True, True)
    assert every["CacheTtlInSeconds"] == 60
    assert settings["/~1{proxy+}", "POST"]["CachingEnabled"] is False
    assert settings["/", "POST"]["CachingEnabled"] is False
    assert not {("/", "GET"), ("/", "ANY"), ("/~1{proxy+}", "GET")} & set(settings)
    keys = sorted(
        method["Properties"]["Integration"]["CacheKeyParameters"]
        for method in all_of(template, "AWS::ApiGateway::Method")
        if method["Properties"]["HttpMethod"] == "GET"
    )
    page = "method.request.querystring.page"
    assert keys == [["method.request.path.proxy", page], [page]]


def test_an_invalid_cache_is_refused(stack: cdk.Stack, function: lambda_.Function) -> None:
    cache = ApiCache(ttl=cdk.Duration.seconds(3601), size_gb="2", parameters=("page",))
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, cache=cache))
    assert "`cache.ttl` must be between 0 and 3600" in message
    assert "`cache.size_gb` must be one of 0.5, 1.6" in message
    assert "`cache.parameters` must be querystring.NAME or header.NAME, got: page" in message


def test_an_existing_web_acl_is_associated(stack: cdk.Stack, function: lambda_.Function) -> None:
    arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1234"
    api = ProxyApi(stack, "Api", handler=function, waf=Waf.existing(arn))
    template = synth(stack)
    assert api.web_acl is None
    assert properties(template, "AWS::WAFv2::WebACLAssociation")["WebACLArn"] == arn
    assert all_of(template, "AWS::WAFv2::WebACL") == []


def test_a_managed_web_acl_counts_large_bodies_and_logs(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    ProxyApi(stack, "Api", handler=function, waf=Waf())
    template = synth(stack)
    rules = properties(template, "AWS::WAFv2::WebACL")["Rules"]
    common = rules[1]["Statement"]["ManagedRuleGroupStatement"]
    (override,) = common["RuleActionOverrides"]
    assert (override["Name"], override["ActionToUse"]) == ("SizeRestrictions_BODY", {"Count": {}})
    (log,) = properties(template, "AWS::WAFv2::LoggingConfiguration")["LogDestinationConfigs"]
    assert ":log-group:" in str(log)
    names = [g["Properties"].get("LogGroupName") for g in all_of(template, "AWS::Logs::LogGroup")]
    assert any(str(name).startswith("{'Fn::Join': ['', ['aws-waf-logs-") for name in names)


def test_the_web_acl_of_a_profile_can_be_turned_off(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    Profile.regulated().apply(stack)
    auth = Auth.public(reason="tested")
    ProxyApi(stack, "With", handler=function, auth=auth)
    ProxyApi(stack, "Without", handler=function, auth=auth, waf=Waf.none())
    template = synth(stack)
    assert len(all_of(template, "AWS::WAFv2::WebACL")) == 1
    assert len(all_of(template, "AWS::WAFv2::WebACLAssociation")) == 1


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1234",
        "arn:aws:waf-regional:eu-west-1:123456789012:webacl/1234",
        "shop",
    ],
)
def test_a_web_acl_of_another_scope_is_refused(
    stack: cdk.Stack, function: lambda_.Function, arn: str
) -> None:
    waf = Waf.existing(arn)
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, waf=waf))
    assert "`waf` must have the ARN of a regional web ACL" in message
    assert message.endswith(f"got: {arn!r} (in Test/Api)")


def test_the_arn_of_a_web_acl_can_be_a_token(stack: cdk.Stack, function: lambda_.Function) -> None:
    arn = cdk.CfnParameter(stack, "Acl").value_as_string
    ProxyApi(stack, "Api", handler=function, waf=Waf.existing(arn))
    association = properties(synth(stack), "AWS::WAFv2::WebACLAssociation")
    assert association["WebACLArn"] == {"Ref": "Acl"}


def test_the_description_of_a_web_acl_has_valid_characters(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Test")
    ProxyApi(
        Construct(stack, "Team's Größe"),
        "Api",
        handler=plain_function(stack, "Plain"),
        waf=Waf(),
    )
    description = properties(synth(stack), "AWS::WAFv2::WebACL")["Description"]
    assert description == "In front of Test/Team-s Gr--e/Api"


def test_the_size_of_a_cache_can_be_a_token(stack: cdk.Stack, function: lambda_.Function) -> None:
    size = cdk.CfnParameter(stack, "Size").value_as_string
    ProxyApi(stack, "Api", handler=function, cache=ApiCache(size_gb=size))
    assert properties(synth(stack), STAGE)["CacheClusterSize"] == {"Ref": "Size"}


def test_a_cors_preflight_converts_binary_requests_to_text(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    """API Gateway answers 500 if a mock integration gets a binary request."""
    api = ProxyApi(stack, "Api", handler=function)
    proxy = api.rest_api.root.get_resource("{proxy+}")
    assert proxy is not None
    proxy.add_cors_preflight(allow_origins=["https://example.com"])
    handling = {
        method["Properties"]["HttpMethod"]: method["Properties"]["Integration"].get(
            "ContentHandling"
        )
        for method in all_of(synth(stack), METHOD)
    }
    assert handling == {"ANY": None, "OPTIONS": "CONVERT_TO_TEXT"}


def test_an_options_method_of_a_function_is_not_changed(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    api = ProxyApi(stack, "Api", handler=function)
    api.rest_api.root.add_method("OPTIONS", apigateway.LambdaIntegration(function))
    assert "ContentHandling" not in str(synth(stack))
