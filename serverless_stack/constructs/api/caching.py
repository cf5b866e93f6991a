"""The cache of an API: what it keeps, for how long, and what tells its entries apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_

from serverless_stack.checks.engine.problems import Problems

# "Cache settings for REST APIs in API Gateway"
_SIZES_GB = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
_MOST_SECONDS = 3600
_PATH = "path.proxy"


@dataclass(frozen=True)
class ApiCache:
    """What an API keeps of the answers to GET, encrypted, for everybody who asks the same.

    Two requests are the same if their paths are, and the parameters that are named here. An
    answer that depends on who asks needs ``header.Authorization`` among them. Billed by the hour:
    0.5 GB is $0.02, about $15 a month, at AWS's list price in us-east-1 ("Amazon API Gateway
    pricing").

    Attributes:
        ttl: How long an answer is kept, 0-3600 seconds.
        size_gb: The size: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237 GB.
        parameters: What tells answers apart beside the path: ``querystring.NAME`` and
            ``header.NAME``.
    """

    ttl: Duration = field(default_factory=lambda: Duration.seconds(300))
    size_gb: str = "0.5"
    parameters: Sequence[str] = ()


def cache_problems(cache: ApiCache) -> list[str]:
    """List what API Gateway refuses of a cache.

    Args:
        cache: The cache.
    """
    problems = Problems()
    if not cache.ttl.is_unresolved():
        problems.between("cache.ttl", cache.ttl.to_seconds(), 0, _MOST_SECONDS, "seconds")
    problems.require(
        cache.size_gb in _SIZES_GB,
        f"`cache.size_gb` must be one of {', '.join(_SIZES_GB)}, got: {cache.size_gb!r}",
    )
    wrong = [
        each
        for each in cache.parameters
        if each.partition(".")[0] not in ("querystring", "header") or not each.partition(".")[2]
    ]
    problems.require(
        not wrong,
        f"`cache.parameters` must be querystring.NAME or header.NAME, got: {', '.join(wrong)}",
    )
    return problems.messages


def add_methods(
    api: apigateway.RestApi,
    handler: lambda_.IFunction,
    *,
    authorizer: apigateway.IAuthorizer | None,
    cache: ApiCache | None,
) -> None:
    """Give every path and verb to a function; with a cache, GET is a method of its own.

    Args:
        api: The API.
        handler: The function.
        authorizer: Who lets requests in, or None.
        cache: The cache, or None.
    """
    proxy = api.root.add_proxy(any_method=False)
    for resource, path in ((api.root, ()), (proxy, (_PATH,))):
        resource.add_method("ANY", _integration(handler), authorizer=authorizer)
        if cache is not None:
            keys = [f"method.request.{each}" for each in (*path, *cache.parameters)]
            resource.add_method(
                "GET",
                _integration(handler, keys),
                authorizer=authorizer,
                request_parameters={key: key.endswith(_PATH) for key in keys},
            )


def _integration(
    handler: lambda_.IFunction, keys: list[str] | None = None
) -> apigateway.LambdaIntegration:
    return apigateway.LambdaIntegration(
        handler,
        scope_permission_to_method=False,  # one permission for all routes, not one for each
        cache_key_parameters=keys,
    )


def uncached_methods() -> dict[str, apigateway.MethodDeploymentOptions]:
    """Give the settings by which a stage with a cache keeps nothing but the answers to GET."""
    none = apigateway.MethodDeploymentOptions(caching_enabled=False)
    return {"//ANY": none, "/{proxy+}/ANY": none}
