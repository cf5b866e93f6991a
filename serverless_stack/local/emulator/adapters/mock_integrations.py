"""REST APIs: mock integrations, such as those of a CORS preflight.

"Mock integrations for REST APIs in API Gateway". MiniStack sends the template of a response as it
is, ignores ``$context.responseOverride``, and serves requests that AWS cannot convert.
"""

import re
from typing import Any

from ministack.services import apigateway_v1

from ..http.problems import Problem, report_problem
from ..http.rest.request import RestRequest, current_request, is_binary
from .types import Record, Response

CONVERT = "CONVERT_TO_TEXT"
WITHOUT_BODY = (204, 304)
_DIRECTIVE = re.compile(r"#(if|elseif)[ \t]*\(|#(else|end)\b")
_OVERRIDE = re.compile(
    r"#set[ \t]*\([ \t]*\$context\.responseOverride\.(header\.[\w-]+|status)[ \t]*=(.*?)\)[ \t]*\n?"
)


def apply() -> None:
    """Answer as AWS does: render templates, and refuse binary requests without conversion."""
    answer = apigateway_v1._invoke_mock_v1

    def render(integration: Record) -> Any:
        request = current_request()
        if request is None:
            return answer(integration)
        api = apigateway_v1._rest_apis.get(request.api_id) or {}
        types = api.get("binaryMediaTypes") or []
        has_template = bool(integration.get("requestTemplates"))
        is_converted = integration.get("contentHandling") == CONVERT
        if has_template and not is_converted and is_binary(request.header("content-type"), types):
            why = "a mock integration beside binary media types needs contentHandling " + CONVERT
            report_problem(Problem(why))
            return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
        return rendered(answer(integration), integration, request)

    apigateway_v1._invoke_mock_v1 = render


def rendered(answer: Response, integration: Record, request: RestRequest) -> Response:
    """Return an answer with its template rendered, and what the template overrides."""
    status, headers, body = answer
    responses = (integration.get("integrationResponses") or {}).values()
    if not any(response.get("responseTemplates") for response in responses):
        body = b""
    state = _state(request)
    text = _render(body.decode(), state)
    overrides: dict[str, str] = state["overrides"]
    for name, value in overrides.items():
        if name == "status":
            status = int(value)
        else:
            headers[name.removeprefix("header.")] = value
    return status, headers, b"" if status in WITHOUT_BODY else text.encode()


def _state(request: RestRequest) -> Record:
    headers = {name: value for name, value in request.headers}
    query = {name: values[-1] for name, values in request.multi_query().items()}
    places = {"header": headers, "querystring": query, "path": {}}
    return {
        "vars": {},
        "context": {
            "requestId": request.request_id,
            "httpMethod": request.method,
            "stage": request.stage,
        },
        "body": request.body.decode("utf-8", "replace"),
        "params": {**query, **headers, **places},
        "gobbled": False,
        "overrides": {},
    }


def _render(template: str, state: Record) -> str:
    """Render a template: MiniStack renders references and ``#set``, this the conditions."""
    text, place = [], 0
    while match := _DIRECTIVE.search(template, place):
        text.append(_render_plain(template[place : match.start()], state))
        if match[1] != "if":
            place = match.end()
            continue
        branches, place = _branches(template, match)
        chosen = next((body for condition, body in branches if _holds(condition, state)), "")
        text.append(_render(chosen, state))
    text.append(_render_plain(template[place:], state))
    return "".join(text)


def _branches(template: str, start: re.Match[str]) -> tuple[list[tuple[str, str]], int]:
    """Return the conditions and bodies of an ``#if``, and where its ``#end`` ends."""
    branches: list[tuple[str, str]] = []
    condition, place, depth = _condition(template, start.end())
    body = place
    while match := _DIRECTIVE.search(template, place):
        kind, place = match[1] or match[2], match.end()
        if kind == "if":
            depth += 1
        elif kind == "end" and depth:
            depth -= 1
        elif not depth:
            branches.append((condition, template[body : match.start()]))
            if kind == "end":
                return branches, place
            condition = "true"
            if kind == "elseif":
                condition, place, _depth = _condition(template, match.end())
            body = place
    return branches, len(template)


def _condition(template: str, place: int) -> tuple[str, int, int]:
    """Return a condition, where its parenthesis ends, and the depth inside of its branch."""
    end = apigateway_v1._vtl_close_paren(template, place - 1)
    if end is None:
        return "false", len(template), 0
    return template[place:end], end + 1, 0


def _holds(condition: str, state: Record) -> bool:
    """Return whether a condition of comparisons, ``||`` and ``&&`` is true."""
    return any(
        all(_is_true(part.strip(), state) for part in option.split("&&"))
        for option in condition.split("||")
    )


def _is_true(part: str, state: Record) -> bool:
    for operator in ("==", "!="):
        left, found, right = part.partition(operator)
        if found:
            values = [apigateway_v1._vtl_value(side, state) or "" for side in (left, right)]
            return (values[0] == values[1]) is (operator == "==")
    matched = re.fullmatch(r"(\$.+)\.matches\((.+)\)", part)
    if matched:
        value, pattern = (apigateway_v1._vtl_value(side, state) for side in matched.groups())
        return re.fullmatch(str(pattern), str(value or "")) is not None
    return bool(apigateway_v1._vtl_value(part, state))


def _render_plain(text: str, state: Record) -> str:
    def override(match: re.Match[str]) -> str:
        value = apigateway_v1._vtl_value(match[2], state)
        if value is not None:
            state["overrides"][match[1]] = str(value)
        return ""

    pieces, place = [], 0
    for match in _OVERRIDE.finditer(text):
        pieces.append(apigateway_v1._vtl_render(text[place : match.start()], state))
        pieces.append(override(match))
        place = match.end()
    pieces.append(apigateway_v1._vtl_render(text[place:], state))
    return "".join(pieces)
