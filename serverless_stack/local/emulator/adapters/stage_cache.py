"""REST APIs: the cache of a stage, in memory.

"Cache settings for REST APIs in API Gateway". MiniStack has none. Answers of functions to GET
are kept by the resource and the cache key parameters of its method.
"""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import apigateway_v1

from ..http.rest.request import RestRequest, current_request
from ..http.signatures import Signatures
from ..keys import AccessKey
from .api_callers import key_id_of
from .api_limits import unescaped
from .types import Record, Response

INVALIDATE = "execute-api:InvalidateCache"
WARNING = "199 Cache-control headers were ignored because the caller was unauthorized."
MAX_ENTRIES = 10_000
DEFAULT_SECONDS = 300

Key = tuple[str, ...]
_entries: dict[Key, tuple[float, Response]] = {}


def apply(key: AccessKey) -> None:
    """Keep the answers of functions where the settings of the method say so."""
    signatures = Signatures(key)
    call_function = apigateway_v1._invoke_lambda_proxy_v1

    async def invoke(integration: Record, api: str, stage: str, *rest: Any, **named: Any) -> Any:
        call = partial(call_function, integration, api, stage, *rest, **named)
        return await answered(call, signatures, integration, rest[0], rest[1], rest[7] or {})

    apigateway_v1._invoke_lambda_proxy_v1 = invoke


async def answered(
    call: Callable[[], Awaitable[Any]],
    signatures: Signatures,
    integration: Record,
    stage: Record,
    resource: Record,
    path: dict[str, str],
) -> Any:
    """Return the answer of an integration, from the cache if it is there."""
    request = current_request()
    seconds = 0 if request is None else seconds_of(stage, request, resource["path"])
    if request is None or not seconds:
        return await call()
    key = key_of(request, stage, resource, integration, path)
    warning: dict[str, str] = {}
    renews = "max-age=0" in request.header("cache-control").replace(" ", "")
    if renews and not may_renew(signatures, request):
        renews, warning = False, {"Warning": WARNING}
    kept = _entries.get(key)
    if kept is None or renews or kept[0] <= time.monotonic():
        answer = await call()
        if not isinstance(answer, tuple):  # an error of the gateway
            return answer
        if len(_entries) >= MAX_ENTRIES:
            _entries.clear()
        kept = _entries[key] = (time.monotonic() + seconds, answer)
    status, headers, body = kept[1]
    return status, {**headers, **warning}, body


def seconds_of(stage: Record, request: RestRequest, path: str) -> int:
    """Return how long answers of a method are kept; 0 for not at all."""
    settings = unescaped(stage.get("methodSettings") or {})
    chosen = settings.get(f"{path}/{request.method}") or settings.get("*/*") or {}
    is_kept = stage.get("cacheClusterEnabled") and chosen.get("cachingEnabled")
    if not is_kept or request.method != "GET":
        return 0
    return int(chosen.get("cacheTtlInSeconds", DEFAULT_SECONDS))


def key_of(
    request: RestRequest,
    stage: Record,
    resource: Record,
    integration: Record,
    path: dict[str, str],
) -> Key:
    """Return the key of a request: its resource, and the parameters that its method names."""
    query = request.multi_query()
    values = []
    for name in integration.get("cacheKeyParameters") or []:
        place, _, parameter = name.removeprefix("method.request.").partition(".")
        if place == "path":
            value = path.get(parameter, "")
        elif place == "querystring":
            value = "\0".join(query.get(parameter, []))
        else:
            value = request.header(parameter)
        values.append(f"{name}={value}")
    deployment = str(stage.get("deploymentId"))
    return (request.api_id, request.stage, deployment, str(resource["id"]), *values)


def may_renew(signatures: Signatures, request: RestRequest) -> bool:
    """Return whether a caller may replace what is kept: it signs, and is allowed to."""
    headers = [(k.encode("latin-1"), v.encode()) for k, v in request.headers]
    query = request.multi_query()
    if signatures.refusal(request.method, request.target, query, headers, request.body):
        return False
    account = (apigateway_v1.find_api_scope(request.api_id) or ("*", ""))[0]
    region = request.region
    target = f"{request.api_id}/{request.stage}/GET{request.path}"
    denied = iam_evaluator.enforce(
        key_id_of(request),
        INVALIDATE,
        "apigateway",
        region,
        resource_arn=f"arn:aws:execute-api:{region}:{account}:{target}",
    )
    return denied is None
