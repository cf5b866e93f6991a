"""Cors: which web pages of other origins may call an API."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_

from serverless_stack._shared import contract
from serverless_stack._shared.cors import ALLOW_ORIGIN, ANY_ORIGIN, CorsRules, origin_problems
from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.connect import Invokable, add_environment, invokable_of
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.tree import path_of

# Browsers keep a preflight no longer: Firefox a day, Chromium two hours.
MAX_AGE_SECONDS = (0, 86_400)
_DEFAULT_HEADERS = (
    "Authorization",
    "Content-Type",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Api-Key",
)
_DEFAULT_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_HEADER = re.compile(r"[A-Za-z0-9_-]+")
_GIVEN: WeakKeyDictionary[lambda_.Function, str] = WeakKeyDictionary()


@dataclass(frozen=True)
class Cors:
    """Which web pages of other origins may call an API, and what they may send and read.

    API Gateway answers the preflight of every path, and sends the headers with its own errors. What
    a function answers passes unchanged, so functions take the same rules from their environment, by
    ``serverless_stack.runtime.cors``.

    With one origin, all answers name it. With several, the preflight and the functions name the
    caller's origin if it is one of them. In its own errors, such as 401 and 502, API Gateway cannot
    compare: they name any origin that asks, so that pages of all origins may read these errors,
    which have no data of yours in them. ``Mock`` compares; the headers of the other services are
    fixed and name the first origin.

    Attributes:
        origins: The origins of the pages, such as ``https://example.com``, or ``*`` for all.
        credentials: Whether pages may send cookies and read the answers; not with ``*``.
        headers: The request headers that pages may send. Browsers take ``*`` for all but
            ``Authorization``. Default: ``Authorization``, ``Content-Type``, ``X-Api-Key`` and those
            of signed requests.
        methods: The methods that pages may use. Default: all.
        expose: The response headers that pages may read, beside those that they always may.
        max_age: How long browsers keep the answer to a preflight, 0-86400 seconds; Chromium keeps
            it for two hours at most.
    """

    origins: Sequence[str]
    credentials: bool = False
    headers: Sequence[str] = _DEFAULT_HEADERS
    methods: Sequence[str] = _DEFAULT_METHODS
    expose: Sequence[str] = ()
    max_age: Duration = field(default_factory=lambda: Duration.hours(1))

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @property
    def rules(self) -> CorsRules:
        """What the answers of functions depend on."""
        return CorsRules(tuple(self.origins), self.credentials, tuple(self.expose))

    @property
    def has_many_origins(self) -> bool:
        """Whether an answer names one of several origins, that of its caller."""
        return len(self.origins) > 1


def preflight_of(cors: Cors) -> apigateway.CorsOptions:
    """Return the answer to a preflight, which every resource of an API gives.

    Args:
        cors: Which pages may call.
    """
    return apigateway.CorsOptions(
        allow_origins=list(cors.origins),
        allow_credentials=cors.credentials or None,
        allow_headers=list(cors.headers),
        allow_methods=list(cors.methods),
        expose_headers=list(cors.expose) or None,
        max_age=cors.max_age,
    )


def cors_problems(cors: Cors) -> list[str]:
    """Check which pages may call.

    Args:
        cors: Which pages may call.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.require(cors.origins, "`cors.origins` must have at least one origin, got: none")
    problems.require(
        len(cors.origins) < 2 or ANY_ORIGIN not in cors.origins,
        f"`cors.origins` must be '*' alone or a list of origins, got: {list(cors.origins)!r}",
    )
    for origin in cors.origins:
        problems.add(_origin_problems(origin))
    names = {"headers": cors.headers, "methods": cors.methods, "expose": cors.expose}
    for argument, values in {"origins": cors.origins, **names}.items():
        problems.add(
            f"`cors.{argument}` must not repeat a value, got: {value!r} more than once"
            for value in repeated(values)
        )
    for argument, values in names.items():
        problems.require(
            not cors.credentials or ANY_ORIGIN not in values,
            f"`cors.{argument}` must name each one with `credentials`, because browsers then take "
            "'*' for a name, got: '*'",
        )
    problems.require(
        not cors.credentials or ANY_ORIGIN not in cors.origins,
        "`cors.origins` must name each origin with `credentials`, because browsers refuse '*', "
        "got: '*'",
    )
    for argument in ("headers", "expose"):
        problems.add(
            f"`cors.{argument}` must have names of headers, got: {name!r}"
            for name in names[argument]
            if name != ANY_ORIGIN and not is_unresolved(name) and not _HEADER.fullmatch(name)
        )
    problems.require(cors.methods, "`cors.methods` must have at least one method, got: none")
    problems.add(
        f"`cors.methods` must be of {', '.join(_DEFAULT_METHODS)}, got: {method!r}"
        for method in cors.methods
        if method not in (ANY_ORIGIN, *_DEFAULT_METHODS)
    )
    problems.add(seconds_problems("cors.max_age", cors.max_age, *MAX_AGE_SECONDS))
    return problems.messages


