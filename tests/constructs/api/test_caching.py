"""Which answers are kept, and that no caller gets the answer of another."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import (
    ApiCache,
    Auth,
    Cors,
    ProxyApi,
    Route,
    RouteCache,
    UsagePlan,
)
from tests.constructs.templates import Json, all_of, properties, refused, synth

STAGE = "AWS::ApiGateway::Stage"
METHOD = "AWS::ApiGateway::Method"
PUBLIC = Auth.public(reason="tested")


def settings_of(template: Json) -> dict[tuple[str, str], Json]:
    return {
        (item["ResourcePath"], item["HttpMethod"]): item
        for item in properties(template, STAGE)["MethodSettings"]
    }


def keys_of(template: Json) -> list[list[str]]:
    return sorted(
        method["Properties"]["Integration"]["CacheKeyParameters"]
        for method in all_of(template, METHOD)
        if "CacheKeyParameters" in method["Properties"]["Integration"]
    )


def test_a_route_is_kept_by_its_own_keys_and_time(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    own = RouteCache(ttl=cdk.Duration.minutes(2), keys=["querystring.page"])
    ProxyApi(
        stack,
        "Api",
        auth=PUBLIC,
        cache=ApiCache(parameters=("header.Accept",)),
        routes={
            "GET /a/{id}": Route(function, cache=own),
            "GET /b": function,
            "GET /c": Route(function, cache=RouteCache.off()),
            "POST /a/{id}": function,
        },
    )
    template = synth(stack)
    request = "method.request."
    assert keys_of(template) == [
        [f"{request}header.Accept"],
        [f"{request}path.id", f"{request}querystring.page"],
    ]
    settings = settings_of(template)
    assert settings["/*", "*"]["CacheTtlInSeconds"] == 300
    own_settings = settings["/~1a~1{id}", "GET"]
    assert (own_settings["CacheTtlInSeconds"], own_settings["CachingEnabled"]) == (120, True)
    assert own_settings["CacheDataEncrypted"] is True
    assert settings["/~1c", "GET"]["CachingEnabled"] is False
    assert settings["/~1a~1{id}", "POST"]["CachingEnabled"] is False
    assert ("/~1b", "GET") not in settings


def api(stack: cdk.Stack, function: lambda_.Function, auth: Auth, cache: ApiCache) -> ProxyApi:
    return ProxyApi(
        stack, "Api", handler=function, auth=auth, cache=cache, usage_plans=[UsagePlan()]
    )


@pytest.fixture
def users(stack: cdk.Stack) -> cognito.IUserPool:
    return cognito.UserPool.from_user_pool_id(stack, "Users", "eu-west-1_users")


def test_callers_are_told_apart(
    stack: cdk.Stack, function: lambda_.Function, users: cognito.IUserPool
) -> None:
    cache = ApiCache(parameters=("querystring.page",))
    message = refused(lambda: api(stack, function, Auth.cognito(users), cache))
    assert message.splitlines() == [
        "2 problems in Test/Api:",
        *(
            f"- `cache` must tell apart those who call {called!r}, got: a cache key without "
            "header.Authorization, so that one caller gets the answer of another; write "
            "cache=ApiCache(parameters=('querystring.page', 'header.Authorization')), or give the "
            "route cache=RouteCache.off()"
            for called in ("GET /", "GET /{proxy+}")
        ),
    ]
    api(stack, function, Auth.cognito(users), ApiCache(parameters=("header.authorization",)))


SOURCES = ("header.X-Tenant", "querystring.token")


@pytest.mark.parametrize(
    ("auth", "missing"),
    [
        (Auth.lambda_token, "header.Authorization"),
        (
            lambda fn: Auth.lambda_request(fn, identity_sources=SOURCES),
            "header.X-Tenant and querystring.token",
        ),
        (lambda fn: Auth.api_key(), "header.x-api-key"),
    ],
)
def test_every_kind_of_caller_is_told_apart(
    stack: cdk.Stack,
    function: lambda_.Function,
    auth: Callable[[lambda_.Function], Auth],
    missing: str,
) -> None:
    message = refused(lambda: api(stack, function, auth(function), ApiCache()))
    assert f"got: a cache key without {missing}," in message
    api(stack, function, auth(function), ApiCache(parameters=missing.split(" and ")))


@pytest.mark.parametrize(
    ("auth", "reason"),
    [
        (lambda fn: Auth.iam(), "the signature of Auth.iam() is another one in each request"),
        (Auth.lambda_request, "Auth.lambda_request() names no `identity_sources`"),
        (
            lambda fn: Auth.lambda_request(fn, identity_sources=["context.identity.sourceIp"]),
            "the identity source context.identity.sourceIp cannot be a part of the cache key",
        ),
    ],
)
def test_callers_that_cannot_be_told_apart_are_not_cached(
    stack: cdk.Stack,
    function: lambda_.Function,
    auth: Callable[[lambda_.Function], Auth],
    reason: str,
) -> None:
    message = refused(lambda: api(stack, function, auth(function), ApiCache()))
    assert f"`cache` must be off for 'GET /', because {reason}" in message
    routes = {"GET /x": Route(function, auth=auth(function), cache=RouteCache.off())}
    ProxyApi(stack, "Off", auth=PUBLIC, cache=ApiCache(), routes=routes)


def test_the_keys_of_a_route_replace_those_of_the_api(
    stack: cdk.Stack, function: lambda_.Function, users: cognito.IUserPool
) -> None:
    shared = RouteCache(keys=["querystring.page"])
    cache = ApiCache(parameters=("header.Authorization",))
    made = ProxyApi(stack, "Api", handler=function, auth=Auth.cognito(users), cache=cache)
    message = refused(lambda: made.add_route("GET /x", Route(function, cache=shared)))
    assert "write cache=RouteCache(keys=('querystring.page', 'header.Authorization'))" in message
    made.add_route("GET /x", Route(function, auth=PUBLIC, cache=shared))


def test_answers_that_name_their_origin_are_told_apart(
    stack: cdk.Stack, function: lambda_.Function
) -> None:
    cors = Cors(origins=["https://a.example", "https://b.example"])
    message = refused(lambda: ProxyApi(stack, "Api", handler=function, cors=cors, cache=ApiCache()))
    assert "got: a cache key without header.Origin," in message
    one = Cors(origins=["https://a.example"])
    ProxyApi(stack, "One", handler=function, cors=one, cache=ApiCache())


@pytest.mark.parametrize(
    ("key", "cache", "expected"),
    [
        (
            "GET /x",
            RouteCache(ttl=cdk.Duration.seconds(3601)),
            "`routes['GET /x'].cache.ttl` must be between 0 and 3600 seconds",
        ),
        (
            "GET /x",
            RouteCache(keys=["page"]),
            "`routes['GET /x'].cache.keys` must be querystring.NAME or header.NAME, got: page",
        ),
        (
            "GET /x",
            RouteCache(keys=["header.A", "header.A"]),
            "`routes['GET /x'].cache.keys` must not repeat a name",
        ),
        (
            "GET /x",
            RouteCache(ttl=cdk.Duration.seconds(1), enabled=False),
            "`routes['GET /x'].cache` must have neither `ttl` nor `keys`",
        ),
        (
            "POST /x",
            RouteCache(),
            "`routes['POST /x'].cache` must be that of a GET route, because only answers to GET",
        ),
    ],
)
def test_a_wrong_cache_of_a_route_is_refused(
    stack: cdk.Stack, function: lambda_.Function, key: str, cache: RouteCache, expected: str
) -> None:
    message = refused(
        lambda: ProxyApi(stack, "Api", cache=ApiCache(), routes={key: Route(function, cache=cache)})
    )
    assert expected in message


def test_a_route_is_not_kept_without_a_cache(stack: cdk.Stack, function: lambda_.Function) -> None:
    routes = {"GET /x": Route(function, cache=RouteCache())}
    message = refused(lambda: ProxyApi(stack, "Api", routes=routes))
    assert "must go with the `cache` of the API, got: none; write cache=ApiCache()" in message
    off = {"GET /x": Route(function, cache=RouteCache.off())}
    ProxyApi(stack, "Off", routes=off)
