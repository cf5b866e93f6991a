"""The routes of an API: every path and verb to one function."""

from collections.abc import Sequence

import jsii
from aws_cdk import Aspects, IAspect
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from serverless_stack.constructs.api.caching import ApiCache

_PATH = "path.proxy"


def add_routes(
    api: apigateway.RestApi,
    function: lambda_.IFunction,
    *,
    authorizer: apigateway.IAuthorizer | None,
    cache: ApiCache | None,
) -> None:
    """Route every path and verb to a function; with a cache, GET is a method of its own.

    Args:
        api: The API.
        function: The function.
        authorizer: The authorizer, or None.
        cache: The cache, or None.
    """
    proxy = api.root.add_proxy(any_method=False)
    for resource, path in ((api.root, ()), (proxy, (_PATH,))):
        resource.add_method("ANY", _integration(function), authorizer=authorizer)
        if cache is not None:
            keys = [f"method.request.{name}" for name in (*path, *cache.parameters)]
            resource.add_method(
                "GET",
                _integration(function, keys),
                authorizer=authorizer,
                request_parameters={key: key.endswith(_PATH) for key in keys},
            )
    Aspects.of(api).add(_TextInMockIntegrations())


def _integration(
    function: lambda_.IFunction, cache_keys: Sequence[str] | None = None
) -> apigateway.LambdaIntegration:
    return apigateway.LambdaIntegration(
        function,
        scope_permission_to_method=False,  # one permission for all routes, not one for each
        cache_key_parameters=None if cache_keys is None else list(cache_keys),
    )


def uncached_methods() -> dict[str, apigateway.MethodDeploymentOptions]:
    """Return the stage settings by which only answers to GET are cached."""
    uncached = apigateway.MethodDeploymentOptions(caching_enabled=False)
    return {"//ANY": uncached, "/{proxy+}/ANY": uncached}


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
