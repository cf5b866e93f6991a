"""URLs of Redis servers, checked without showing a password."""

from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from serverless_stack.runtime.caching.clients.environment import Endpoint

_SCHEMES = {"redis": "redis", "rediss": "rediss"} | {
    f"{scheme}+cluster": scheme for scheme in ("redis", "rediss")
}


class RedisUrl(NamedTuple):
    """A URL and what of it the store needs; what is shown of it has no password.

    Attributes:
        endpoint: Where the server listens; port 6379 unless given.
        cluster: True for the endpoint of a cluster.
        parts: The URL itself.
    """

    endpoint: Endpoint
    cluster: bool
    parts: SplitResult

    @classmethod
    def parse(cls, argument: str, url: str) -> "RedisUrl":
        """Check a URL.

        Raises:
            ValueError: It has another scheme, no host or a bad port.
        """
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in _SCHEMES or not parts.hostname or port == 0:
            shown = f"{parts.scheme}://{parts.hostname or ''}"
            raise ValueError(
                f"`{argument}` must be redis://host:port or rediss:// (with +cluster for a"
                f" cluster), got: {shown}"
            )
        return cls(Endpoint(parts.hostname, port or 6379), "+" in parts.scheme, parts)

    @classmethod
    def reader(cls, url: str | None) -> "RedisUrl | None":
        """Check the URL of a reader endpoint, if there is one.

        Raises:
            ValueError: It has another scheme, no host or a bad port, or is one of a cluster.
        """
        if url is None:
            return None
        parsed = cls.parse("reader_url", url)
        if parsed.cluster:
            raise ValueError(f"`reader_url` must be redis:// or rediss://, got: {parsed}")
        return parsed

    def at(self, endpoint: Endpoint) -> str:
        """Give the URL for redis-py, with the same user, password and options, of a node."""
        user, _, _ = self.parts.netloc.rpartition("@")
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        netloc = f"{user}@{host}:{endpoint.port}" if user else f"{host}:{endpoint.port}"
        scheme = _SCHEMES[self.parts.scheme]
        return self.parts._replace(scheme=scheme, netloc=netloc).geturl()

    def __str__(self) -> str:
        return f"{self.parts.scheme}://{self.endpoint}"

    def __repr__(self) -> str:
        return f"RedisUrl({self})"
