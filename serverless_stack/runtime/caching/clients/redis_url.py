"""URLs of Redis servers, checked without showing a password."""

from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from serverless_stack.runtime.caching.clients.environment import Endpoint

_OPTIONS = {"client_name", "db", "password", "protocol", "username"} | {
    f"ssl_{name}"
    for name in (
        "ca_certs",
        "ca_data",
        "ca_path",
        "cert_reqs",
        "certfile",
        "check_hostname",
        "keyfile",
        "password",
    )
}
_SCHEMES = {"redis": "redis", "rediss": "rediss"} | {
    f"{scheme}+cluster": scheme for scheme in ("redis", "rediss")
}


class RedisUrl(NamedTuple):
    """A URL in parts; it is shown without its password.

    Attributes:
        endpoint: The server; port 6379 by default.
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
            ValueError: It has another scheme, no host, a bad port or database, or an option
                that a connection does not have.
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
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        unknown = sorted(options.keys() - _OPTIONS)
        if unknown:
            raise ValueError(
                f"`{argument}` must have no other options than {', '.join(sorted(_OPTIONS))},"
                f" got: {unknown[0]}; time-outs are arguments"
            )
        for name in ("db", "protocol"):
            if not options.get(name, "0").isdecimal():
                shown = options[name]
                raise ValueError(f"`{argument}` must have a number as `{name}`, got: {shown}")
        return cls(Endpoint(parts.hostname, port or 6379), "+" in parts.scheme, parts)

    @classmethod
    def reader(cls, url: str | None) -> "RedisUrl | None":
        """Check the URL of a reader endpoint, if there is one.

        Raises:
            ValueError: See `parse`; or it is the endpoint of a cluster.
        """
        if url is None:
            return None
        parsed = cls.parse("reader_url", url)
        if parsed.cluster:
            raise ValueError(f"`reader_url` must be redis:// or rediss://, got: {parsed}")
        return parsed

    def at(self, endpoint: Endpoint) -> str:
        """Return the URL of a node for redis-py, with this one's user, password and options."""
        user, _, _ = self.parts.netloc.rpartition("@")
        host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
        netloc = f"{user}@{host}:{endpoint.port}" if user else f"{host}:{endpoint.port}"
        scheme = _SCHEMES[self.parts.scheme]
        return self.parts._replace(scheme=scheme, netloc=netloc).geturl()

    def __str__(self) -> str:
        return f"{self.parts.scheme}://{self.endpoint}"

    def __repr__(self) -> str:
        return f"RedisUrl({self})"
