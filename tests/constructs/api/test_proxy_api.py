from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from serverless_stack.constructs import ApiCache, LambdaHandler, ProxyApi, WebAcl
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
        stage_name="v1",
        throttling_rate_limit=10_000,
        throttling_burst_limit=5_000,
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


def test_it_leaves_the_account_alone(minimal: Json) -> None:
    assert all_of(minimal, "AWS::ApiGateway::Account") == []
    assert [
        r["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
        for r in all_of(minimal, "AWS::IAM::Role")
    ] == [{"Service": "lambda.amazonaws.com"}]


def test_its_stage_throttles_traces_and_logs(minimal: Json) -> None:
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


def test_bodies_of_all_types_stay_whole(minimal: Json) -> None:
    api = properties(minimal, "AWS::ApiGateway::RestApi")
    assert api["BinaryMediaTypes"] == ["*/*"]
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_every_argument_arrives(maximal: Json) -> None:
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


def test_all_problems_are_told_together(stack: cdk.Stack, function: lambda_.Function) -> None:
    message = refused(
        lambda: ProxyApi(
            stack,
            "Api",
            handler=function,
            stage_name="a/b",
            throttling_rate_limit=-1,
            throttling_burst_limit=-2,
            binary_media_types=["png", "*/*", "*/*"],
        )
    )
    assert message.splitlines() == [
        "5 problems in Test/Api:",
        "- `stage_name` must have 1 to 128 letters, digits, hyphens and underscores, got: 'a/b'",
        "- `throttling_rate_limit` must be 0 or more, got: -1",
        "- `throttling_burst_limit` must be 0 or more, got: -2",
        "- `binary_media_types` must have media types such as image/png or */*, got: 'png'",
        "- `binary_media_types` must not repeat a media type, got: '*/*' more than once",
    ]
    assert stack.node.try_find_child("Api") is None


def test_the_good_neighbours_are_accepted(stack: cdk.Stack, function: lambda_.Function) -> None:
    ProxyApi(
        stack,
        "Api",
        handler=function,
        stage_name="a-b_1",
        throttling_rate_limit=0,
        throttling_burst_limit=0,
    )
    assert properties(synth(stack), STAGE)["StageName"] == "a-b_1"


def test_tokens_pass(stack: cdk.Stack, function: lambda_.Function) -> None:
    rate = cdk.CfnParameter(stack, "Rate", type="Number")
    ProxyApi(
        stack,
        "Api",
        handler=function,
        throttling_rate_limit=rate.value_as_number,
    )
    (settings,) = properties(synth(stack), STAGE)["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == {"Ref": "Rate"}


def test_a_token_as_the_stage_name_is_refused(stack: cdk.Stack, function: lambda_.Function) -> None:
    assert "`stage_name` must be known at synthesis" in refused(
        lambda: ProxyApi(stack, "Api", handler=function, stage_name=cdk.Aws.STACK_NAME)
    )


def integration_uri(template: Json) -> str:
    return str(all_of(template, METHOD)[0]["Properties"]["Integration"]["Uri"])


def test_a_lambda_handler_is_taken(stack: cdk.Stack, code: Path) -> None:
    ProxyApi(stack, "Api", handler=LambdaHandler(stack, "Handler", code=code))
    assert "HandlerFunction" in integration_uri(synth(stack))


def test_an_alias_is_taken(stack: cdk.Stack, function: lambda_.Function) -> None:
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=function.current_version)
    ProxyApi(stack, "Api", handler=alias)
    template = synth(stack)
    assert "{'Ref': 'Live" in integration_uri(template)
    assert properties(template, PERMISSION)["FunctionName"]["Ref"].startswith("Live")


def test_a_version_is_taken(stack: cdk.Stack, function: lambda_.Function) -> None:
    ProxyApi(stack, "Api", handler=function.current_version)
    template = synth(stack)
    assert "PlainCurrentVersion" in integration_uri(template)
    assert "PlainCurrentVersion" in str(properties(template, PERMISSION)["FunctionName"])


def test_a_function_of_another_stack_makes_no_cycle(app: cdk.App, code: Path) -> None:
    handler = LambdaHandler(cdk.Stack(app, "Compute"), "Handler", code=code)
    ProxyApi(cdk.Stack(app, "Edge"), "Api", handler=handler)
    assembly = app.synth()
    assert "Edge" not in [d.id for d in assembly.get_stack_by_name("Compute").dependencies]


def test_the_raw_resources_are_in_reach(stack: cdk.Stack, function: lambda_.Function) -> None:
    api = ProxyApi(stack, "Api", handler=function)
    raw = api.stage.node.default_child
    assert isinstance(raw, apigateway.CfnStage)
    raw.client_certificate_id = "certificate"
    assert properties(synth(stack), STAGE)["ClientCertificateId"] == "certificate"
    assert isinstance(api.rest_api, apigateway.RestApi)
    assert stack.resolve(api.url)["Fn::Join"][1][-1] == "/"


def test_a_cache_keeps_answers_to_get_alone(stack: cdk.Stack, function: lambda_.Function) -> None:
    cache = ApiCache(ttl=cdk.Duration.minutes(1), parameters=("querystring.page",))
    ProxyApi(stack, "Api", handler=function, cache=cache)
    template = synth(stack)
    stage = properties(template, STAGE)
    assert (stage["CacheClusterEnabled"], stage["CacheClusterSize"]) == (True, "0.5")
    settings = {
        (each["ResourcePath"], each["HttpMethod"]): each for each in stage["MethodSettings"]
    }
    every = settings["/*", "*"]
    assert (every["CachingEnabled"], every["CacheDataEncrypted"]) == (True, True)
    assert every["CacheTtlInSeconds"] == 60
    assert settings["/~1{proxy+}", "ANY"]["CachingEnabled"] is False
    assert settings["/", "ANY"]["CachingEnabled"] is False
    keys = sorted(
        method["Properties"]["Integration"]["CacheKeyParameters"]
        for method in all_of(template, "AWS::ApiGateway::Method")
        if method["Properties"]["HttpMethod"] == "GET"
    )
    page = "method.request.querystring.page"
    assert keys == [["method.request.path.proxy", page], [page]]


def test_a_cache_that_is_refused(stack: cdk.Stack, function: lambda_.Function) -> None:
    cache = ApiCache(ttl=cdk.Duration.seconds(3601), size_gb="2", parameters=("page",))
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, cache=cache))
    assert "`cache.ttl` must be 0" in message
    assert "`cache.size_gb` must be one of 0.5, 1.6" in message
    assert "`cache.parameters` must be querystring.NAME or header.NAME, got: page" in message


