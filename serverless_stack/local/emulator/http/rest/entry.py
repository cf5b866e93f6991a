"""The entry point of requests to a REST API."""

import time

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import apigateway_v1

from .access_log import write_access_log
from .request import RestRequest, set_current_request
from .responses import Response

MAXIMUM_BYTES = 10 * 1024 * 1024
TOO_LONG = b'{"message":"Request Too Long"}'


async def serve_rest_api(request: RestRequest) -> Response:
    """Serve a request.

    As on AWS, the encoded path is matched: an encoded slash does not end a segment.

    Returns:
        Status, headers and body.
    """
    started = time.monotonic()
    answer: Response
    if len(request.body) > MAXIMUM_BYTES:
        answer = (413, {"Content-Type": "application/json"}, TOO_LONG)
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
