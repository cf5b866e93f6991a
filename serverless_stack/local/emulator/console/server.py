"""The HTTP server of the console: its page, its views, and the stream of what happens."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from ..activity import ACTIVITY
from ..engines.manager import EngineManager
from ..http.browsers import header_values, host_problem, is_foreign
from ..http.exchange import ClientGoneError, Receive, Scope, Send, read_body
from ..settings import Settings
from .access import Access
from .requests import ConsoleError, ConsoleRequest, File, View, parse_body
from .sender import Sender, Serve
from .views import deployed, views

logger = logging.getLogger("serverless_stack.console")

PAGE = Path(__file__).with_name("page")
MAX_BODY_BYTES = 8 * 1024 * 1024
LOOK_SECONDS = 1.0
BEAT_LOOKS = 10
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
# Nothing but the console's own files: no inline script or style, no other origin, no frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def listening_socket() -> socket.socket:
    """Return a socket on a free loopback port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


class Console:
    """The ASGI application of the console.

    Args:
        settings: The settings of the emulator.
        manager: The engines of the caches.
        access: Who may use it.
        application: Serves the requests that a person sends from the console.
    """

    def __init__(
        self, settings: Settings, manager: EngineManager, access: Access, application: Serve
    ) -> None:
        self._access = access
        self._views: dict[tuple[str, str], View] = views(settings, manager)
        self._sender = Sender(settings, application)
        self._files = {
            f"/{path.relative_to(PAGE).as_posix()}": path
            for path in sorted(PAGE.rglob("*"))
            if path.suffix in TYPES
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an ASGI connection."""
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            await self._serve(scope, receive, send)
        except ClientGoneError:
            return
        except ConsoleError as error:
            await _answer_json(send, error.status, {"message": error.message})
        except Exception as error:
            logger.exception("%s %s", scope["method"], scope["path"])
            message = f"{type(error).__name__}: {error}; see the emulator's log"
            await _answer_json(send, 500, {"message": message})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if (problem := host_problem(scope)) is not None:
            raise ConsoleError(problem, 403)
        if method == "GET" and path == "/" and _is_navigation(scope):
            await _answer_file(send, File((PAGE / "index.html").read_bytes(), TYPES[".html"]))
            return
        if is_foreign(scope):
            raise ConsoleError("the console serves no other page", 403)
        if method == "GET" and path in self._files:
            file = self._files[path]
            await _answer_file(send, File(file.read_bytes(), TYPES[file.suffix]))
        elif (method, path) == ("POST", "/api/session"):
            await self._begin_session(receive, send)
        elif not self._access.is_valid(_bearer(scope)):
            raise ConsoleError(
                "this page may not read the local cloud: open the link that "
                "`serverless-stack local console` prints",
                401,
            )
        elif (method, path) == ("GET", "/api/events"):
            await _stream(receive, send)
        else:
            await self._view(scope, receive, send)

    async def _begin_session(self, receive: Receive, send: Send) -> None:
        body = parse_body(await read_body(receive, 1024))
        token = self._access.redeem(str(body.get("code", "")))
        if token is None:
            raise ConsoleError(
                "this link was used before, or is of another local cloud: run "
                "`serverless-stack local console` for a new one",
                401,
            )
        await _answer_json(send, 200, {"token": token})

    async def _view(self, scope: Scope, receive: Receive, send: Send) -> None:
        content = await read_body(receive, MAX_BODY_BYTES)
        if len(content) > MAX_BODY_BYTES:
            raise ConsoleError(f"a body must have {MAX_BODY_BYTES >> 20} MiB or less", 413)
        query = dict(parse_qsl(scope.get("query_string", b"").decode(), keep_blank_values=True))
        request = ConsoleRequest(query, parse_body(content))
        key = (scope["method"], scope["path"])
        if key == ("POST", "/api/requests"):
            await _answer_json(send, 200, await self._sender.send(request))
            return
        view = self._views.get(key)
        if view is None:
            raise ConsoleError(f"there is no {scope['method']} {scope['path']}", 404)
        answer = await asyncio.to_thread(view, request)
        if isinstance(answer, File):
            await _answer_file(send, answer)
        else:
            await _answer_json(send, 200, answer)


def _bearer(scope: Scope) -> str:
    values = header_values(scope, "authorization")
    return values[0].removeprefix("Bearer ") if len(values) == 1 else ""


def _is_navigation(scope: Scope) -> bool:
    """Return whether a person opens the page, from wherever he is; frames are no persons."""
    destinations = header_values(scope, "sec-fetch-dest")
    return not header_values(scope, "origin") and destinations in ([], ["document"])


async def _stream(receive: Receive, send: Send) -> None:
    """Send what happens as server-sent events, until the page is closed."""
    await _start(send, 200, {"Content-Type": "text/event-stream"})
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        async with aclosing(_following()) as blocks:
            async for block in blocks:
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": block, "more_body": True})
    finally:
        gone.cancel()


async def _following() -> AsyncGenerator[bytes]:
    """Yield what happens, and whether what is deployed has changed."""
    before, silent = deployed.fingerprint(), 0
    yield b": connected\n\n"
    async with aclosing(ACTIVITY.follow(LOOK_SECONDS)) as batches:
        async for messages in batches:
            now = deployed.fingerprint()
            if now != before:
                before = now
                messages.append({"type": "deployed"})
            silent = 0 if messages else silent + 1
            if messages:
                yield "".join(f"data: {json.dumps(each)}\n\n" for each in messages).encode()
            elif silent % BEAT_LOOKS == 0:
                yield b": still here\n\n"


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer_json(send: Send, status: int, document: object) -> None:
    content = json.dumps(document, default=str).encode()
    await _start(send, status, {"Content-Type": "application/json"}, len(content))
    await send({"type": "http.response.body", "body": content})


async def _answer_file(send: Send, file: File) -> None:
    content_type = file.content_type
    if content_type.startswith("text/") and "charset" not in content_type:
        content_type += "; charset=utf-8"
    await _start(send, 200, {"Content-Type": content_type}, len(file.content))
    await send({"type": "http.response.body", "body": file.content})


async def _start(
    send: Send, status: int, headers: MutableMapping[str, Any], length: int | None = None
) -> None:
    if length is not None:
        headers["Content-Length"] = str(length)
    pairs = [(name.encode(), str(value).encode()) for name, value in {**HEADERS, **headers}.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
