"""Auth: who may call an API or a route of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import Duration
from aws_cdk import aws_cognito as cognito

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.connect import Invokable
from serverless_stack.constructs._internal.durations import seconds_problems

TTL_SECONDS = (0, 3600)
TOKEN_SOURCE = "header.Authorization"
API_KEY_SOURCE = "header.x-api-key"
_METHOD_SOURCES = ("context.httpMethod", "context.path")
_SOURCE = re.compile(
    r"(header|querystring)\.[A-Za-z0-9._$-]+|(context|stageVariables)\.[A-Za-z0-9._]+"
)
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")

Kind = Literal["public", "iam", "cognito", "lambda_token", "lambda_request", "api_key"]


@dataclass(frozen=True)
class Auth:
    """Who may call an API or a route of it; make one with a class method.

    Attributes:
        kind: ``public``, ``iam``, ``cognito``, ``lambda_token``, ``lambda_request`` or ``api_key``.
        reason: Why everybody may call, for a reviewer.
        pools: The Cognito user pools whose users may call.
        scopes: The OAuth scopes of which a token needs one.
        function: The Lambda function that decides.
        ttl: How long its decision is kept.
        identity_sources: What of a request identifies the caller.
    """

    kind: Kind
    reason: str | None = None
    pools: Sequence[cognito.IUserPool | cognito.UserPool] = ()
    scopes: Sequence[str] = ()
    function: Invokable | None = None
    ttl: Duration | None = None
    identity_sources: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def public(cls, reason: str | None = None) -> Auth:
        """Admit everybody.

        Args:
            reason: Why, for a reviewer, such as ``the handler checks its callers``. Without one,
                synthesis warns, and the profile ``regulated`` refuses the API.
        """
        return cls("public", reason)

    @classmethod
    def iam(cls) -> Auth:
        """Admit AWS principals that sign their requests and are allowed ``execute-api:Invoke``."""
        return cls("iam")

    @classmethod
    @check_types
    def cognito(
        cls, *pools: cognito.IUserPool | cognito.UserPool, scopes: Sequence[str] = ()
    ) -> Auth:
        """Admit the users of Cognito user pools, by their token in ``Authorization``.

        Args:
            pools: The user pools, of any stack, or imported.
            scopes: OAuth scopes, such as ``orders/read``; the token needs one of them, so that only
                access tokens are admitted. Default: none; ID tokens are admitted.
        """
        return cls("cognito", pools=tuple(pools), scopes=tuple(scopes))

    @classmethod
    @check_types
    def lambda_token(cls, fn: Invokable, *, ttl: Duration | None = None) -> Auth:
        """Admit whom a Lambda function admits by the header ``Authorization``.

        A request without the header is answered with 401 and does not reach the function.

        Args:
            fn: The function: a ``LambdaHandler``, a function, a version or an alias.
            ttl: How long its policy is kept for a token, 0-3600 seconds. A kept policy decides
                about **every** method of the API that the token's holder calls next, so it has to
                cover all of them: its ``Resource`` is ``arn:…:API_ID/STAGE/*``, not the
                ``methodArn`` of the event. Default: 0, nothing is kept, and any policy is right.
        """
        return cls("lambda_token", function=fn, ttl=ttl, identity_sources=(TOKEN_SOURCE,))

    @classmethod
    @check_types
    def lambda_request(
        cls,
        fn: Invokable,
        *,
        identity_sources: Sequence[str] = (),
        ttl: Duration | None = None,
    ) -> Auth:
        """Admit whom a Lambda function admits by the whole request without its body.

        Args:
            fn: The function: a ``LambdaHandler``, a function, a version or an alias.
            identity_sources: What identifies the caller: ``header.NAME``, ``querystring.NAME``,
                ``context.NAME`` or ``stageVariables.NAME``. With ``ttl``, a request that lacks one
                is answered with 401 and does not reach the function. Default: none; needed with
                ``ttl``.
            ttl: How long its policy is kept for these sources, 0-3600 seconds; the contract of
                ``lambda_token`` holds, unless ``context.httpMethod`` and ``context.path`` are among
                the sources. Default: 0.
        """
        sources = tuple(source.removeprefix("method.request.") for source in identity_sources)
        return cls("lambda_request", function=fn, ttl=ttl, identity_sources=sources)

    @classmethod
    def api_key(cls) -> Auth:
        """Admit holders of an API key of a usage plan, sent in ``x-api-key``.

        A key tells customers apart and meters them. It does not prove who calls: AWS advises
        against keys as the only protection of data ("API Gateway usage plans and API keys").
        """
        return cls("api_key")

    @property
    def is_undecided(self) -> bool:
        """Whether everybody may call, and nobody has said why."""
        return self.kind == "public" and self.reason is None

    @property
    def has_cached_policy(self) -> bool:
        """Whether a policy that was made for one method may decide about another one."""
        keeps = self.ttl is not None and (self.ttl.is_unresolved() or self.ttl.to_seconds() > 0)
        return keeps and not set(_METHOD_SOURCES) <= set(self.identity_sources)


def auth_problems(auth: Auth | None, argument: str, *, has_plans: bool) -> list[str]:
    """Check who may call.

    Args:
        auth: Who may call; None passes.
        argument: The argument, as the caller wrote it.
        has_plans: Whether the API has a usage plan.

    Returns:
        One message per problem.
    """
    if auth is None:
        return []
    problems = Problems()
    problems.require(
        auth.reason is None or auth.reason.strip(),
        f"`{argument}.reason` must say why everybody may call, got: {auth.reason!r}",
    )
    problems.require(
        auth.kind != "cognito" or auth.pools,
        f"`{argument}` must have at least one user pool, got: Auth.cognito() without one",
    )
    problems.add(
        f"`{argument}.scopes` must be OAuth scopes such as orders/read, got: {scope!r}"
        for scope in auth.scopes
        if not is_unresolved(scope) and not _SCOPE.fullmatch(scope)
    )
    problems.require(
        auth.kind != "api_key" or has_plans,
        f"`{argument}` must go with `usage_plans`, because AWS admits no key without one, got: "
        "Auth.api_key() alone; write usage_plans=[UsagePlan(rate=10, burst=20)]",
    )
    problems.add(_lambda_problems(auth, argument))
    return problems.messages


def _lambda_problems(auth: Auth, argument: str) -> list[str]:
    problems = Problems()
    problems.require(
        auth.function is not None or not auth.kind.startswith("lambda_"),
        f"`{argument}` must have a function, got: kind {auth.kind!r} without one",
    )
    problems.add(
        f"`{argument}.identity_sources` must be header.NAME, querystring.NAME, context.NAME or "
        f"stageVariables.NAME, got: {source!r}"
        for source in auth.identity_sources
        if not is_unresolved(source) and not _SOURCE.fullmatch(source)
    )
    problems.add(
        f"`{argument}.identity_sources` must not repeat a source, got: {source!r} more than once"
        for source in repeated(auth.identity_sources)
    )
    if auth.ttl is not None:
        problems.add(seconds_problems(f"{argument}.ttl", auth.ttl, *TTL_SECONDS))
        is_zero = not auth.ttl.is_unresolved() and auth.ttl.to_milliseconds(integral=False) == 0
        problems.require(
            is_zero or auth.identity_sources,
            f"`{argument}.ttl` must go with `identity_sources`, by which decisions are told apart, "
            "got: none; write identity_sources=('header.Authorization',)",
        )
    return problems.messages


def decision_problems(auths: Mapping[str, Auth], profile: str, *, required: bool) -> list[str]:
    """List what everybody may call without a reason, where the profile requires one.

    Args:
        auths: Who may call, by what they call.
        profile: The name of the profile.
        required: Whether the profile requires a decision.
    """
    undecided = [called for called, auth in auths.items() if auth.is_undecided]
    if not required or not undecided:
        return []
    return [
        f"`auth` must be chosen in the profile {profile}, got: none for {', '.join(undecided)}; "
        "write auth=Auth.cognito(users), Auth.iam() or another one, or "
        'auth=Auth.public(reason="…"); in a ServerlessStack or WebApp, api={"auth": …}'
    ]


def identity_of(auth: Auth) -> list[str]:
    """Return the cache parameters that tell the callers of a method apart.

    Args:
        auth: Who may call the method.
    """
    if auth.kind in ("cognito", "lambda_token"):
        return [TOKEN_SOURCE]
    if auth.kind == "api_key":
        return [API_KEY_SOURCE]
    return [source for source in auth.identity_sources if source[:2] in ("he", "qu")]


def uncacheable(auth: Auth) -> str | None:
    """Return why no answer of a method can be cached; None if it can.

    Args:
        auth: Who may call the method.
    """
    if auth.kind == "iam":
        return "the signature of Auth.iam() is another one in each request"
    if auth.kind != "lambda_request":
        return None
    if not auth.identity_sources:
        return "Auth.lambda_request() names no `identity_sources` that could be in the cache key"
    hidden = [
        source
        for source in auth.identity_sources
        if source.startswith("context.") and source not in (*_METHOD_SOURCES, "context.stage")
    ]
    if hidden:
        return f"the identity source {hidden[0]} cannot be a part of the cache key"
    return None
