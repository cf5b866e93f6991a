"""Routes: which function or service answers which verb and path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from aws_cdk import aws_lambda as lambda_

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.connect import Invokable, invokable_of
from serverless_stack.constructs._internal.runtimes import family_of, name_of
from serverless_stack.constructs.api.auth import Auth, auth_problems
from serverless_stack.constructs.api.caching import RouteCache, route_cache_problems
from serverless_stack.constructs.api.integrations import (
    HttpProxy,
    Mock,
    S3Objects,
    SendMessage,
    Service,
)
from serverless_stack.constructs.api.json_schema import draft_04
from serverless_stack.constructs.api.route_keys import RouteKey, key_problems, parse_key
from serverless_stack.constructs.api.throttling import Throttle, throttle_problems

Target: TypeAlias = Invokable | Service
"""What answers a route: a function, its alias or version, or a service."""
_SERVICES = (HttpProxy, Mock, S3Objects, SendMessage)
_NO_STREAMS = (
    lambda_.RuntimeFamily.DOTNET_CORE,
    lambda_.RuntimeFamily.GO,
    lambda_.RuntimeFamily.JAVA,
    lambda_.RuntimeFamily.PYTHON,
    lambda_.RuntimeFamily.RUBY,
)
_BODY_VERBS = ("POST", "PUT", "PATCH", "DELETE", "ANY")


@dataclass(frozen=True)
class Route:
    """A route with settings of its own; a target alone takes those of the API.

    Attributes:
        target: What answers: a ``LambdaHandler``, a function, a version, an alias, ``HttpProxy``,
            ``Mock``, ``S3Objects`` or ``SendMessage``.
        auth: Who may call it. Default: that of the API; everybody for OPTIONS, since browsers send
            preflights without credentials.
        throttle: How many requests it takes; with ``ANY``, for each verb. Default: that of the API.
        cache: How its answers are kept, if the API has a cache. Default: as by the API.
        model: What bodies have to be: a JSON schema as a mapping, or a class of pydantic. It is
            translated to draft-04. API Gateway answers other bodies with 400 "Invalid request
            body", whatever their content type. Default: bodies are not checked.
        stream: Whether the answer is sent while the function writes it, for up to 15 minutes and
            without the limit of 10 MB. Functions of Node.js, and of runtimes of your own, only.
    """

    target: Target
    auth: Auth | None = None
    throttle: Throttle | None = None
    cache: RouteCache | None = None
    model: Mapping[str, object] | type | None = None
    stream: bool = False

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


AnyRoute: TypeAlias = Route | Target
"""A route with settings of its own, or its target alone."""
Routes: TypeAlias = Mapping[str, AnyRoute]
"""Routes by their keys, such as ``GET /orders/{id}``."""


def route_of(route: AnyRoute) -> Route:
    """Return a route with its settings.

    Args:
        route: The route, or its target alone.
    """
    return route if isinstance(route, Route) else Route(route)


def service_of(route: Route) -> Service | None:
    """Return the service that answers a route; None for a function.

    Args:
        route: The route.
    """
    return route.target if isinstance(route.target, _SERVICES) else None


def routes_problems(
    routes: Routes,
    existing: Iterable[str] = (),
    *,
    binary_media_types: Iterable[str],
    has_plans: bool,
    has_cache: bool,
    methods_per_path: int = 0,
) -> list[str]:
    """Check routes: their keys, targets and settings.

    Args:
        routes: The routes by their keys.
        existing: The keys of the API's methods so far.
        binary_media_types: Those of the API.
        has_plans: Whether the API has a usage plan.
        has_cache: Whether the API has a cache.
        methods_per_path: How many methods each path has beside those of its routes.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.add(key_problems(routes, existing, methods_per_path=methods_per_path))
    for text, value in routes.items():
        name, key, route = f"routes[{text!r}]", parse_key(text), route_of(value)
        if route.throttle is not None:
            problems.add(throttle_problems(route.throttle, f"{name}.throttle"))
        problems.add(auth_problems(route.auth, f"{name}.auth", has_plans=has_plans))
        problems.add(
            route_cache_problems(route.cache, f"{name}.cache", verb=key.verb, has_cache=has_cache)
        )
        service = service_of(route)
        if service is not None:
            problems.add(service.problems(key, name))
        if isinstance(service, S3Objects):
            problems.require(
                "*/*" in [item.replace("~1", "/") for item in binary_media_types],
                f"`binary_media_types` must have */* for the objects of {name}, which may be of "
                "any type",
            )
        problems.add(_model_problems(key, route, f"{name}.model"))
        problems.add(_stream_problems(key, route, f"{name}.stream", has_cache=has_cache))
    return problems.messages


def _model_problems(key: RouteKey, route: Route, name: str) -> list[str]:
    if route.model is None:
        return []
    problems = Problems()
    problems.require(
        key.verb in _BODY_VERBS,
        f"`{name}` must be for requests with a body, got: {str(key)!r}",
    )
    problems.add(draft_04(route.model, name).problems)
    return problems.messages


def _stream_problems(key: RouteKey, route: Route, name: str, *, has_cache: bool) -> list[str]:
    if not route.stream:
        return []
    problems = Problems()
    if service_of(route) is not None:
        problems.fail(f"`{name}` must be for a function, got: {type(route.target).__name__}")
        return problems.messages
    runtime = _runtime_of(cast(Invokable, route.target))
    if runtime is not None and family_of(runtime) in _NO_STREAMS:
        problems.fail(
            f"`{name}` must be for a function of Node.js or of a runtime of your own, "
            f"got: {name_of(runtime)}, whose answers Lambda does not stream "
            '("Response streaming for Lambda functions")'
        )
    problems.require(
        route.model is None, f"`{name}` must go without `model`, got: a stream with a model"
    )
    cached = has_cache and key.verb == "GET" and (route.cache is None or route.cache.enabled)
    problems.require(
        not cached,
        f"`{name}` must go without a cache, because API Gateway caches no streams, "
        f"got: {str(key)!r}; write cache=RouteCache.off()",
    )
    return problems.messages


def _runtime_of(target: Invokable) -> lambda_.Runtime | None:
    """Return the runtime of a function; None for an imported one, and for images."""
    function: object = invokable_of(target)
    if isinstance(function, lambda_.Alias | lambda_.Version):
        function = function.lambda_
    return function.runtime if isinstance(function, lambda_.Function) else None
