"""URLs of Redis servers, checked without showing a password."""

import os
import re
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from serverless_stack.runtime.arguments import check_text
from serverless_stack.runtime.caching.clients.environment import Endpoint

# What the value of an option must be: redis-py finds out with each connection, or never.
_VALUES = {
    "client_name": ("text without blanks", re.compile(r"[!-~]+")),
    "db": ("a number", re.compile(r"[0-9]{1,9}")),
    "protocol": ("2 or 3", re.compile(r"[23]")),
    "ssl_cert_reqs": ("none, optional or required", re.compile(r"none|optional|required")),
    "ssl_check_hostname": ("true or false", re.compile(r"(?i:true|false|yes|no|[01])")),
}
_FILES = {"ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile"}
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
                that a connection does not have, or has twice.
        """
        check_text(argument, url)
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
        _check_options(argument, parts)
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


def _check_options(argument: str, parts: SplitResult) -> None:
    options = parse_qsl(parts.query, keep_blank_values=True)
    if parts.path.strip("/"):
        options.append(("db", parts.path.removeprefix("/")))
    options += [
        (name, value)
        for name, value in (("username", parts.username), ("password", parts.password))
        if value
    ]
    seen: set[str] = set()
    for name, value in options:
        if name not in _OPTIONS:
            raise ValueError(
                f"`{argument}` must have no other options than {', '.join(sorted(_OPTIONS))},"
                f" got: {name}; time-outs are arguments"
            )
        if name in seen:
            raise ValueError(f"`{argument}` must have each option once, got: `{name}` twice")
        seen.add(name)
        if name.startswith("ssl_") and not parts.scheme.startswith("rediss"):
            raise ValueError(
                f"`{argument}` must be rediss:// with `{name}`, got: {parts.scheme}://"
            )
        if name in _FILES and not os.path.exists(value):
            raise ValueError(f"`{argument}` must have a file that exists as `{name}`, got: {value}")
        expected, pattern = _VALUES.get(name, ("", None))
        if pattern is not None and not pattern.fullmatch(value):
            raise ValueError(f"`{argument}` must have {expected} as `{name}`, got: {value}")
