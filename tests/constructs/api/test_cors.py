"""Which pages may call: preflight, the API's own errors, and the rules of functions."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack._shared import contract
from serverless_stack._shared.cors import CorsRules
from serverless_stack.constructs import Auth, Cors, Mock, ProxyApi
from serverless_stack.constructs.api.routes import Routes
from serverless_stack.runtime.cors import Cors as RuntimeCors
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, new_app, refused, synth

METHOD = "AWS::ApiGateway::Method"
RESPONSE = "AWS::ApiGateway::GatewayResponse"
ORIGINS = ("https://shop.example", "http://localhost:8080")


def api_of(cors: Cors) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    function = plain_function(stack, "Plain")
    routes: Routes = {"GET /orders/{id}": function, "GET /health": Mock({"ok": True})}
    ProxyApi(stack, "Api", handler=function, auth=Auth.iam(), cors=cors, routes=routes)
    return synth(stack)


@pytest.fixture(scope="module")
def one() -> Json:
    return api_of(
        Cors(
            origins=ORIGINS[:1],
            credentials=True,
            headers=("X-One",),
            methods=("GET", "PUT"),
            expose=("ETag",),
            max_age=cdk.Duration.minutes(2),
        )
    )


@pytest.fixture(scope="module")
def several() -> Json:
    return api_of(Cors(origins=ORIGINS, credentials=True))


def preflights(template: Json) -> list[Json]:
    return [
        method["Properties"]
        for method in all_of(template, METHOD)
        if method["Properties"]["HttpMethod"] == "OPTIONS"
    ]


def sent(template: Json) -> Json:
    """Return the headers of a preflight."""
    (answer,) = preflights(template)[0]["Integration"]["IntegrationResponses"]
    prefix = "method.response.header."
    return {k.removeprefix(prefix): v for k, v in answer["ResponseParameters"].items()}


def errors(template: Json) -> dict[str, Json]:
    """Return the headers of the API's own errors, by type."""
    prefix = "gatewayresponse.header."
    return {
        response["Properties"]["ResponseType"]: {
            name.removeprefix(prefix): value
            for name, value in response["Properties"]["ResponseParameters"].items()
        }
        for response in all_of(template, RESPONSE)
    }


def test_every_resource_answers_a_preflight_without_authorization(one: Json) -> None:
    """The root, `{proxy+}`, `/orders`, `/orders/{id}` and `/health`."""
    methods = preflights(one)
    assert len(methods) == 5
    assert {method["AuthorizationType"] for method in methods} == {"NONE"}
    assert {method["Integration"]["Type"] for method in methods} == {"MOCK"}


def test_a_preflight_converts_binary_requests_to_text(one: Json) -> None:
    handling = {method["Integration"].get("ContentHandling") for method in preflights(one)}
    assert handling == {"CONVERT_TO_TEXT"}


def test_a_preflight_has_every_argument(one: Json) -> None:
    assert sent(one) == {
        "Access-Control-Allow-Origin": "'https://shop.example'",
        "Access-Control-Allow-Credentials": "'true'",
        "Access-Control-Allow-Headers": "'X-One'",
        "Access-Control-Allow-Methods": "'GET,PUT'",
        "Access-Control-Expose-Headers": "'ETag'",
        "Access-Control-Max-Age": "'120'",
        "Vary": "'Origin'",
    }


def test_the_apis_own_errors_have_the_headers_of_functions(one: Json) -> None:
    headers = {
        "Access-Control-Allow-Origin": "'https://shop.example'",
        "Access-Control-Allow-Credentials": "'true'",
        "Access-Control-Expose-Headers": "'ETag'",
        "Vary": "'Origin'",
    }
    assert errors(one) == {"DEFAULT_4XX": headers, "DEFAULT_5XX": headers}


