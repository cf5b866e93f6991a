"""The ASGI application on all three ports."""

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from ministack import app as ministack_app
from ministack.core.responses import set_request_account_id
from ministack.services import cloudfront

from ..settings import Settings
from .catalog import deployed_apis, deployed_distributions, rewrite_location, urls
from .exchange import (
    ClientGoneError,
    Incoming,
    Receive,
    Scope,
    Send,
    current_viewer_headers,
    read_request,
    write_response,
)
from .rest.entry import MAXIMUM_BYTES, serve_rest_api
from .rest.request import RestRequest

Response = tuple[int, dict[str, Any], bytes]
URLS_PATH = "/_serverless_stack/urls"
EXECUTE_PATH = "/_aws/execute-api/"
EXECUTE_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.")
CDN_BYTES = 64 * 1024 * 1024


class Gateway:
    """The application on all three ports. MiniStack serves the AWS endpoint.

    Args:
        settings: The settings of the emulator.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an ASGI connection."""
        if scope["type"] != "http":
            await ministack_app.app(scope, receive, send)
            return
        try:
            await self._serve(scope, receive, send)
        except ClientGoneError:
            # There is nobody to respond to.
            return

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        port = (scope.get("server") or ("", 0))[1]
        if port == self._settings.api_port:
            await self._api(scope, receive, send)
        elif port == self._settings.cdn_port:
            request = await read_request(scope, receive, CDN_BYTES)
            label = _host(scope).partition(".")[0]
            await self._answer(send, request, await self._cdn(request, label))
        else:
            await self._aws(scope, receive, send)

    async def _answer(self, send: Send, request: Incoming, response: Response) -> None:
        await write_response(
            send, request.method, response, lambda value: rewrite_location(self._settings, value)
        )

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve ``/STAGE/path`` of an API: that of ``ID.localhost``, or the first one."""
        apis = deployed_apis()
        label = _host(scope).partition(".")[0]
        api = next((api for api in apis if api.id == label), apis[0] if apis else None)
        if api is not None and not api.rest:
            await ministack_app.app(_at_execute_path(scope, api.id), receive, send)
            return
        request = await read_request(scope, receive, MAXIMUM_BYTES)
        if api is None:
            response = _nothing("API")
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
        """Serve the AWS endpoint: the APIs of AWS, REST APIs and distributions."""
        path = scope["path"]
        name = _host(scope).partition(":")[0]
        if path == URLS_PATH:
            body = json.dumps(urls(self._settings)).encode()
            await write_response(send, scope["method"], (200, _JSON, body))
            return
        for distribution in deployed_distributions() if name.endswith(".cloudfront.net") else []:
            if distribution.domain.lower() == name:
                request = await read_request(scope, receive, CDN_BYTES)
                response = await _view(request, distribution.account, distribution.record)
                await write_response(send, request.method, response)
                return
        api_id = _execute_api_id(name, path)
        if api_id is not None and any(api.rest and api.id == api_id for api in deployed_apis()):
            request = await read_request(scope, receive, MAXIMUM_BYTES)
            rest = request.path.removeprefix(f"{EXECUTE_PATH}{api_id}").lstrip("/")
            stage, _slash, below = rest.partition("/")
            response = await _rest(request, api_id, stage, f"/{below}")
            await write_response(send, request.method, response)
            return
        await ministack_app.app(scope, receive, send)


_JSON: dict[str, Any] = {"Content-Type": "application/json"}


def _host(scope: Scope) -> str:
    """Return the requested host in lower case, with its port."""
    values = (value for name, value in scope["headers"] if name.lower() == b"host")
    return next(values, b"").decode("latin-1").lower()


def _at_execute_path(scope: Scope, api_id: str) -> Scope:
    """Return a request to an HTTP API in the form that MiniStack accepts."""
    prefix = f"{EXECUTE_PATH}{api_id}"
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = [(k, v) for k, v in scope["headers"] if k.lower() != b"host"]
    return {
        **scope,
        "path": prefix + scope["path"],
        "raw_path": prefix.encode() + raw_path,
        "headers": [*headers, (b"host", b"127.0.0.1")],
    }


def _execute_api_id(host: str, path: str) -> str | None:
    by_host = EXECUTE_HOST.match(host)
    if by_host:
        return by_host[1]
    if path.startswith(EXECUTE_PATH):
        return path.removeprefix(EXECUTE_PATH).partition("/")[0]
    return None


async def _rest(request: Incoming, api_id: str, stage: str, path: str) -> Response:
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
        )
    )


async def _view(request: Incoming, account: str, distribution: dict[str, Any]) -> Response:
    """Serve a viewer's request to a distribution, in the account of the distribution."""
    folded: dict[str, str] = {}
    for name, value in request.headers:
        lower = name.lower()
        joint = "; " if lower == "cookie" else ", "
        folded[lower] = f"{folded[lower]}{joint}{value}" if lower in folded else value
    set_request_account_id(account)
    current_viewer_headers.set(request.headers)
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
    text = f"No {kind} is deployed to this local cloud yet. Deploy a stack that has one.\n"
    return 404, {"Content-Type": "text/plain; charset=utf-8"}, text.encode()
