"""Who may call an API, and its routes."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import Auth, LambdaHandler, Profile, ProxyApi, Route, UsagePlan
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.conftest import plain_function
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    refused,
    require_no_cycle,
    synth,
    warnings,
)

METHOD = "AWS::ApiGateway::Method"
AUTHORIZER = "AWS::ApiGateway::Authorizer"
PERMISSION = "AWS::Lambda::Permission"
MINUTE = cdk.Duration.minutes(1)


def pool(stack: cdk.Stack, name: str = "Users") -> cognito.IUserPool:
    return cognito.UserPool.from_user_pool_id(stack, name, f"eu-west-1_{name}")


@pytest.fixture(scope="module")
def every_kind() -> Json:
    """An API with a route of each kind, and several of the same."""
    app = new_app()
    stack, other = cdk.Stack(app, "Test"), cdk.Stack(app, "Other")
    function, judge = plain_function(stack, "Plain"), plain_function(other, "Judge")
    users, guests = pool(stack), pool(other, "Guests")
    by_token, by_request = Auth.lambda_token(judge), Auth.lambda_request(judge)
    sources = ("querystring.token", "header.X-Tenant")
    ProxyApi(
        stack,
        "Api",
        handler=function,
        auth=Auth.cognito(users),
        usage_plans=[UsagePlan()],
        routes={
            "GET /health": Route(function, auth=Auth.public(reason="for probes")),
            "GET /iam": Route(function, auth=Auth.iam()),
            "GET /scopes": Route(function, auth=Auth.cognito(users, scopes=["orders/read"])),
            "GET /both": Route(function, auth=Auth.cognito(users, guests)),
            "GET /token": Route(function, auth=by_token),
            "POST /token": Route(function, auth=by_token),
            "GET /kept": Route(function, auth=Auth.lambda_token(judge, ttl=MINUTE)),
            "GET /request": Route(function, auth=by_request),
            "GET /sources": Route(
                function, auth=Auth.lambda_request(judge, identity_sources=sources, ttl=MINUTE)
            ),
            "GET /key": Route(function, auth=Auth.api_key()),
            "OPTIONS /own": function,
        },
    )
    template = synth(stack)
    assert "Test" not in str(app.synth().get_stack_by_name("Other").dependencies)
    return template


def method(template: Json, path: str, verb: str = "GET") -> Json:
    """Return the method of a path below the root, with its authorizer."""
    resources = template["Resources"]
    for resource in all_of(template, METHOD):
        found = resource["Properties"]
        owner = resources.get(found["ResourceId"].get("Ref"), {}).get("Properties", {})
        if (owner.get("PathPart", ""), found["HttpMethod"]) == (path, verb):
            authorizer = resources.get((found.get("AuthorizerId") or {}).get("Ref"), {})
            return {**found, "Authorizer": authorizer.get("Properties", {})}
    raise AssertionError(f"no {verb} {path}")


def test_every_kind(every_kind: Json, template_snapshot: TemplateSnapshot) -> None:
    assert every_kind == template_snapshot


@pytest.mark.parametrize(
    ("path", "authorization"),
    [
        ("{proxy+}", "COGNITO_USER_POOLS"),
        ("health", "NONE"),
        ("iam", "AWS_IAM"),
        ("scopes", "COGNITO_USER_POOLS"),
        ("token", "CUSTOM"),
        ("request", "CUSTOM"),
        ("key", "NONE"),
    ],
)
def test_a_route_has_an_authorization_of_its_own(
    every_kind: Json, path: str, authorization: str
) -> None:
    verb = "ANY" if path == "{proxy+}" else "GET"
    assert method(every_kind, path, verb)["AuthorizationType"] == authorization


def test_a_preflight_is_never_authorised(every_kind: Json) -> None:
    own = method(every_kind, "own", "OPTIONS")
    assert (own["AuthorizationType"], "AuthorizerId" in own) == ("NONE", False)


def test_scopes_and_keys_are_required_by_their_methods_only(every_kind: Json) -> None:
    assert method(every_kind, "scopes")["AuthorizationScopes"] == ["orders/read"]
    assert "AuthorizationScopes" not in method(every_kind, "both")
    methods = [resource["Properties"] for resource in all_of(every_kind, METHOD)]
    assert len([m for m in methods if m.get("ApiKeyRequired")]) == 1
    assert method(every_kind, "key")["ApiKeyRequired"] is True


def test_each_distinct_choice_has_one_authorizer(every_kind: Json) -> None:
    """The users' pool serves the greedy handler and `/scopes`; `/token` has two methods."""
    assert len(all_of(every_kind, AUTHORIZER)) == 6
    names = [resource["Properties"]["Name"] for resource in all_of(every_kind, AUTHORIZER)]
    assert len(set(names)) == 6
    both = method(every_kind, "both")["Authorizer"]
    assert (both["Type"], len(both["ProviderARNs"])) == ("COGNITO_USER_POOLS", 2)