def test_errors_name_the_origin_that_asks_if_there_are_several(several: Json) -> None:
    for headers in errors(several).values():
        assert headers["Access-Control-Allow-Origin"] == "method.request.header.Origin"
        assert headers["Access-Control-Allow-Credentials"] == "'true'"
        assert headers["Vary"] == "'Origin'"


def test_a_preflight_names_one_of_several_origins(several: Json) -> None:
    (answer,) = preflights(several)[0]["Integration"]["IntegrationResponses"]
    template = answer["ResponseTemplates"]["application/json"]
    assert sent(several)["Access-Control-Allow-Origin"] == "'https://shop.example'"
    assert '$origin == "http://localhost:8080"' in template


def test_answers_of_services_have_the_headers_of_functions(one: Json, several: Json) -> None:
    prefix = "method.response.header."
    for template, others in ((one, False), (several, True)):
        (mock,) = (
            method["Properties"]["Integration"]
            for method in all_of(template, METHOD)
            if method["Properties"]["Integration"]["Type"] == "MOCK"
            and method["Properties"]["HttpMethod"] == "GET"
        )
        (answer,) = mock["IntegrationResponses"]
        sent_by_it = answer["ResponseParameters"]
        assert sent_by_it[f"{prefix}Access-Control-Allow-Origin"] == "'https://shop.example'"
        assert sent_by_it[f"{prefix}Access-Control-Allow-Credentials"] == "'true'"
        body = answer["ResponseTemplates"]["application/json"]
        assert body.endswith('{"ok": true}')
        assert ('$origin == "http://localhost:8080"' in body) is others


def test_every_origin_is_a_star_without_vary() -> None:
    template = api_of(Cors(origins=["*"]))
    assert sent(template)["Access-Control-Allow-Origin"] == "'*'"
    assert errors(template)["DEFAULT_5XX"] == {"Access-Control-Allow-Origin": "'*'"}


def test_the_defaults_fit_most_pages(several: Json) -> None:
    headers = sent(several)
    allowed = headers["Access-Control-Allow-Headers"]
    assert "Authorization" in allowed
    assert "X-Api-Key" in allowed
    assert headers["Access-Control-Max-Age"] == "'3600'"
    assert "Access-Control-Expose-Headers" not in headers


def variable(template: Json) -> str:
    (function,) = all_of(template, "AWS::Lambda::Function")
    text = function["Properties"]["Environment"]["Variables"][contract.CORS]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("origin", [*ORIGINS, "https://evil.example", None])
@pytest.mark.parametrize("credentials", [True, False])
@pytest.mark.parametrize("origins", [ORIGINS[:1], ORIGINS, ("*",)])
def test_functions_and_the_api_agree(
    origins: tuple[str, ...], credentials: bool, origin: str | None
) -> None:
    """What the handler sends is what the construct says, for every origin."""
    if credentials and origins == ("*",):
        return
    cors = Cors(origins=origins, credentials=credentials, expose=("ETag",))
    runtime = RuntimeCors.from_env({contract.CORS: cors.rules.to_text()})
    headers = runtime.headers({"headers": {"origin": origin} if origin else None})
    assert headers == dict(cors.rules.headers(origin))


def test_functions_take_the_rules_from_their_environment(several: Json) -> None:
    assert CorsRules.from_text(variable(several)) == CorsRules(ORIGINS, credentials=True)


