"""REST API integrations with AWS services: S3, and the actions of services that speak JSON."""

import json
import logging
import re
from typing import Any
from urllib.parse import unquote

from ministack.core.responses import request_scope
from ministack.services import apigateway_v1, dynamodb, eventbridge, kinesis, s3, stepfunctions

from .types import Headers, Record, Response

logger = logging.getLogger("serverless_stack.rest")

# The handler of each service, with the prefix of its actions in `X-Amz-Target`.
ACTIONS = {
    "dynamodb": (dynamodb, "DynamoDB_20120810"),
    "events": (eventbridge, "AWSEvents"),
    "kinesis": (kinesis, "Kinesis_20131202"),
    "states": (stepfunctions, "AWSStepFunctions"),
}
SOURCE = re.compile(r"(?:method\.request\.(path|querystring|header)\.(.+)|method\.request\.body)")


def apply() -> None:
    """Serve integrations with services. MiniStack takes all but SQS for a Lambda function: 504."""
    invoke_function = apigateway_v1._invoke_lambda_custom_v1

    async def invoke(integration: Record, *arguments: Any, **named: Any) -> Any:
        parsed = apigateway_v1._parse_service_integration_uri(integration.get("uri", ""))
        region, service, verb, rest = parsed or ("", "", "", "")
        is_s3 = service == "s3" and verb == "path"
        if not is_s3 and not (verb == "action" and service in ACTIONS):
            return await invoke_function(integration, *arguments, **named)
        headers, body, query, path = arguments[6], arguments[7], arguments[8], arguments[9]
        values = sources(headers, query, path or {})
        with request_scope(named["owner_account_id"], region or named["owner_region"]):
            if is_s3:
                answer = await call_s3(integration, rest, values, headers, body)
            else:
                answer = await call_action(integration, service, rest, values, headers, body)
        if answer[0] >= 400:
            logger.warning("%s answered %d: %s", integration["uri"], answer[0], answer[2][:1000])
        return mapped(integration, answer)

    apigateway_v1._invoke_lambda_custom_v1 = invoke


def sources(
    headers: dict[str, str], query: dict[str, Any], path: dict[str, str]
) -> dict[tuple[str, str], str]:
    """Return the values of a request by their place and name; names of headers in lower case."""
    found = {("path", name): value for name, value in path.items()}
    for name, value in query.items():
        found["querystring", name] = value[-1] if isinstance(value, list) else value
    found.update({("header", name.lower()): value for name, value in headers.items()})
    return found


def parameters(integration: Record, place: str, values: dict[tuple[str, str], str]) -> Headers:
    """Return the parameters that an integration sends in a place of its request."""
    prefix = f"integration.request.{place}."
    sent = {}
    for target, source in (integration.get("requestParameters") or {}).items():
        if target.startswith(prefix):
            value = _value(str(source), values)
            if value is not None:
                sent[target.removeprefix(prefix)] = value
    return sent


def _value(source: str, values: dict[tuple[str, str], str]) -> str | None:
    if len(source) > 1 and source[0] == source[-1] == "'":
        return source[1:-1]
    match = SOURCE.fullmatch(source)
    if match is None or match[1] is None:
        return None
    name = match[2].lower() if match[1] == "header" else match[2]
    return values.get((match[1], name))


async def call_s3(
    integration: Record,
    rest: str,
    values: dict[tuple[str, str], str],
    headers: dict[str, str],
    body: bytes,
) -> Response:
    """Send a request to S3, as the integration's role, which is not checked."""
    path = f"/{rest}"
    for name, value in parameters(integration, "path", values).items():
        path = path.replace(f"{{{name}}}", unquote(str(value)))
    sent = {"content-type": apigateway_v1._header_ci(headers, "content-type")}
    for name, value in parameters(integration, "header", values).items():
        sent[name.lower()] = value
    query = {
        name: [value] for name, value in parameters(integration, "querystring", values).items()
    }
    method = integration.get("httpMethod") or "GET"
    kept = {name: value for name, value in sent.items() if value}
    answer: Response = await s3.handle_request(method, path, kept, body, query, internal=True)
    return answer


async def call_action(
    integration: Record,
    service: str,
    action: str,
    values: dict[tuple[str, str], str],
    headers: dict[str, str],
    body: bytes,
) -> Response:
    """Call an action with the request that the integration's template renders."""
    text = body.decode("utf-8", "replace")
    templates = integration.get("requestTemplates") or {}
    kind = apigateway_v1._header_ci(headers, "content-type").partition(";")[0].strip()
    template = templates.get(kind or "application/json", templates.get("application/json"))
    if template is not None:
        known = {name: value for (_place, name), value in values.items()}
        text = apigateway_v1._render_request_template_v1(template, text, known, {})
    handler, prefix = ACTIONS[service]
    sent = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"{prefix}.{action}",
    }
    answer: Response = await handler.handle_request("POST", "/", sent, text.encode(), {})
    return answer


def mapped(integration: Record, answer: Response) -> Response:
    """Return the response that the integration makes of a service's."""
    status, answered, body = answer
    selected = apigateway_v1._select_service_integration_response(integration, status)
    if selected is None:
        text = json.dumps({"message": "Internal server error"})
        return 500, {"Content-Type": "application/json"}, text.encode()
    known = {name.lower(): value for name, value in answered.items()}
    sent: Headers = {"Content-Type": known.get("content-type", "application/json")}
    for target, source in (selected.get("responseParameters") or {}).items():
        name = target.removeprefix("method.response.header.")
        if source[:1] == source[-1:] == "'":
            sent[name] = source[1:-1]
        elif (received := source.removeprefix("integration.response.header.").lower()) in known:
            sent[name] = known[received]
    templates = selected.get("responseTemplates") or {}
    template = templates.get("application/json") or next(iter(templates.values()), None)
    if template:
        text = body.decode("utf-8", "replace")
        body = apigateway_v1._render_request_template_v1(template, text, {}, {}).encode()
    return int(selected.get("statusCode") or status), sent, body
