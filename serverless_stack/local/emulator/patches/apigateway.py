"""API Gateway: Lambda proxy integrations as a REST API on AWS does them."""

import asyncio
import logging
from typing import Any
from urllib.parse import quote, urlencode

from ministack.services import apigateway_v1

from ..rest.events import proxy_event
from ..rest.request import RestRequest, current_request
from ..rest.responses import MalformedResponseError, proxy_response
from .types import Headers, Record, Response

logger = logging.getLogger("serverless_stack.rest")

BAD_GATEWAY = b'{"message": "Internal server error"}'
TIMED_OUT = b'{"message": "Endpoint request timed out"}'
JSON: Headers = {"Content-Type": "application/json"}
_abandoned: set[asyncio.Future[Any]] = set()


def apply() -> None:
    """Applies this module's patches."""
    integrate_lambda_as_aws_does()


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
    ) -> Response:
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
            return 504, dict(JSON), TIMED_OUT
        result, problem = call.result()
        if problem or result.get("error") or result.get("throttle"):
            logger.warning("%s: %s", function, problem or result.get("body"))
            # No such function, or no capacity for it, is the API's own failure: 500.
            status = 500 if problem or result.get("throttle") else 502
            return status, dict(JSON), BAD_GATEWAY
        try:
            return proxy_response(result.get("body"), request, binary_media_types)
        except MalformedResponseError as error:
            logger.warning("%s: malformed Lambda proxy response: %s", function, error)
            return 502, dict(JSON), BAD_GATEWAY

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
    """The request as far as MiniStack kept it, when it came in by a way that is not ours.

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
