"""Routes: which function or service answers which verb and path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.connect import Invokable
from serverless_stack.constructs.api.auth import Auth
from serverless_stack.constructs.api.throttling import Throttle, throttle_problems

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")

Target: TypeAlias = Invokable
"""What answers a route: a function, its alias or version, or what wraps a function."""


@dataclass(frozen=True)
class Route:
    """A route with settings of its own; a target alone takes those of the API.

    Attributes:
        target: What answers.
        auth: Who may call it. Default: that of the API.
        throttle: How many requests it takes. Default: that of the API.
    """

    target: Target
    auth: Auth | None = None
    throttle: Throttle | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


AnyRoute: TypeAlias = Route | Target
"""A route with settings of its own, or its target alone."""
Routes: TypeAlias = Mapping[str, AnyRoute]
"""Routes by their keys, such as ``GET /orders/{id}``."""


@dataclass(frozen=True)
class RouteKey:
    """The verb and the path of a route.

    Attributes:
        verb: A verb in upper case, or ``ANY``.
        path: The path, with a slash at its beginning.
    """

    verb: str
    path: str


def parse_key(key: str) -> RouteKey:
    """Return the verb and the path of a route.

    Args:
        key: The key of the route, such as ``GET /orders/{id}``.
    """
    verb, _, path = key.partition(" ")
    return RouteKey(verb, path)


def route_of(route: AnyRoute) -> Route:
    """Return a route with its settings.

    Args:
        route: The route, or its target alone.
    """
    return route if isinstance(route, Route) else Route(route)


def routes_problems(routes: Routes) -> list[str]:
    """Check routes.

    Args:
        routes: The routes by their keys.

    Returns:
        One message per problem.
    """
    problems = Problems()
    for key, route in routes.items():
        name = f"routes[{key!r}]"
        parsed = parse_key(key)
        problems.require(
            parsed.verb in VERBS and parsed.path.startswith("/"),
            f"`routes` must have keys such as 'GET /orders/{{id}}', got: {key!r}",
        )
        throttle = route_of(route).throttle
        if throttle is not None:
            problems.add(throttle_problems(throttle, f"{name}.throttle"))
    return problems.messages
