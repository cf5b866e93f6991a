"""Routing: the handler and the routes of an API, checked and added together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.connect import Invokable
from serverless_stack.constructs.api.policy import Policy, greedy_routes
from serverless_stack.constructs.api.route_keys import HANDLER_KEYS, parse_key
from serverless_stack.constructs.api.router import Router
from serverless_stack.constructs.api.routes import Routes, route_of, routes_problems
from serverless_stack.constructs.profiles.profile import Profile


@dataclass(frozen=True)
class Routing:
    """What answers the requests to an API.

    Attributes:
        handler: The function for every path and verb without a route, or None.
        routes: The routes by their keys.
        policy: What routes take from the API.
        binary_media_types: The binary media types of the API.
    """

    handler: Invokable | None
    routes: Routes
    policy: Policy
    binary_media_types: Sequence[str]

    def problems(self, profile: Profile) -> list[str]:
        """List what is wrong with the routes, alone and together.

        Args:
            profile: The profile of the construct.
        """
        problems = Problems()
        problems.require(
            self.handler is not None or self.routes,
            "`handler` must be a function unless there are `routes`, got: neither",
        )
        keys = () if self.handler is None else HANDLER_KEYS
        problems.add(self._own_problems(self.routes, keys))
        called = {
            **greedy_routes(self.handler, self.policy.cache),
            **{key: route_of(route) for key, route in self.routes.items()},
        }
        problems.add(self.policy.route_problems(called, profile))
        return problems.messages

    def more_problems(self, routes: Routes, existing: Iterable[str], profile: Profile) -> list[str]:
        """List what is wrong with routes that are added later.

        Args:
            routes: The new routes by their keys.
            existing: The keys of the API's methods so far.
            profile: The profile of the construct.
        """
        called = {key: route_of(route) for key, route in routes.items()}
        return [
            *self._own_problems(routes, existing),
            *self.policy.route_problems(called, profile),
        ]

    def add_to(self, router: Router) -> None:
        """Add all methods to an API.

        Args:
            router: What adds them.
        """
        router.expect([*greedy_routes(self.handler, self.policy.cache), *self.routes])
        if self.handler is not None:
            router.add_handler(self.handler, self.routes)
        for key, route in self.routes.items():
            router.add(parse_key(key), route_of(route))

    def _own_problems(self, routes: Routes, existing: Iterable[str]) -> list[str]:
        return routes_problems(
            routes,
            existing,
            binary_media_types=self.binary_media_types,
            has_plans=bool(self.policy.plans),
            has_cache=self.policy.cache is not None,
            methods_per_path=0 if self.policy.cors is None else 1,
        )
