"""Throttles of stages and routes, usage plans, and keys."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import Auth, Cors, Profile, ProxyApi, Route, Throttle, UsagePlan
from tests.constructs.templates import all_of, properties, refused, synth

STAGE = "AWS::ApiGateway::Stage"
PLAN = "AWS::ApiGateway::UsagePlan"
KEY = "AWS::ApiGateway::ApiKey"
SECRET = "AWS::SecretsManager::Secret"
GOLD = UsagePlan(rate=10, burst=20, quota=1000, period=apigateway.Period.DAY, name="Gold")


def test_a_route_has_a_throttle_of_its_own(stack: cdk.Stack, function: lambda_.Function) -> None:
    api = ProxyApi(
        stack,
        "Api",
        handler=function,
        stages=["one", "two"],
        routes={"GET /orders/{id}": Route(function, throttle=Throttle(rate=0.5, burst=2))},
    )
    api.add_route("POST /later", Route(function, throttle=Throttle(rate=3, burst=4)))
    for stage in all_of(synth(stack), STAGE):
        settings = {
            (item["ResourcePath"], item["HttpMethod"]): item
            for item in stage["Properties"]["MethodSettings"]
        }
        limits = {
            name: (item["ThrottlingRateLimit"], item["ThrottlingBurstLimit"])
            for name, item in settings.items()
        }
        assert limits == {
            ("/*", "*"): (100, 200),
            ("/~1orders~1{id}", "GET"): (0.5, 2),
            ("/~1later", "POST"): (3, 4),
        }
        assert settings["/~1later", "POST"]["LoggingLevel"] == "ERROR"


def test_settings_of_any_are_those_of_its_verbs(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    # API Gateway has no settings of ANY: a stage with them cannot be created.
    api = ProxyApi(
        stack,
        "Api",
        cors=Cors(origins=["https://example.com"]),
        routes={
            "ANY /a": Route(function, throttle=Throttle(rate=3, burst=4)),
            "GET /a": function,
        },
    )
    api.add_route("PUT /a", function)
    settings = {
        (item["ResourcePath"], item["HttpMethod"]): item["ThrottlingRateLimit"]
        for item in properties(synth(stack), STAGE)["MethodSettings"]
    }
    of_any = {("/~1a", verb): 3 for verb in ("DELETE", "HEAD", "PATCH", "POST")}
    assert settings == {("/*", "*"): 100, ("/~1a", "PUT"): 100, **of_any}


def test_a_plan_covers_all_stages(stack: cdk.Stack, function: lambda_.Function) -> None:
    plans = [GOLD, UsagePlan()]
    ProxyApi(stack, "Api", handler=function, stages=["one", "two"], usage_plans=plans)
    gold, free = (resource["Properties"] for resource in all_of(synth(stack), PLAN))
    assert gold["Throttle"] == {"RateLimit": 10, "BurstLimit": 20}
    assert gold["Quota"] == {"Limit": 1000, "Period": "DAY"}
    assert gold["UsagePlanName"] == "Test-Api-Gold"
    assert len(gold["ApiStages"]) == 2
    assert "Throttle" not in free
    assert "Quota" not in free


def test_the_value_of_a_key_is_in_a_secret(stack: cdk.Stack, function: lambda_.Function) -> None:
    api = ProxyApi(stack, "Api", handler=function, auth=Auth.api_key(), usage_plans=[GOLD])
    key = api.add_api_key("Acme")
    template = synth(stack)
    generated = properties(template, SECRET)["GenerateSecretString"]
    assert generated == {"ExcludePunctuation": True, "IncludeSpace": False, "PasswordLength": 40}
    value = properties(template, KEY)["Value"]["Fn::Join"][1]
    assert (value[0], value[2]) == ("{{resolve:secretsmanager:", ":SecretString:::}}")
    assert template["Resources"][value[1]["Ref"]]["Type"] == SECRET
    placed = properties(template, "AWS::ApiGateway::UsagePlanKey")
    assert placed["KeyType"] == "API_KEY"
    assert stack.resolve(key.key_id) == placed["KeyId"]


def test_a_given_secret_has_the_value(stack: cdk.Stack, function: lambda_.Function) -> None:
    api = ProxyApi(stack, "Api", handler=function, usage_plans=[GOLD, UsagePlan()])
    secret = secretsmanager.Secret.from_secret_name_v2(stack, "Mine", "acme")
    key = api.add_api_key("Acme", plan=GOLD, secret=secret)
    template = synth(stack)
    assert key.secret is secret
    assert all_of(template, SECRET) == []
    assert "acme" in str(properties(template, KEY)["Value"])


def test_keys_have_ids_by_their_names(stack: cdk.Stack, function: lambda_.Function) -> None:
    api = ProxyApi(stack, "Api", handler=function, usage_plans=[GOLD])
    for name in ("a-b", "ab", "a.b", "a_b"):
        api.add_api_key(name)
    resources = synth(stack)["Resources"]
    assert len([name for name, item in resources.items() if item["Type"] == KEY]) == 4


def test_a_generated_key_is_encrypted_in_regulated(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    Profile.regulated().apply(stack)
    api = ProxyApi(stack, "Api", handler=function, auth=Auth.api_key(), usage_plans=[GOLD])
    api.add_api_key("Acme")
    assert "KmsKeyId" in properties(synth(stack), SECRET)


def message_of(
    stack: cdk.Stack, function: lambda_.Function, *plans: UsagePlan, argument: str = "usage_plans"
) -> str:
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, usage_plans=plans))
    assert f"`{argument}" in message
    return message


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (UsagePlan(rate=1), "`usage_plans[0]` must have both `rate` and `burst`, or neither"),
        (UsagePlan(rate=-1, burst=1), "`usage_plans[0].rate` must be 0 or more, got: -1"),
        (UsagePlan(rate=1, burst=-1), "`usage_plans[0].burst` must be 0 or more, got: -1"),
        (UsagePlan(quota=0), "`usage_plans[0].quota` must be 1 or more, got: 0"),
        (UsagePlan(name="a/b"), "`usage_plans[0].name` must have 1 to 128 letters"),
        (UsagePlan(name=cdk.Aws.STACK_NAME), "`usage_plans[0].name` must have 1 to 128 letters"),
    ],
)
def test_a_wrong_plan_is_refused(
    stack: cdk.Stack, function: lambda_.Function, plan: UsagePlan, expected: str
) -> None:
    assert expected in message_of(stack, function, plan)


def test_plans_of_one_name_are_refused(stack: cdk.Stack, function: lambda_.Function) -> None:
    message = message_of(stack, function, UsagePlan(), UsagePlan(quota=1))
    assert "must have plans of different names, got: 'Default' more than once" in message


def test_wrong_keys_are_refused(stack: cdk.Stack, function: lambda_.Function) -> None:
    without = ProxyApi(stack, "Without", handler=function)
    assert "usage_plans=[UsagePlan(rate=10, burst=20)]" in refused(
        lambda: without.add_api_key("Acme")
    )
    api = ProxyApi(stack, "Api", handler=function, usage_plans=[GOLD, UsagePlan()])
    assert "`plan` must say which of `usage_plans`" in refused(lambda: api.add_api_key("Acme"))
    other = UsagePlan(name="Gold")
    message = refused(lambda: api.add_api_key("a b", plan=other))
    assert "`name` must have 1 to 128 letters" in message
    assert "`plan` must be one of `usage_plans`, got: 'Gold'" in message
    secret = secretsmanager.Secret(stack, "Secret")
    api.add_api_key("Acme", plan=GOLD, secret=secret)
    message = refused(lambda: api.add_api_key("Acme", plan=GOLD, secret=secret))
    assert "`name` must be one that the API does not have yet, got: 'Acme' again" in message
    assert "`secret` must be that of one key" in message


def test_a_wrong_throttle_of_a_route_is_refused(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    route = Route(function, throttle=Throttle(rate=-1, burst=-2))
    message = refused(lambda: ProxyApi(stack, "Api", routes={"GET /x": route}))
    assert "`routes['GET /x'].throttle.rate` must be 0 or more, got: -1" in message
    assert "`routes['GET /x'].throttle.burst` must be 0 or more, got: -2" in message
