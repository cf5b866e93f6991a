"""Router: the methods and resources of an API, one method for each route."""

from collections.abc import Sequence

import jsii
from aws_cdk import Aspects, IAspect
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from serverless_stack.constructs._internal.connect import Invokable, invokable_of
from serverless_stack.constructs.api.auth import Auth, Authorizers
from serverless_stack.constructs.api.caching import ApiCache
from serverless_stack.constructs.api.routes import Route, RouteKey
from serverless_stack.constructs.api.stages import MethodSettings

_PROXY = "/{proxy+}"


class Router:
    """Adds methods to an API: those of its greedy handler, and one for each route.

    Args:
        scope: The construct of the API.
        api: The API.
        settings: The settings of methods on the stages.
        auth: Who may call routes without an ``auth`` of their own.
        cache: The cache, or None.
    """

    def __init__(
        self,
        scope: Construct,
        api: apigateway.RestApi,
        *,
        settings: MethodSettings,
        auth: Auth,
        cache: ApiCache | None,
    ) -> None:
        self._api = api
        self._settings = settings
        self._auth = auth
        self._cache = cache
        self._authorizers = Authorizers(scope)
        Aspects.of(api).add(_TextInMockIntegrations())

    def add_handler(self, handler: Invokable) -> None:
        """Pass every path and verb to a function; with a cache, GET is a method of its own.

        Args:
            handler: The function.
        """
        route = Route(handler)
        for path in ("/", _PROXY):
            self.add(RouteKey("ANY", path), route)
            if self._cache is not None:
                self.add(RouteKey("GET", path), route)

    def add(self, key: RouteKey, route: Route) -> None:
        """Add the method of a route.

        Args:
            key: Its verb and path.
            route: Its target and settings.
        """
        resource = self._api.root.resource_for_path(key.path)
        keys = self._cache_keys(key)
        resource.add_method(
            key.verb,
            _integration(invokable_of(route.target), keys),
            request_parameters={name: ".path." in name for name in keys} or None,
            **self._authorizers.method_auth(route.auth or self._auth),
        )
        settings: dict[str, object] = {}
        if self._cache is not None and key.verb != "GET":
            settings["CachingEnabled"] = False
        if route.throttle is not None:
            settings["ThrottlingRateLimit"] = route.throttle.rate
            settings["ThrottlingBurstLimit"] = route.throttle.burst
        if settings:
            self._settings.add(key.verb, key.path, settings)

    def _cache_keys(self, key: RouteKey) -> list[str]:
        if self._cache is None or key.verb != "GET":
            return []
        names = [
            f"path.{part[1:-1].rstrip('+')}" for part in key.path.split("/") if part.startswith("{")
        ]
        return [f"method.request.{name}" for name in (*names, *self._cache.parameters)]


def _integration(
    function: lambda_.IFunction, cache_keys: Sequence[str]
) -> apigateway.LambdaIntegration:
    return apigateway.LambdaIntegration(
        function,
        scope_permission_to_method=False,  # one permission for all routes, not one for each
        cache_key_parameters=list(cache_keys) or None,
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
