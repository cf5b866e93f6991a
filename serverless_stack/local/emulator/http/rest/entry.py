"""The entry point of requests to a REST API."""

import time

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import apigateway_v1

from .access_log import write_access_log
from .request import RestRequest, set_current_request
from .responses import Response

MAXIMUM_BYTES = 10 * 1024 * 1024


async def serve_rest_api(request: RestRequest) -> Response:
    """Serve a request.

    As on AWS, the encoded path is matched: an encoded slash does not end a segment.

    Returns:
        Status, headers and body.
    """
    started = time.monotonic()
    answer: Response
    if len(request.body) > MAXIMUM_BYTES:
        answer = too_long(request)
    else:
        set_current_request(request)
        folded: dict[str, str] = {}
        for name, value in request.headers:
            lower = name.lower()
            folded[lower] = f"{folded[lower]}, {value}" if lower in folded else value
        answer = await apigateway_v1.handle_execute(
            request.api_id,
            request.stage,
            request.method,
            request.path,
            folded,
            request.body,
            request.multi_query(),
        )
    status, headers, body = answer
    if isinstance(body, str):
        body = body.encode()
    log_access(request, status, len(body), time.monotonic() - started)
    ids = {
        "x-amzn-RequestId": request.request_id,
        "x-amz-apigw-id": request.context.get("extendedRequestId", request.request_id),
    }
    return status, {**ids, **headers}, body


def too_long(request: RestRequest) -> Response:
    """Return the response to a body that is too long, with the headers of the API's errors."""
    scope = apigateway_v1.find_api_scope(request.api_id)
    stages = apigateway_v1.stages_for_api(request.api_id)
    error = apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
    if scope is None or request.stage not in stages:
        return 413, {"Content-Type": "application/json"}, b'{"message":"Request Too Long"}'
    set_request_account_id(scope[0])
    set_request_region(scope[1])
    rendered: Response = apigateway_v1._gateway_error_response(
        error,
        {
            "api_id": request.api_id,
            "stage_name": request.stage,
            "stage": stages[request.stage],
            "headers": {name.lower(): value for name, value in request.headers},
            "query_params": request.multi_query(),
            "path_params": {},
            "resource_path": "",
            "request_id": request.request_id,
        },
    )
    return rendered


def log_access(request: RestRequest, status: int, length: int, seconds: float) -> None:
    """Write the stage's access log, if it has one, in the account and region of the API."""
    scope = apigateway_v1.find_api_scope(request.api_id)
    if scope is None:
        return
    account, region = scope
    stages = apigateway_v1._stages_v1._data.get((account, region, request.api_id)) or {}
    settings = (stages.get(request.stage) or {}).get("accessLogSettings") or {}
    if settings:
        set_request_account_id(account)
        set_request_region(region)
        write_access_log(settings, request, request.context, status, length, seconds)
