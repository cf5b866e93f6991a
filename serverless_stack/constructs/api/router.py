"""Router: the methods and resources of an API, one method for each route."""

from collections.abc import Sequence

import jsii
from aws_cdk import Aspects, IAspect
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from serverless_stack.constructs._internal.connect import Invokable, invokable_of
from serverless_stack.constructs.api.authorizers import Authorizers
from serverless_stack.constructs.api.caching import is_cached, parameters_of
from serverless_stack.constructs.api.cors import give_rules
from serverless_stack.constructs.api.policy import Policy, method_settings
from serverless_stack.constructs.api.routes import Route, RouteKey
from serverless_stack.constructs.api.stages import MethodSettings
from serverless_stack.constructs.profiles.profile import Profile

_PROXY = "/{proxy+}"


class Router:
    """Adds methods to an API: those of its greedy handler, and one for each route.

    Args:
        scope: The construct of the API.
        api: The API.
        settings: The settings of methods on the stages.
        policy: Who may call, and what is kept and throttled.
        profile: The profile of the construct.
    """

    def __init__(
        self,
        scope: Construct,
        api: apigateway.RestApi,
        *,
        settings: MethodSettings,
        policy: Policy,
        profile: Profile,
    ) -> None:
        self._api = api
        self._settings = settings
        self._policy = policy
        self._authorizers = Authorizers(scope, api, profile)
        Aspects.of(api).add(_TextInMockIntegrations())

    def add_handler(self, handler: Invokable) -> None:
        """Pass every path and verb to a function; with a cache, GET is a method of its own.

        Args:
            handler: The function.
        """
        route = Route(handler)
        for path in ("/", _PROXY):
            self.add(RouteKey("ANY", path), route)
            if self._policy.cache is not None:
                self.add(RouteKey("GET", path), route)

    def add(self, key: RouteKey, route: Route) -> None:
        """Add the method of a route.

        Args:
            key: Its verb and path.
            route: Its target and settings.
        """
        resource = self._api.root.resource_for_path(key.path)
        keys = self._cache_keys(key, route)
        auth = self._policy.auth_of(key.verb, route.auth)
        method = resource.add_method(
            key.verb,
            _integration(invokable_of(route.target), keys),
            request_parameters=None if keys is None else {k: ".path." in k for k in keys},
            **self._authorizers.method_auth(auth),
        )
        self._authorizers.acknowledge(auth, method)
        if self._policy.cors is not None:
            give_rules(route.target, self._policy.cors)
        settings = method_settings(self._policy, key.verb, route.throttle, route.cache)
        if settings:
            self._settings.add(key.verb, key.path, settings)

    def _cache_keys(self, key: RouteKey, route: Route) -> list[str] | None:
        cache = self._policy.cache
        if cache is None or not is_cached(cache, route.cache, key.verb):
            return None
        names = [
            f"path.{part[1:-1].rstrip('+')}" for part in key.path.split("/") if part.startswith("{")
        ]
        return [f"method.request.{name}" for name in (*names, *parameters_of(cache, route.cache))]


def _integration(
    function: lambda_.IFunction, cache_keys: Sequence[str] | None
) -> apigateway.LambdaIntegration:
    return apigateway.LambdaIntegration(
        function,
        scope_permission_to_method=False,  # one permission for all routes, not one for each
        cache_key_parameters=None if cache_keys is None else list(cache_keys),
    )


@jsii.implements(IAspect)
class _TextInMockIntegrations:
    """Convert requests to text for mock integrations, such as those of ``add_cors_preflight``.

    With ``*/*`` as a binary media type, API Gateway answers 500 for them otherwise, because it
    cannot apply the template to a binary request.
    """

    def visit(self, node: IConstruct) -> None:
        """Change the integration of a mock method."""
        if not isinstance(node, apigateway.CfnMethod) or node.http_method != "OPTIONS":
            return
        if getattr(node.integration, "type", None) == "MOCK":
            node.add_property_override("Integration.ContentHandling", "CONVERT_TO_TEXT")
