"""A new deployment for every change of an API, and none without one."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito

from serverless_stack.constructs import Auth, Mock, ProxyApi, Route
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, new_app, require_no_cycle, synth, warnings

Change = Callable[[cdk.Stack, ProxyApi], object]
PUBLIC = Auth.public(reason="a test")


def deployed(change: Change) -> tuple[str, Json]:
    """Return the logical id of the deployment of an API with a change, and the template."""
    stack = cdk.Stack(new_app(), "Test")
    api = ProxyApi(stack, "Api", auth=PUBLIC, handler=plain_function(stack, "Plain"))
    change(stack, api)
    template = synth(stack)
    require_no_cycle(template)
    (logical_id,) = [
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ApiGateway::Deployment"
    ]
    (stage,) = all_of(template, "AWS::ApiGateway::Stage")
    assert stage["Properties"]["DeploymentId"] == {"Ref": logical_id}
    return logical_id, template


@pytest.fixture(scope="module")
def unchanged() -> str:
    return deployed(lambda stack, api: None)[0]


def raw_method(stack: cdk.Stack, api: ProxyApi, kind: str = "NONE") -> None:
    resource = apigateway.CfnResource(
        stack,
        "Raw",
        rest_api_id=api.rest_api.rest_api_id,
        parent_id=api.rest_api.rest_api_root_resource_id,
        path_part="raw",
    )
    apigateway.CfnMethod(
        stack,
        "Method",
        rest_api_id=api.rest_api.rest_api_id,
        resource_id=resource.ref,
        http_method="GET",
        authorization_type=kind,
        integration={"type": "MOCK"},
    )


def authorizer(stack: cdk.Stack, api: ProxyApi, minutes: int = 1) -> None:
    users = cognito.UserPool.from_user_pool_id(stack, "Users", "eu-west-1_abcdefghi")
    created = apigateway.CognitoUserPoolsAuthorizer(
        stack,
        "Authorizer",
        cognito_user_pools=[users],
        results_cache_ttl=cdk.Duration.minutes(minutes),
    )
    api.rest_api.root.add_resource("signed").add_method("GET", authorizer=created)


def raw_model(stack: cdk.Stack, api: ProxyApi) -> None:
    apigateway.CfnModel(
        stack, "Model", rest_api_id=api.rest_api.rest_api_id, schema={"type": "object"}
    )


def raw_gateway_response(scope: cdk.Stack, api: ProxyApi) -> None:
    apigateway.CfnGatewayResponse(
        scope,
        "Response",
        rest_api_id=api.rest_api.rest_api_id,
        response_type="DEFAULT_4XX",
    )


def with_model(schema: Json) -> Change:
    return lambda stack, api: api.add_route("POST /m", Route(Mock(), model=schema))


CHANGES: dict[str, tuple[Change, Change]] = {
    "route": (
        lambda stack, api: api.add_route("GET /a", Mock(1)),
        lambda stack, api: api.add_route("GET /a", Mock(2)),
    ),
    "model": (with_model({"type": "object"}), with_model({"type": "string"})),
    "authorizer": (authorizer, lambda stack, api: authorizer(stack, api, minutes=2)),
    "raw-method": (raw_method, lambda stack, api: raw_method(stack, api, "AWS_IAM")),
    "raw-model": (raw_model, lambda stack, api: None),
    "raw-gateway-response": (raw_gateway_response, lambda stack, api: None),
    "proxy": (
        lambda stack, api: api.rest_api.root.add_resource("x").add_proxy(
            default_integration=apigateway.MockIntegration()
        ),
        lambda stack, api: api.rest_api.root.add_resource("x").add_method("GET"),
    ),
    "gateway-response": (
        lambda stack, api: api.rest_api.add_gateway_response(
            "R", type=apigateway.ResponseType.THROTTLED, status_code="503"
        ),
        lambda stack, api: api.rest_api.add_gateway_response(
            "R", type=apigateway.ResponseType.THROTTLED, status_code="429"
        ),
    ),
}


@pytest.mark.parametrize(("one", "other"), list(CHANGES.values()), ids=list(CHANGES))
def test_a_change_is_deployed(unchanged: str, one: Change, other: Change) -> None:
    ids = [unchanged, deployed(one)[0], deployed(other)[0]]
    assert ids[1] != ids[0]
    assert ids[1] != ids[2]


def test_the_same_api_has_the_same_deployment(unchanged: str) -> None:
    assert deployed(lambda stack, api: None)[0] == unchanged
    assert deployed(raw_method)[0] == deployed(raw_method)[0]


def test_the_deployment_waits_for_raw_resources() -> None:
    logical_id, template = deployed(raw_method)
    assert {"Raw", "Method"} <= set(template["Resources"][logical_id]["DependsOn"])


def test_a_nested_stack_is_deployed(unchanged: str) -> None:
    logical_id, template = deployed(
        lambda stack, api: raw_gateway_response(cdk.NestedStack(stack, "Nested"), api)
    )
    assert logical_id != unchanged
    assert any(
        name.startswith("NestedNestedStack")
        for name in template["Resources"][logical_id]["DependsOn"]
    )


def test_a_raw_resource_in_another_stack_is_told() -> None:
    app = new_app()
    stack, other = cdk.Stack(app, "Test"), cdk.Stack(app, "Other")
    api = ProxyApi(stack, "Api", auth=PUBLIC, handler=plain_function(stack, "Plain"))
    raw_gateway_response(other, api)
    synth(stack)
    (message,) = [text for text in warnings(other) if "not-deployed" in text]
    assert message.startswith("Other/Response is deployed after the stages of Test/Api/RestApi")
    assert "Create it in the stack Test" in message


def test_a_route_of_another_construct_is_in_the_stack_of_the_api() -> None:
    app = new_app()
    stack, other = cdk.Stack(app, "Test"), cdk.Stack(app, "Other")
    api = ProxyApi(stack, "Api", auth=PUBLIC, handler=plain_function(stack, "Plain"))
    api.add_route("GET /other", plain_function(other, "Function"))
    assert len(all_of(synth(stack), "AWS::ApiGateway::Method")) == 3
    assert "not-deployed" not in str(warnings(stack) + warnings(other))
