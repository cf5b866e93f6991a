"""API Gateway: Lambda proxy integrations as a REST API on AWS does them."""

import asyncio
import logging
import weakref
from typing import Any
from urllib.parse import quote, urlencode

from ministack.services import apigateway_v1

from ..http.rest.events import proxy_event
from ..http.rest.request import RestRequest, current_request
from ..http.rest.responses import MalformedResponseError, proxy_response
from .types import Record, Response

logger = logging.getLogger("serverless_stack.rest")

_abandoned: set[asyncio.Future[Any]] = set()
_bad_gateways: weakref.WeakSet[Any] = weakref.WeakSet()


def apply() -> None:
    """Apply this module's patches."""
    answer_bad_gateway()
    integrate_lambda_as_aws_does()


def answer_bad_gateway() -> None:
    """MiniStack renders every failure without a type of its own as 500.

    AWS answers 502 to what a function does wrong, through the API's ``DEFAULT_5XX`` response.
    """
    render = apigateway_v1._gateway_error_response

    def render_with_status(error: Any, request: Record) -> Response:
        status, headers, body = render(error, request)
        return (502 if status == 500 and error in _bad_gateways else status), headers, body

    apigateway_v1._gateway_error_response = render_with_status


def bad_gateway() -> Any:
    """MiniStack's error object for what a function did wrong."""
    error = apigateway_v1._gw_error("DEFAULT_5XX", "Internal server error")
    _bad_gateways.add(error)
    return error


def integrate_lambda_as_aws_does() -> None:
    """MiniStack's events and its reading of answers differ from AWS's in what handlers rely on.

    Header names come in lower case and folded, ``X-Forwarded-*`` and the API's domain name are
    missing, a path is decoded; a failed handler's text is shown to the caller, a malformed answer
    is sent as 200, and an integration may take as long as it likes.
    """

    async def invoke(
        integration: Record,
        api_id: str,
        stage_name: str,
        stage: Record,
        resource: Record,
        request_path: str,
        method: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, list[str]],
        path_params: dict[str, str] | None,
        *,
        owner_account_id: str,
        owner_region: str,
        binary_media_types: list[str],
        authorizer_context: Record | None = None,
        caller_identity: Record | None = None,
    ) -> Any:
        request = current_request() or rebuilt(
            api_id, stage_name, owner_region, method, request_path, headers, body, query_params
        )
        event = proxy_event(
            request,
            resource=resource,
            stage=stage,
            path_parameters=path_params or {},
            account_id=owner_account_id,
            binary_media_types=binary_media_types,
            authorizer=authorizer_context,
            identity=caller_identity,
        )
        function = apigateway_v1._extract_lambda_ref_from_integration_uri(integration["uri"])
        call = asyncio.ensure_future(
            apigateway_v1._call_lambda_raw(
                function, event, account_id=owner_account_id, region=owner_region
            )
        )
        seconds = int(integration.get("timeoutInMillis") or 29000) / 1000
        done, _pending = await asyncio.wait({call}, timeout=seconds)
        if not done:
            # The function goes on, as on AWS; only the caller is not kept waiting.
            _abandoned.add(call)
            call.add_done_callback(_abandoned.discard)
            return apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        result, problem = call.result()
        if problem or result.get("error") or result.get("throttle"):
            logger.warning("%s: %s", function, problem or result.get("body"))
            if problem or result.get("throttle"):
                # No such function, or no capacity for it, is the API's own failure: 500.
                return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
            return bad_gateway()
        try:
            return proxy_response(result.get("body"), request, binary_media_types)
        except MalformedResponseError as error:
            logger.warning("%s: malformed Lambda proxy response: %s", function, error)
            return bad_gateway()

    apigateway_v1._invoke_lambda_proxy_v1 = invoke


def rebuilt(
    api_id: str,
    stage: str,
    region: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query_params: dict[str, list[str]],
) -> RestRequest:
    """Return the request as far as MiniStack kept it, when it came in by a way that is not ours.

    That is a custom domain name or the path of an older emulator.
    """
    return RestRequest(
        api_id=api_id,
        stage=stage,
        method=method,
        path=quote(path),
        query=urlencode(query_params, doseq=True),
        headers=list(headers.items()),
        body=body,
        client="127.0.0.1",
        region=region,
    )
