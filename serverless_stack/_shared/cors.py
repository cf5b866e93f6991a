"""The CORS headers of an API, which the gateway and the handlers behind it send alike.

The construct sends them from API Gateway and sets ``contract.CORS`` on the functions; the runtime
reads it. Standard library only.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

ALLOW_ORIGIN: Final = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS: Final = "Access-Control-Allow-Credentials"
EXPOSE_HEADERS: Final = "Access-Control-Expose-Headers"
VARY: Final = "Vary"
ANY_ORIGIN: Final = "*"
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_DEFAULT_PORT = re.compile(r"(http://.*:80|https://.*:443)")


def origin_problems(origin: str, argument: str) -> list[str]:
    """List why no browser sends an origin.

    Args:
        origin: The origin, or ``*``.
        argument: The argument that has it.
    """
    if origin == ANY_ORIGIN or (_ORIGIN.fullmatch(origin) and not _DEFAULT_PORT.fullmatch(origin)):
        return []
    message = (
        f"`{argument}` must be as browsers send them: scheme, host in lower case and a port that "
        f"is not the default, such as https://example.com, got: {origin!r}"
    )
    if "*" in origin:
        return [f"{message}; list each origin, because no part of it can be a wildcard"]
    nearest = re.sub(r"(://[^/]*)/.*", r"\1", origin.lower())
    if _DEFAULT_PORT.fullmatch(nearest):
        nearest = nearest.rpartition(":")[0]
    return [f"{message} (nearest accepted: {nearest})" if _ORIGIN.fullmatch(nearest) else message]


@dataclass(frozen=True)
class CorsRules:
    """Which pages may read the answers of an API.

    Attributes:
        origins: The origins of the pages; ``*`` for all; none if no page of another origin may.
        credentials: Whether answers to requests with cookies may be read.
        expose: The headers that pages may read, beside those that they always may.
    """

    origins: tuple[str, ...] = ()
    credentials: bool = False
    expose: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> "CorsRules":
        """Return the rules that ``to_text`` wrote.

        Args:
            text: The text; empty for rules that allow no page.

        Raises:
            ValueError: The text is something else.
        """
        if not text:
            return cls()
        try:
            values = json.loads(text)
            return cls(tuple(values["origins"]), values["credentials"], tuple(values["expose"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"these are no CORS rules: {text!r}") from error

    def to_text(self) -> str:
        """Return the rules as text, the same for the same rules."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """Return the headers of an answer.

        Args:
            origin: The ``Origin`` of the request; None if it has none.

        Returns:
            None if the origin may not read it. A single origin is named whatever the request says,
            as API Gateway does in its own answers.
        """
        if not self.origins:
            return {}
        if ANY_ORIGIN in self.origins:
            allowed = ANY_ORIGIN
        elif len(self.origins) == 1:
            allowed = self.origins[0]
        else:
            allowed = origin if origin in self.origins else ""
        vary = {} if allowed == ANY_ORIGIN else {VARY: "Origin"}
        if not allowed:
            return vary
        return {
            ALLOW_ORIGIN: allowed,
            **vary,
            **({ALLOW_CREDENTIALS: "true"} if self.credentials else {}),
            **({EXPOSE_HEADERS: ",".join(self.expose)} if self.expose else {}),
        }
