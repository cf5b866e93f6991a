"""What the steps of a distribution share: one request on its way, and the world around it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self
from uuid import uuid4

from .cache import Cache
from .config import Behaviour, Config, EdgeAssociation, Origin, Target
from .field_encryption import Encryption
from .messages import Headers, Request, Response, Viewer
from .policies import CachePolicy, Selections

Event = dict[str, Any]
"""The JSON that a function gets or returns."""


class OriginUnreachableError(Exception):
    """The origin refused the connection, or its certificate or response is invalid."""


class OriginTimeoutError(Exception):
    """The origin did not respond in time.

    Args:
        while_connecting: Whether it did not even accept the connection.
    """

    def __init__(self, message: str = "", *, while_connecting: bool = False) -> None:
        super().__init__(message)
        self.while_connecting = while_connecting


class FunctionFailedError(Exception):
    """A function of the distribution failed, or its result is invalid.

    Args:
        outcome: The value of ``X-Cache``.
        status: The status of the response: 502 or 503.
        message: What went wrong.
    """

    def __init__(self, outcome: str, status: int, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.status = status


@dataclass(frozen=True)
class OriginCall:
    """A request to one origin.

    Attributes:
        origin: The origin.
        request: The request, with the headers that reach the origin.
        exchange: The exchange that it is for.
    """

    origin: Origin
    request: Request
    exchange: "Exchange"


@dataclass(frozen=True)
class FunctionResult:
    """What a CloudFront function did.

    Attributes:
        value: What it returned.
        origin: The change of the origin that it asked for, if any.
    """

    value: object
    origin: Event | None = None


class Services(Protocol):
    """What the steps need of the emulator."""

    def cache_policy(self, behaviour: Behaviour) -> CachePolicy:
        """Return the cache policy of a behaviour, or its legacy settings."""

    def origin_request_policy(self, behaviour: Behaviour) -> Selections | None:
        """Return the origin request policy of a behaviour."""

    def add_policy_headers(
        self, behaviour: Behaviour, headers: Headers, origin: str, method: str
    ) -> Headers:
        """Return headers after the behaviour's response headers policy.

        Args:
            behaviour: The behaviour.
            headers: The headers.
            origin: The ``Origin`` of the viewer's request.
            method: The method of the viewer's request.
        """

    def trusted_key(self, behaviour: Behaviour, key_id: str) -> str | None:
        """Return the PEM of a public key that a behaviour trusts, by its id."""

    def field_encryption(self, behaviour: Behaviour) -> Encryption | None:
        """Return the field-level encryption of a behaviour."""

    async def fetch(self, call: OriginCall) -> Response:
        """Return the response of an origin.

        Raises:
            OriginUnreachableError: It cannot be reached.
            OriginTimeoutError: It does not respond in time.
        """

    async def run_function(self, arn: str, event: Event) -> FunctionResult:
        """Return the result of a CloudFront function.

        Raises:
            FunctionFailedError: It failed.
        """

    async def run_edge(self, association: EdgeAssociation, event: Event) -> object:
        """Return the result of a Lambda@Edge function.

        Raises:
            FunctionFailedError: It failed.
        """


@dataclass(frozen=True)
class Distribution:
    """A distribution.

    Attributes:
        id: The id.
        arn: The ARN.
        domain: The domain name.
        config: The configuration.
    """

    id: str
    arn: str
    domain: str
    config: Config


@dataclass
class Exchange:
    """One viewer's request to a distribution. Steps change `request` and `target`.

    Attributes:
        distribution: The distribution.
        viewer: The viewer, with the request as it was received.
        services: The emulator around it.
        cache: The cache of the distribution.
        fetch: Serves an exchange from the cache or the origin: the steps below the viewer's.
        behaviour: The behaviour of the viewer's path.
        request: The request, as functions have changed it.
        target: The origin or its group, as functions have changed it.
        id: The id of the request.
        notes: What a step keeps for a later one, by a name of its own.
    """

    distribution: Distribution
    viewer: Viewer
    services: Services
    cache: Cache
    fetch: "Next"
    behaviour: Behaviour
    request: Request
    target: Target
    id: str = field(default_factory=lambda: uuid4().hex)
    notes: dict[str, Any] = field(default_factory=dict)

    def for_page(self, path: str) -> Self:
        """Return an exchange for a page of the distribution, through the behaviour of its path."""
        behaviour = self.distribution.config.behaviour(path)
        request = Request("GET", path, headers={"user-agent": ["Amazon CloudFront"]})
        return replace(
            self,
            behaviour=behaviour,
            request=request,
            viewer=replace(self.viewer, request=request),
            target=self.distribution.config.target(behaviour.target),
            notes={},
        )


Next = Callable[[Exchange], Awaitable[Response]]
"""The steps below one."""

Step = Callable[[Exchange, Next], Awaitable[Response]]
"""A step: it answers by itself, or calls the next and may change the request or the response."""