def test_a_web_acl_of_ones_own_is_taken(stack: cdk.Stack, function: lambda_.Function) -> None:
    arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1234"
    api = ProxyApi(stack, "Api", handler=function, web_acl=WebAcl.existing(arn))
    template = synth(stack)
    assert api.web_acl is None
    assert properties(template, "AWS::WAFv2::WebACLAssociation")["WebACLArn"] == arn
    assert all_of(template, "AWS::WAFv2::WebACL") == []


def test_a_web_acl_counts_large_bodies_and_logs(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    ProxyApi(stack, "Api", handler=function, web_acl=WebAcl.managed())
    template = synth(stack)
    rules = properties(template, "AWS::WAFv2::WebACL")["Rules"]
    common = rules[1]["Statement"]["ManagedRuleGroupStatement"]
    (override,) = common["RuleActionOverrides"]
    assert (override["Name"], override["ActionToUse"]) == ("SizeRestrictions_BODY", {"Count": {}})
    (log,) = properties(template, "AWS::WAFv2::LoggingConfiguration")["LogDestinationConfigs"]
    assert ":log-group:" in str(log)
    names = [g["Properties"].get("LogGroupName") for g in all_of(template, "AWS::Logs::LogGroup")]
    assert any(str(name).startswith("{'Fn::Join': ['', ['aws-waf-logs-") for name in names)
