"""API Gateway: Lambda proxy integrations as a REST API on AWS does them."""

import asyncio
import logging
import weakref
from typing import Any
from urllib.parse import quote, urlencode

from ministack.services import apigateway_v1

from ..http.problems import Problem, function_name, function_problem, report_problem
from ..http.rest.events import proxy_event
from ..http.rest.request import RestRequest, current_request
from ..http.rest.responses import MalformedResponseError, proxy_response
from .canaries import served_stage
from .types import Record, Response

logger = logging.getLogger("serverless_stack.rest")

_abandoned: set[asyncio.Future[Any]] = set()
_bad_gateways: weakref.WeakSet[Any] = weakref.WeakSet()


def apply() -> None:
    """Apply this module's patches."""
    answer_bad_gateway()
    integrate_lambda_as_aws_does()


def answer_bad_gateway() -> None:
    """Answer 502 to the mistakes of a function, through the API's ``DEFAULT_5XX`` response.

    MiniStack answers 500 to every failure without a type of its own.
    """
    render = apigateway_v1._gateway_error_response

    def render_with_status(error: Any, request: Record) -> Response:
        status, headers, body = render(error, request)
        return (502 if status == 500 and error in _bad_gateways else status), headers, body

    apigateway_v1._gateway_error_response = render_with_status


def bad_gateway() -> Any:
    """Return MiniStack's error object for a mistake of a function."""
    error = apigateway_v1._gw_error("DEFAULT_5XX", "Internal server error")
    _bad_gateways.add(error)
    return error


def integrate_lambda_as_aws_does() -> None:
    """Serve Lambda proxy integrations as AWS does.

    In MiniStack's events, header names are in lower case and folded, ``X-Forwarded-*`` and the
    API's domain name are missing, and the path is decoded. It shows the error text of a handler to
    the caller, sends a malformed response as 200, and has no integration timeout.
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
            stage=served_stage(stage),
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
            # As on AWS, the function continues, but the caller gets its response now.
            _abandoned.add(call)
            call.add_done_callback(_abandoned.discard)
            name = function_name(function)
            report_problem(Problem(f"the function {name} took longer than {seconds:g} s", name))
            return apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        result, problem = call.result()
        if problem or result.get("error") or result.get("throttle"):
            logger.warning("%s: %s", function, problem or result.get("body"))
            if problem or result.get("throttle"):
                why = problem or "it has no capacity"
                report_problem(Problem(f"{function_name(function)} was not called: {why}"))
                # A missing function, or one without capacity, is a failure of the API: 500.
                return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
            report_problem(function_problem(function, result.get("body")))
            return bad_gateway()
        try:
            return proxy_response(result.get("body"), request, binary_media_types)
        except MalformedResponseError as error:
            logger.warning("%s: malformed Lambda proxy response: %s", function, error)
            report_problem(Problem(f"malformed Lambda proxy response: {error}"))
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
    """Return the request as far as MiniStack kept it.

    This is for requests to a custom domain name, or to the path of an older emulator.
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
