"""The ASGI application on all three ports."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote

from ministack import app as ministack_app
from ministack.core.responses import set_request_account_id
from ministack.services import cloudfront

from ..settings import Settings
from .ageing import age_answer
from .browsers import host_problem, hosts
from .catalog import (
    deployed_apis,
    deployed_distributions,
    distribution_of,
    rewrite_location,
    urls,
)
from .endpoint import Endpoint
from .exchange import (
    ClientGoneError,
    Incoming,
    Receive,
    Response,
    Scope,
    Send,
    current_connection,
    current_viewer_headers,
    read_request,
    write_response,
)
from .function_urls import FUNCTION_PATH, FunctionUrl, find_function_url
from .placing import EXECUTE_PATH, at_execute_path, at_function_path, at_localhost
from .problems import with_problem
from .recording import record
from .rest.domains import domain_of, target_of
from .rest.entry import MAXIMUM_BYTES, serve_rest_api
from .rest.request import RestRequest
from .signatures import fold

URLS_PATH = "/_serverless_stack/urls"
AGE_PATH = "/_serverless_stack/age"
CONSOLE_PATH = "/_serverless_stack/console"
EXECUTE_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.")
CDN_BYTES = 64 * 1024 * 1024


class Gateway:
    """The application on all three ports. MiniStack serves the AWS endpoint.

    Args:
        settings: The settings of the emulator.
        console_link: Returns a URL that opens the console once.
    """

    def __init__(self, settings: Settings, console_link: Callable[[], str]) -> None:
        self._settings = settings
        self._console_link = console_link
        self._endpoint = Endpoint(settings.key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an ASGI connection."""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
            return
        if scope["type"] != "http":
            await ministack_app.app(scope, receive, send)
            return
        via = self._destination(scope)
        try:
            if via is None:
                await self._serve_with_problem(scope, receive, send)
            else:
                await record(via, scope, receive, send, self._serve_with_problem)
        except ClientGoneError:
            # There is nobody to respond to.
            return

    def _destination(self, scope: Scope) -> str | None:
        """Return what a request goes to, if the console shows it: an API, a CDN or a function."""
        port = (scope.get("server") or ("", 0))[1]
        if port == self._settings.api_port:
            return "api"
        if port == self._settings.cdn_port:
            return "cdn"
        return "function" if scope["path"].startswith(FUNCTION_PATH) else None

    async def _serve_with_problem(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._serve(scope, receive, with_problem(send, self._settings.logs))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        port = (scope.get("server") or ("", 0))[1]
        is_aws = port not in (self._settings.api_port, self._settings.cdn_port)
        if is_aws and (distribution := distribution_of(_host(scope))) is not None:
            request = await read_request(scope, receive, CDN_BYTES)
            response = await _view(request, distribution.account, distribution.record)
            await write_response(send, request.method, response)
        elif is_aws and (domain := domain_of(_host(scope))) is not None:
            request = await read_request(scope, receive, MAXIMUM_BYTES)
            await write_response(send, request.method, await _at_domain(request, domain))
        elif (problem := host_problem(scope)) is not None:
            await write_response(send, scope["method"], _text(403, problem))
        elif is_aws:
            await self._aws(scope, receive, send)
        elif port == self._settings.api_port:
            await self._api(scope, receive, send)
        else:
            request = await read_request(scope, receive, CDN_BYTES)
            label = _host(scope).partition(".")[0]
            await self._answer(send, request, await self._cdn(request, label))

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket API, whatever page opens it, as on AWS. Refuse everything else."""
        is_api = ministack_app._parse_execute_api_url(_host(scope), scope["path"]) is not None
        if is_api and host_problem(scope) is None:
            await ministack_app.app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, send: Send, request: Incoming, response: Response) -> None:
        await write_response(
            send, request.method, response, lambda value: rewrite_location(self._settings, value)
        )

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve ``/STAGE/path`` of an API: that of ``ID.localhost``, or the first one."""
        apis = deployed_apis()
        label = _host(scope).partition(".")[0]
        api = next((api for api in apis if api.id == label), apis[0] if apis else None)
        if api is not None and not api.rest and scope["path"].startswith("/"):
            await ministack_app.app(at_execute_path(scope, api.id), receive, send)
            return
        request = await read_request(scope, receive, MAXIMUM_BYTES)
        if api is None:
            response = _nothing("API")
        elif not api.rest:
            response = _text(400, "the path must begin with a slash")
        else:
            stage, _slash, path = request.path.lstrip("/").partition("/")
            response = await _rest(request, api.id, stage, f"/{path}")
        await self._answer(send, request, response)

    async def _cdn(self, request: Incoming, label: str) -> Response:
        """Serve a distribution, as if by HTTPS: that of ``ID.localhost``, or the first one."""
        distributions = deployed_distributions()
        if not distributions:
            return _nothing("distribution")
        distribution = next((d for d in distributions if d.id.lower() == label), distributions[0])
        kept = [
            (k, v) for k, v in request.headers if k.lower() not in ("host", "x-forwarded-proto")
        ]
        headers = [*kept, ("Host", distribution.domain), ("X-Forwarded-Proto", "https")]
        return await _view(
            replace(request, headers=headers), distribution.account, distribution.record
        )

    async def _aws(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the AWS endpoint: APIs and function URLs to everyone, the rest to who signs."""
        path = scope["path"]
        api_id = _execute_api_id(_host(scope), path)
        api = next((api for api in deployed_apis() if api.id == api_id), None)
        if api is not None and api.rest:
            request = await read_request(scope, receive, MAXIMUM_BYTES)
            rest = request.path.removeprefix(f"{EXECUTE_PATH}{api_id}").lstrip("/")
            stage, _slash, below = rest.partition("/")
            response = await _rest(request, api.id, stage, f"/{below}")
            await write_response(send, request.method, response)
        elif api is not None and path.startswith(f"{EXECUTE_PATH}{api_id}/"):
            await ministack_app.app(at_localhost(scope), receive, send)
        elif (function_url := find_function_url(_host(scope), path)) is not None:
            await self._function_url(function_url, scope, receive, send)
        elif path == URLS_PATH:
            if await self._endpoint.admit(scope, receive, send):
                body = json.dumps(urls(self._settings)).encode()
                await write_response(send, scope["method"], (200, _JSON, body))
        elif path == CONSOLE_PATH and scope["method"] == "POST":
            if await self._endpoint.admit(scope, receive, send):
                body = json.dumps({"url": self._console_link()}).encode()
                await write_response(send, scope["method"], (200, _JSON, body))
        elif path == AGE_PATH and scope["method"] == "POST":
            if await self._endpoint.admit(scope, receive, send):
                await write_response(send, scope["method"], age_answer(scope))
        else:
            await self._endpoint.serve(scope, receive, send)

    async def _function_url(
        self, url: FunctionUrl, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Serve a function URL, if its policy or the signature of the request permits it."""
        refused = None
        if url.is_public:
            refused = url.refusal(fold(scope["headers"], ", "))
        elif not url.is_preflight(scope["method"]):
            refused, receive = await self._endpoint.refuse_unsigned(scope, receive)
            if refused is not None:
                refused = url.forbidden(fold(scope["headers"], ", "))
        if refused is not None:
            await write_response(send, scope["method"], refused)
        else:
            await ministack_app.app(at_function_path(scope, url.id), receive, send)


_JSON: dict[str, Any] = {"Content-Type": "application/json"}


def _host(scope: Scope) -> str:
    """Return the requested host in lower case, with its port."""
    return next(iter(hosts(scope)), "")


def _execute_api_id(host: str, path: str) -> str | None:
    by_host = EXECUTE_HOST.match(host)
    if by_host:
        return by_host[1]
    if path.startswith(EXECUTE_PATH):
        return path.removeprefix(EXECUTE_PATH).partition("/")[0]
    return None


async def _at_domain(request: Incoming, domain: str) -> Response:
    """Serve a request to a custom domain name of REST APIs."""
    target = target_of(domain, request.path)
    if target is None:
        return 403, _JSON, b'{"message":"Forbidden"}'
    return await _rest(request, target.api_id, target.stage, target.path, domain, target.base_path)


async def _rest(
    request: Incoming,
    api_id: str,
    stage: str,
    path: str,
    domain: str = "",
    base_path: str = "",
) -> Response:
    region = next((api.region for api in deployed_apis() if api.id == api_id), "us-east-1")
    return await serve_rest_api(
        RestRequest(
            api_id=api_id,
            stage=unquote(stage),
            method=request.method,
            path=path,
            query=request.query,
            headers=request.headers,
            body=request.body,
            client=request.client,
            region=region,
            domain=domain,
            base_path=base_path,
            target=request.path,
        )
    )


async def _view(request: Incoming, account: str, distribution: dict[str, Any]) -> Response:
    """Serve a viewer's request to a distribution, in the account of the distribution."""
    folded: dict[str, str] = {}
    for name, value in request.headers:
        lower = name.lower()
        joint = "; " if lower == "cookie" else ", "
        folded[lower] = f"{folded[lower]}{joint}{value}" if lower in folded else value
    if len(request.body) > CDN_BYTES:
        return _text(413, f"the local cloud takes bodies of {CDN_BYTES >> 20} MiB at most")
    set_request_account_id(account)
    current_viewer_headers.set(request.headers)
    current_connection.set((request.port, request.http_version))
    response: Response = await cloudfront.handle_viewer_request(
        distribution,
        request.method,
        unquote(request.path),
        request.path,
        request.query,
        folded,
        request.body,
        parse_qs(request.query, keep_blank_values=True),
        request.client,
    )
    return response


def _nothing(kind: str) -> Response:
    return _text(
        404, f"No {kind} is deployed to this local cloud yet. Deploy a stack that has one."
    )


def _text(status: int, text: str) -> Response:
    return status, {"Content-Type": "text/plain; charset=utf-8"}, f"{text}\n".encode()