def test_policies_are_not_kept_unless_asked_for(every_kind: Json) -> None:
    ttl = {
        path: method(every_kind, path)["Authorizer"]["AuthorizerResultTtlInSeconds"]
        for path in ("token", "kept", "request", "sources")
    }
    assert ttl == {"token": 0, "kept": 60, "request": 0, "sources": 60}
    sources = method(every_kind, "sources")["Authorizer"]["IdentitySource"]
    assert sources == "method.request.querystring.token,method.request.header.X-Tenant"


def test_a_function_is_called_by_all_authorizers_with_one_permission(every_kind: Json) -> None:
    """One permission for the four authorizers, and one for the routes."""
    permissions = [r["Properties"] for r in all_of(every_kind, PERMISSION)]
    arns = [p["SourceArn"]["Fn::Join"][1][-1] for p in permissions]
    assert sorted(arns) == ["/*/*/*", "/authorizers/*"]


def test_a_function_of_another_stack_causes_no_cycle(every_kind: Json) -> None:
    require_no_cycle(every_kind)
    token = method(every_kind, "token")["Authorizer"]
    assert "Fn::ImportValue" in str(token["AuthorizerUri"])


def test_ids_do_not_depend_on_the_order_of_routes() -> None:
    def ids(*names: str) -> set[str]:
        stack = cdk.Stack(new_app(), "Test")
        function = plain_function(stack, "Plain")
        auths = {
            "a": Auth.cognito(pool(stack)),
            "b": Auth.cognito(pool(stack, "Guests")),
            "c": Auth.lambda_token(function),
        }
        routes = {f"GET /{name}": Route(function, auth=auths[name]) for name in names}
        ProxyApi(stack, "Api", routes=routes)
        template = synth(stack)
        return {n for n, r in template["Resources"].items() if r["Type"] == AUTHORIZER}

    assert ids("a", "b", "c") == ids("c", "b", "a")
    assert ids("b") < ids("a", "b", "c")


def test_an_alias_and_a_handler_decide(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    plain = plain_function(stack, "Plain")
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=plain.current_version)
    routes = {
        "GET /a": Route(handler, auth=Auth.lambda_token(handler)),
        "GET /b": Route(handler, auth=Auth.lambda_request(alias)),
    }
    ProxyApi(stack, "Api", routes=routes)
    template = synth(stack)
    uris = str(
        [resource["Properties"]["AuthorizerUri"] for resource in all_of(template, AUTHORIZER)]
    )
    assert "Live" in uris
    assert "HandlerFunction" in uris
    require_no_cycle(template)


def test_an_imported_function_decides() -> None:
    env = cdk.Environment(account="1" * 12, region="eu-west-1")
    stack = cdk.Stack(new_app(), "Test", env=env)
    arn = f"arn:aws:lambda:eu-west-1:{env.account}:function:judge"
    judge = lambda_.Function.from_function_arn(stack, "Judge", arn)
    routes = {
        "GET /a": Route(judge, auth=Auth.lambda_token(judge)),
        "GET /b": Route(judge, auth=Auth.lambda_request(judge)),
    }
    ProxyApi(stack, "Api", routes=routes)
    template = synth(stack)
    assert len(all_of(template, AUTHORIZER)) == 2
    permissions = [str(item["Properties"]["SourceArn"]) for item in all_of(template, PERMISSION)]
    assert len([source for source in permissions if "authorizers" in source]) == 1
    assert warnings(stack) == []


