"""Policy: what the routes of an API take from it, and whether its parts go together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.connect import Invokable
from serverless_stack.constructs.api.auth import Auth, auth_problems, decision_problems
from serverless_stack.constructs.api.caching import (
    ApiCache,
    RouteCache,
    cache_problems,
    is_cached,
    sharing_problems,
)
from serverless_stack.constructs.api.cors import Cors, cors_problems, handler_problems
from serverless_stack.constructs.api.route_keys import PROXY, ROOT
from serverless_stack.constructs.api.routes import Route, service_of
from serverless_stack.constructs.api.throttling import (
    Throttle,
    UsagePlan,
    throttle_problems,
    usage_plans_problems,
)
from serverless_stack.constructs.profiles.profile import Profile

PREFLIGHT = Auth.public(reason="browsers send a CORS preflight without credentials")


@dataclass(frozen=True)
class Policy:
    """Who may call an API, and what is kept and throttled, unless a route says otherwise.

    Attributes:
        auth: Who may call.
        cors: Which web pages may call, or None.
        throttle: How many requests all callers of a method together may send.
        cache: The cache, or None.
        plans: The usage plans.
        has_access: Whether the API has a resource policy.
    """

    auth: Auth | None
    cors: Cors | None
    throttle: Throttle
    cache: ApiCache | None
    plans: tuple[UsagePlan, ...]
    has_access: bool = False

    @property
    def is_signed(self) -> bool:
        """Whether callers sign their requests, unless a route says otherwise."""
        return self.auth is not None and self.auth.kind == "iam"

    def auth_of(self, verb: str, auth: Auth | None) -> Auth:
        """Return who may call a method. A preflight has no credentials, so everybody may send it.

        Args:
            verb: Its verb.
            auth: That of its route, or None.
        """
        if auth is None and verb == "OPTIONS":
            return PREFLIGHT
        return auth or self.auth or Auth.public()

    def problems(self) -> list[str]:
        """List what is wrong with the settings of the API."""
        problems = Problems()
        problems.add(auth_problems(self.auth, "auth", has_plans=bool(self.plans)))
        problems.add(throttle_problems(self.throttle))
        problems.add(usage_plans_problems(self.plans))
        if self.cache is not None:
            problems.add(cache_problems(self.cache))
        if self.cors is not None:
            problems.add(cors_problems(self.cors))
        return problems.messages

    def route_problems(self, routes: Mapping[str, Route], profile: Profile) -> list[str]:
        """List the routes that do not go together with the settings of the API.

        Args:
            routes: The routes by their keys.
            profile: The profile of the construct.
        """
        problems = Problems()
        auths = {}
        for called, route in routes.items():
            verb = called.partition(" ")[0]
            auth = auths[called] = self.auth_of(verb, route.auth)
            if service_of(route) is None:
                problems.add(handler_problems(cast(Invokable, route.target), self.cors))
            problems.require(
                not (self.has_access and self.is_signed) or auth.kind == "iam",
                f"`access` must go with Auth.iam() on every route if `auth` is Auth.iam(), whose "
                f"resource policy allows no other callers, got: {called!r} with another one; put "
                "the route into a ProxyApi of its own",
            )
            problems.require(
                verb != "OPTIONS" or self.cors is None,
                f"`routes` must not have {called!r} with `cors`, which answers OPTIONS",
            )
            problems.add(
                sharing_problems(
                    self.cache,
                    route.cache,
                    auth,
                    called,
                    many_origins=self.cors is not None and self.cors.has_many_origins,
                )
            )
        required = profile.settings.auth_required
        problems.add(decision_problems(auths, profile.name, required=required))
        return list(dict.fromkeys(problems.messages))  # one for each function


def greedy_routes(handler: Invokable | None, cache: ApiCache | None) -> dict[str, Route]:
    """Return the routes that a handler of every path and verb has.

    Args:
        handler: The handler, or None.
        cache: The cache of the API, or None.
    """
    if handler is None:
        return {}
    route, verbs = Route(handler), ("ANY",) if cache is None else ("ANY", "GET")
    return {f"{verb} {path}": route for path in (ROOT, PROXY) for verb in verbs}


def method_settings(
    policy: Policy, verb: str, throttle: Throttle | None, cache: RouteCache | None
) -> dict[str, object]:
    """Return the settings of a method on its stages, where they differ from those of the stages.

    Args:
        policy: The settings of the API.
        verb: The verb of the method.
        throttle: The throttle of the route, or None.
        cache: How answers of the route are kept, or None.
    """
    settings: dict[str, object] = {}
    if policy.cache is not None and not is_cached(policy.cache, cache, verb):
        settings["CachingEnabled"] = False
    elif cache is not None and cache.ttl is not None:
        settings["CacheTtlInSeconds"] = cache.ttl.to_seconds()
    if throttle is not None:
        settings["ThrottlingRateLimit"] = throttle.rate
        settings["ThrottlingBurstLimit"] = throttle.burst
    return settings
