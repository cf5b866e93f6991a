"""REST APIs: HTTP proxy integrations as AWS does them.

"HTTP proxy integrations for REST APIs". MiniStack follows redirects, passes back ``Content-Type``
alone, sends headers of one name as one, and has no integration timeout.
"""

import asyncio
import http.client
import re
import ssl
from typing import Any
from urllib.parse import urlsplit

from ministack.services import apigateway_v1

from ..http.problems import Problem, report_problem
from ..http.rest.request import HOP_BY_HOP, RestRequest, current_request
from ..http.rest.responses import sent_headers
from .types import Record

DEFAULT_TIMEOUT = 29_000
VARIABLE = re.compile(r"\{([^{}]+)\}")
# The server gets those of API Gateway.
OWN = frozenset({"content-length", "host", "x-forwarded-for", "x-forwarded-port"})


def apply() -> None:
    """Apply this module's patches."""
    forward = apigateway_v1._invoke_http_proxy_v1

    async def invoke(
        integration: Record,
        path: str,
        method: str,
        headers: dict[str, str],
        body: bytes,
        query: Record,
        path_parameters: dict[str, str] | None = None,
    ) -> Any:
        request = current_request()
        if request is None or integration.get("type") != "HTTP_PROXY":
            return await forward(integration, path, method, headers, body, query, path_parameters)
        seconds = int(integration.get("timeoutInMillis") or DEFAULT_TIMEOUT) / 1000
        url = url_of(integration, path_parameters or {})
        verb = str(integration.get("httpMethod") or "ANY")
        call = asyncio.to_thread(
            send, url, request.method if verb == "ANY" else verb, request, seconds
        )
        try:
            return await asyncio.wait_for(call, seconds)
        except TimeoutError:
            report_problem(Problem(f"{url} took longer than {seconds:g} s"))
            return apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        except (OSError, http.client.HTTPException, ValueError) as error:
            report_problem(Problem(f"{url} was not reached: {error}"))
            message = "Network error communicating with endpoint"
            return apigateway_v1._gw_error("INTEGRATION_FAILURE", message)

    apigateway_v1._invoke_http_proxy_v1 = invoke


def url_of(integration: Record, path_parameters: dict[str, str]) -> str:
    """Return the URL of the server, with the declared path parameters as they were sent."""
    declared = integration.get("requestParameters") or {}

    def fill(variable: re.Match[str]) -> str:
        source = str(declared.get(f"integration.request.path.{variable[1]}", ""))
        if source[:1] == source[-1:] == "'":
            return source[1:-1]
        name = source.removeprefix("method.request.path.") if source else variable[1]
        return path_parameters.get(name, variable[0])

    return VARIABLE.sub(fill, str(integration.get("uri", "")))


def send(url: str, verb: str, request: RestRequest, seconds: float) -> tuple[int, Record, bytes]:
    """Send a request to the server, and return its answer without following redirects."""
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port
    connection = (
        http.client.HTTPSConnection(
            host, port, timeout=seconds, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=seconds)
    )
    query = "&".join(item for item in (parts.query, request.query) if item)
    target = (parts.path or "/") + (f"?{query}" if query else "")
    try:
        connection.putrequest(verb, target, skip_accept_encoding=True)
        for name, value in headers_for(request):
            connection.putheader(name, value)
        if request.body:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        answer = connection.getresponse()
        received: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                received.setdefault(name, []).append(value)
        received.setdefault("Content-Type", ["application/json"])
        return answer.status, sent_headers(received), answer.read()
    finally:
        connection.close()


def headers_for(request: RestRequest) -> list[tuple[str, str]]:
    """Return the headers for the server: those of the request, and those of API Gateway."""
    passed = [
        (name, value)
        for name, value in request.headers
        if name.lower() not in HOP_BY_HOP and name.lower() not in OWN
    ]
    given = {name.lower() for name, _value in passed}
    forwarded = request.header("x-forwarded-for")
    added = {
        "User-Agent": f"AmazonAPIGateway_{request.api_id}",
        "X-Amzn-Apigateway-Api-Id": request.api_id,
        "X-Amzn-Trace-Id": request.trace_id,
        "X-Forwarded-For": f"{forwarded}, {request.client}" if forwarded else request.client,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    return passed + [(name, value) for name, value in added.items() if name.lower() not in given]