def test_a_function_of_two_apis_has_one_set_of_rules(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    cors = Cors(origins=ORIGINS)
    ProxyApi(stack, "One", handler=function, cors=cors)
    ProxyApi(stack, "Two", handler=function.current_version, cors=Cors(origins=list(ORIGINS)))
    message = refused(lambda: ProxyApi(stack, "Three", handler=function, cors=Cors(origins=["*"])))
    assert message.startswith("`cors` must be the same for all APIs of a function, got: other")
    assert variable(synth(stack)) == cors.rules.to_text()


def test_an_imported_function_is_not_changed(stack: cdk.Stack) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
    imported = lambda_.Function.from_function_arn(stack, "Orders", arn)
    ProxyApi(stack, "Api", handler=imported, cors=Cors(origins=["*"]))
    assert len(all_of(synth(stack), RESPONSE)) == 2


def test_without_cors_nothing_is_added(stack: cdk.Stack, function: lambda_.Function) -> None:
    ProxyApi(stack, "Api", handler=function)
    template = synth(stack)
    assert preflights(template) == []
    assert all_of(template, RESPONSE) == []
    assert contract.CORS not in str(template)


def test_a_route_for_options_beside_cors_is_refused(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    message = refused(
        lambda: ProxyApi(stack, "Api", cors=Cors(origins=["*"]), routes={"OPTIONS /x": function})
    )
    assert "`routes` must not have 'OPTIONS /x' with `cors`, which answers OPTIONS" in message


def test_a_token_is_an_origin(stack: cdk.Stack, function: lambda_.Function) -> None:
    page = cdk.CfnParameter(stack, "Page").value_as_string
    ProxyApi(stack, "Api", handler=function, cors=Cors(origins=[page]))
    template = synth(stack)
    assert sent(template)["Access-Control-Allow-Origin"]["Fn::Join"][1][1] == {"Ref": "Page"}


REFUSED: list[tuple[Json, str]] = [
    ({"origins": []}, "`cors.origins` must have at least one origin, got: none"),
    ({"origins": ["*", "https://a.example"]}, "`cors.origins` must be '*' alone or a list"),
    ({"origins": ["https://a.example"] * 2}, "`cors.origins` must not repeat a value"),
    ({"origins": ["https://a.example/"]}, "(nearest accepted: https://a.example)"),
    ({"origins": ["https://a.example/shop"]}, "(nearest accepted: https://a.example)"),
    ({"origins": ["https://A.example"]}, "(nearest accepted: https://a.example)"),
    ({"origins": ["https://a.example:443"]}, "(nearest accepted: https://a.example)"),
    ({"origins": ["https://*.a.example"]}, "list each origin, because no part of it can be"),
    ({"origins": ["a.example"]}, "such as https://example.com, got: 'a.example'"),
    ({"origins": ["null"]}, "such as https://example.com, got: 'null'"),
    ({"origins": ["*"], "credentials": True}, "`cors.origins` must name each origin with"),
    (
        {"origins": ["https://a.example"], "credentials": True, "headers": ["*"]},
        "`cors.headers` must name each one with `credentials`, because browsers then take '*'",
    ),
    (
        {"origins": ["https://a.example"], "credentials": True, "methods": ["*"]},
        "`cors.methods` must name each one with `credentials`",
    ),
    ({"origins": ["*"], "headers": ["X Y"]}, "`cors.headers` must have names of headers, got: 'X"),
    ({"origins": ["*"], "expose": ["é"]}, "`cors.expose` must have names of headers, got: 'é'"),
    ({"origins": ["*"], "methods": ["get"]}, "`cors.methods` must be of DELETE, GET, HEAD"),
    ({"origins": ["*"], "methods": []}, "`cors.methods` must have at least one method"),
    (
        {"origins": ["*"], "max_age": cdk.Duration.days(2)},
        "`cors.max_age` must be between 0 and 86400 seconds, got: 172800",
    ),
]


@pytest.mark.parametrize(("arguments", "expected"), REFUSED)
def test_what_browsers_refuse_is_refused(
    stack: cdk.Stack, function: lambda_.Function, arguments: Json, expected: str
) -> None:
    cors = Cors(**arguments)
    assert expected in refused(lambda: ProxyApi(stack, "Api", handler=function, cors=cors))


def test_a_variable_of_the_same_name_is_refused(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    function.add_environment("API_CORS", "mine")
    cors = Cors(origins=["https://example.com"])
    assert "leave API_CORS out, which the `cors` of the API sets" in refused(
        lambda: ProxyApi(stack, "Api", handler=function, cors=cors)
    )
