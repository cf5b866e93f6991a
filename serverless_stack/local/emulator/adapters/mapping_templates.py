"""REST APIs: what mapping templates of integrations with services can read.

"API Gateway mapping template and access logging variable reference" and "Content type conversions
in API Gateway". MiniStack lacks base64 and most of ``$context``, and does not encode binary bodies.
"""

import base64
from typing import Any

from ministack.services import apigateway_v1

from ..http.problems import Problem, report_problem
from ..http.rest.request import current_request, is_binary
from .types import Record

CONVERT = "CONVERT_TO_TEXT"


def apply() -> None:
    """Apply this module's patches."""
    decode_base64()
    complete_context()
    encode_binary_messages()


def decode_base64() -> None:
    """Add ``$util.base64Decode`` and ``$util.base64Encode``."""
    resolve = apigateway_v1._vtl_util

    def resolve_more(steps: list[tuple[str, str | None]], state: Record) -> Any:
        name, source = steps[0] if steps else ("", None)
        if name not in ("base64Decode", "base64Encode") or source is None:
            return resolve(steps, state)
        value = str(apigateway_v1._vtl_value(source, state) or "").encode()
        if name == "base64Encode":
            return base64.b64encode(value).decode()
        return base64.b64decode(value).decode("utf-8", "replace")

    apigateway_v1._vtl_util = resolve_more


def complete_context() -> None:
    """Add the parts of ``$context`` that every request has."""
    render = apigateway_v1._render_request_template_v1

    def render_with_context(
        template: str, body: str, parameters: Record, context: Record | None = None
    ) -> Any:
        request = current_request()
        basics = (
            {}
            if request is None
            else {
                "apiId": request.api_id,
                "domainName": request.domain_name,
                "httpMethod": request.method,
                "identity": {
                    "sourceIp": request.client,
                    "userAgent": request.header("user-agent"),
                },
                "path": f"/{request.stage}{request.path}",
                "requestId": request.request_id,
                "stage": request.stage,
            }
        )
        return render(template, body, parameters, {**basics, **(context or {})})

    apigateway_v1._render_request_template_v1 = render_with_context


def encode_binary_messages() -> None:
    """Pass binary bodies to the templates of SQS integrations in base64.

    Without content handling, AWS cannot transform a binary body: 500.
    """
    send = apigateway_v1._invoke_sqs_v1

    async def send_encoded(integration: Record, *arguments: Any, **named: Any) -> Any:
        headers, body = arguments[6], arguments[7]
        kind = apigateway_v1._header_ci(headers, "content-type")
        if is_binary(kind or "", named.get("binary_media_types") or []):
            if integration.get("contentHandling") != CONVERT:
                why = "an integration with SQS beside binary media types needs contentHandling "
                report_problem(Problem(why + CONVERT))
                return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
            encoded = base64.b64encode(body or b"")
            arguments = (*arguments[:7], encoded, *arguments[8:])
        return await send(integration, *arguments, **named)

    apigateway_v1._invoke_sqs_v1 = send_encoded