def _origin_problems(origin: str) -> list[str]:
    return [] if is_unresolved(origin) else origin_problems(origin, "cors.origins")


def add_gateway_responses(api: apigateway.RestApi, cors: Cors) -> None:
    """Send the headers of functions with the API's own errors, too.

    A gateway response can copy the origin of the request, but not compare it.

    Args:
        api: The API.
        cors: Which pages may call.
    """
    headers = {name: f"'{value}'" for name, value in cors.rules.headers(cors.origins[0]).items()}
    if cors.has_many_origins:
        headers[ALLOW_ORIGIN] = "method.request.header.Origin"
    for construct_id, kind in (
        ("Default4xx", apigateway.ResponseType.DEFAULT_4_XX),
        ("Default5xx", apigateway.ResponseType.DEFAULT_5_XX),
    ):
        api.add_gateway_response(construct_id, type=kind, response_headers=headers)


def response_headers(cors: Cors) -> Mapping[str, str]:
    """Return the headers of answers that API Gateway makes from those of a service.

    They are fixed, and name the first origin.

    Args:
        cors: Which pages may call.
    """
    return cors.rules.headers(cors.origins[0])


def origin_template(cors: Cors) -> str:
    """Return what a mapping template begins with to name the origin that asks, one of several.

    It overrides the header of ``response_headers``, as the template of CDK's preflight does.

    Args:
        cors: Which pages may call.
    """
    others = " || ".join(f'$origin == "{origin}"' for origin in cors.origins[1:])
    if not others:
        return ""
    return (
        '#set($origin = $input.params().header.get("Origin"))'
        '#if($origin == "")#set($origin = $input.params().header.get("origin"))#end'
        f"#if({others})"
        f"#set($context.responseOverride.header.{ALLOW_ORIGIN} = $origin)#end"
    )


def handler_problems(target: Invokable, cors: Cors | None) -> list[str]:
    """List whether a function has the rules of another API already.

    Args:
        target: What answers a route.
        cors: Which pages may call the API, or None.
    """
    function = _changeable(target)
    if cors is None or function is None:
        return []
    given = _GIVEN.get(function, cors.rules.to_text())
    if given == cors.rules.to_text():
        return []
    return [
        f"`cors` must be the same for all APIs of a function, got: other rules for "
        f"{path_of(function)}; pass the same `cors`, or a function of its own"
    ]


def give_rules(target: Invokable, cors: Cors) -> None:
    """Set the rules on a function, once; an imported function is not changed.

    Args:
        target: The function.
        cors: Which pages may call its API.
    """
    function = _changeable(target)
    if function is not None and function not in _GIVEN:
        _GIVEN[function] = cors.rules.to_text()
        remedy = f"leave {contract.CORS} out, which the `cors` of the API sets"
        add_environment(function, {contract.CORS: cors.rules.to_text()}, remedy)


def _changeable(target: Invokable) -> lambda_.Function | None:
    function: object = invokable_of(target)
    if isinstance(function, lambda_.Alias | lambda_.Version):
        function = function.lambda_
    return function if isinstance(function, lambda_.Function) else None
