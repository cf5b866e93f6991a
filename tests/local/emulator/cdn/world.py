"""A distribution in memory: its origins, functions and policies are plain Python."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from serverless_stack.local.emulator.cdn.cache import Cache
from serverless_stack.local.emulator.cdn.config import (
    Behaviour,
    Config,
    EdgeAssociation,
    ErrorResponse,
    Origin,
    OriginGroup,
)
from serverless_stack.local.emulator.cdn.exchange import (
    Distribution,
    Event,
    FunctionResult,
    OriginCall,
)
from serverless_stack.local.emulator.cdn.field_encryption import Encryption
from serverless_stack.local.emulator.cdn.freshness import Lifetimes
from serverless_stack.local.emulator.cdn.messages import (
    Headers,
    Request,
    Response,
    Viewer,
    headers_of,
)
from serverless_stack.local.emulator.cdn.pipeline import serve
from serverless_stack.local.emulator.cdn.policies import CachePolicy, Selections

OPTIMIZED = CachePolicy(lifetimes=Lifetimes(0, 60, 600), gzip=True, brotli=True)
OFF = CachePolicy(lifetimes=Lifetimes(0, 0, 0))
MAIN = Origin("main", "main.example")
Handler = Callable[[Request], Response | Awaitable[Response]]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def answer(body: str | bytes = "", status: int = 200, **headers: str) -> Response:
    """Return a response of an origin; ``_`` in names of headers is ``-``."""
    content = body.encode() if isinstance(body, str) else body
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Response(status, headers_of(pairs), content)


@dataclass
class World:
    """A distribution, what is around it, and a record of what reached it."""

    behaviours: tuple[Behaviour, ...] = (Behaviour("*", "main", cache_policy="optimized"),)
    origins: dict[str, Handler] = field(default_factory=dict)
    groups: tuple[OriginGroup, ...] = ()
    errors: tuple[ErrorResponse, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    functions: dict[str, Callable[[Event], FunctionResult]] = field(default_factory=dict)
    edge: dict[str, Callable[[Event], object]] = field(default_factory=dict)
    policies: dict[str, CachePolicy] = field(
        default_factory=lambda: {"optimized": OPTIMIZED, "off": OFF}
    )
    origin_policies: dict[str, Selections] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    encryption: dict[str, Encryption] = field(default_factory=dict)
    calls: list[tuple[str, Request]] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.cache = Cache(self.clock)
        origins = {name: Origin(name, f"{name}.example") for name in self.origins}
        self.distribution = Distribution(
            "E1",
            "arn:aws:cloudfront::000000000000:distribution/E1",
            "d1.cloudfront.net",
            Config(
                origins=origins,
                groups={group.id: group for group in self.groups},
                behaviours=self.behaviours,
                errors={each.status: each for each in self.errors},
                **self.settings,
            ),
        )

    def view(
        self,
        path: str = "/",
        method: str = "GET",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        viewer: Viewer | None = None,
    ) -> Response:
        """Return the response to a viewer, after all that is done in the background."""
        path, _mark, query = path.partition("?")
        sent = headers_of({"Host": self.distribution.domain, **(headers or {})}.items())
        request = Request(method, path, query, sent, body)

        sender = replace(viewer or Viewer(request), request=request)

        async def run() -> Response:
            response = await serve(self.distribution, sender, self, self.cache)
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*tasks)
            return response

        return asyncio.run(run())

    def reached(self) -> list[str]:
        """Return the origins that were called, and forget them."""
        names = [name for name, _request in self.calls]
        self.calls.clear()
        return names

    def cache_policy(self, behaviour: Behaviour) -> CachePolicy:
        return behaviour.legacy or self.policies[behaviour.cache_policy]

    def origin_request_policy(self, behaviour: Behaviour) -> Selections | None:
        return self.origin_policies.get(behaviour.origin_request_policy)

    def add_policy_headers(
        self, behaviour: Behaviour, headers: Headers, origin: str, method: str
    ) -> Headers:
        name = behaviour.response_headers_policy
        return {**headers, "x-policy": [name]} if name else headers

    def trusted_key(self, behaviour: Behaviour, key_id: str) -> str | None:
        return self.keys.get(key_id) if behaviour.key_groups else None

    def field_encryption(self, behaviour: Behaviour) -> Encryption | None:
        return self.encryption.get(behaviour.field_encryption)

    async def fetch(self, call: OriginCall) -> Response:
        self.calls.append((call.origin.id, call.request))
        result = self.origins[call.origin.id](call.request)
        return result if isinstance(result, Response) else await result

    async def run_function(self, arn: str, event: Event) -> FunctionResult:
        return self.functions[arn](deepcopy(event))

    async def run_edge(self, association: EdgeAssociation, event: Event) -> object:
        return self.edge[association.arn](deepcopy(event))


def versioned(response: Response) -> Handler:
    """Return an origin that answers 304 to who has the ETag of its only object."""

    def handle(request: Request) -> Response:
        if request.header("if-none-match") == response.header("etag"):
            return replace(response, status=304, body=b"")
        return response

    return handle