def test_an_added_route_takes_the_authorization_of_the_api(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    api = ProxyApi(stack, "Api", handler=function, auth=Auth.cognito(pool(stack)))
    api.add_route("GET /later", function)
    api.add_route("GET /open", Route(function, auth=Auth.public(reason="open")))
    template = synth(stack)
    assert method(template, "later")["AuthorizationType"] == "COGNITO_USER_POOLS"
    assert method(template, "open")["AuthorizationType"] == "NONE"
    assert len(all_of(template, AUTHORIZER)) == 1
    assert warnings(stack) == []


@pytest.mark.parametrize("auth", [None, Auth.public()])
def test_an_api_without_a_decision_is_public_with_a_warning(
    stack: cdk.Stack, function: lambda_.Function, auth: Auth | None
) -> None:
    ProxyApi(stack, "Api", handler=function, auth=auth)
    (warning,) = warnings(stack)
    assert warning == (
        "everybody may call Test/Api: choose who may by `auth`, such as auth=Auth.cognito(users), "
        'or keep it public by auth=Auth.public(reason="…"); in a ServerlessStack or WebApp, '
        'api={"auth": …} [ack: serverless-stack:public-api]'
    )


def test_a_reason_settles_the_warning(stack: cdk.Stack, function: lambda_.Function) -> None:
    ProxyApi(stack, "Api", handler=function, auth=Auth.public(reason="the handler checks"))
    assert warnings(stack) == []


def test_routes_that_all_decide_need_no_decision_of_the_api(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    ProxyApi(stack, "Api", routes={"GET /": Route(function, auth=Auth.iam())})
    assert warnings(stack) == []


def test_regulated_refuses_an_api_without_a_decision(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    Profile.regulated().apply(stack)
    signed = Route(function, auth=Auth.iam())
    message = refused(lambda: ProxyApi(stack, "Api", routes={"GET /a": function, "GET /b": signed}))
    assert message == (
        "`auth` must be chosen in the profile regulated, got: none for GET /a; write "
        "auth=Auth.cognito(users), Auth.iam() or another one, or "
        'auth=Auth.public(reason="…"); in a ServerlessStack or WebApp, api={"auth": …} '
        "(in Test/Api)"
    )
    api = ProxyApi(stack, "Fine", handler=function, auth=Auth.public(reason="tested"))
    assert "`auth` must be chosen" in refused(
        lambda: api.add_route("GET /c", Route(function, auth=Auth.public()))
    )


@pytest.mark.parametrize("ttl", [cdk.Duration.seconds(1), cdk.Duration.seconds(3600)])
def test_a_kept_policy_is_warned_of(
    stack: cdk.Stack, function: lambda_.Function, ttl: cdk.Duration
) -> None:
    ProxyApi(stack, "Api", handler=function, auth=Auth.lambda_token(function, ttl=ttl))
    (warning,) = warnings(stack)
    assert "Make its Resource arn:…:API_ID/STAGE/*" in warning
    assert warning.endswith("[ack: serverless-stack:cached-policy]")


def test_a_policy_that_is_kept_for_its_method_only_is_not(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    sources = ("header.Authorization", "context.httpMethod", "context.path")
    auth = Auth.lambda_request(function, identity_sources=sources, ttl=MINUTE)
    ProxyApi(stack, "Api", handler=function, auth=auth)
    ProxyApi(stack, "Zero", handler=function, auth=Auth.lambda_token(function))
    assert warnings(stack) == []


REFUSED: list[tuple[Callable[[lambda_.Function], Auth], str]] = [
    (lambda f: Auth.cognito(), "`auth` must have at least one user pool, got: Auth.cognito()"),
    (lambda f: Auth.public(reason=" "), "`auth.reason` must say why everybody may call, got: ' '"),
    (lambda f: Auth.api_key(), "`auth` must go with `usage_plans`, because AWS admits no key"),
    (
        lambda f: Auth.lambda_token(f, ttl=cdk.Duration.seconds(3601)),
        "`auth.ttl` must be between 0 and 3600 seconds, got: 3601",
    ),
    (
        lambda f: Auth.lambda_token(f, ttl=cdk.Duration.millis(500)),
        "`auth.ttl` must be whole seconds, got: 0.5 seconds",
    ),
    (
        lambda f: Auth.lambda_request(f, ttl=MINUTE),
        "`auth.ttl` must go with `identity_sources`, by which decisions are told apart",
    ),
    (
        lambda f: Auth.lambda_request(f, identity_sources=["Authorization"]),
        "`auth.identity_sources` must be header.NAME, querystring.NAME, context.NAME or "
        "stageVariables.NAME, got: 'Authorization'",
    ),
    (
        lambda f: Auth.lambda_request(f, identity_sources=["header.A", "method.request.header.A"]),
        "`auth.identity_sources` must not repeat a source, got: 'header.A' more than once",
    ),
    (lambda f: Auth("lambda_token"), "`auth` must have a function, got: kind 'lambda_token'"),
]


@pytest.mark.parametrize(("make", "expected"), REFUSED)
def test_what_cannot_be_is_refused(
    stack: cdk.Stack,
    function: lambda_.Function,
    make: Callable[[lambda_.Function], Auth],
    expected: str,
) -> None:
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, auth=make(function)))
    assert expected in message
    routes = {"GET /x": Route(function, auth=make(function))}
    message = refused(lambda: ProxyApi(stack, "Routes", routes=routes))
    assert expected.replace("`auth", "`routes['GET /x'].auth", 1) in message


def test_scopes_that_oauth_has_not_are_refused(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    auth = Auth.cognito(pool(stack), scopes=["orders read"])
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, auth=auth))
    assert "`auth.scopes` must be OAuth scopes such as orders/read, got: 'orders read'" in message


def test_an_authorizer_takes_the_pools_by_their_arns(every_kind: Json) -> None:
    both = method(every_kind, "both")["Authorizer"]
    assert "userpool/eu-west-1_Users" in str(both["ProviderARNs"][0])
    assert "userpool/eu-west-1_Guests" in str(both["ProviderARNs"][1])
