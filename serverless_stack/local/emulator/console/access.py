"""Who may use the console.

Listening on loopback authenticates nobody: other users of the machine and any page in the browser
can send requests to it. The console therefore has an origin of its own (no content of the app is
served at its port), and serves data only for a token in a header. A cookie would not do: browsers
send it to every port of 127.0.0.1, and so to any other program that listens there.

Whoever has the key of the cloud gets a link with a code. The page changes the code for the token;
a code works once. If it is used again, somebody else has seen the link, and its token is revoked.
"""

import hmac
import secrets
import threading

MAX_CODES = 100


class Access:
    """The codes and tokens of the console.

    Args:
        origin: The origin of the console, such as ``http://127.0.0.1:4000``.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._lock = threading.Lock()
        # The token of each code; empty while the code is unused.
        self._tokens: dict[str, str] = {}

    def link(self) -> str:
        """Return a URL that opens the console once. A fragment is in no log and no referrer."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            unused = [each for each, token in self._tokens.items() if not token]
            for old in unused[: max(0, len(unused) - MAX_CODES + 1)]:
                del self._tokens[old]
            self._tokens[code] = ""
        return f"{self.origin}/#code={code}"

    def redeem(self, code: str) -> str | None:
        """Return a token for a code; None if there is no such code, or it was used before."""
        with self._lock:
            known = next((each for each in self._tokens if _is_same(each, code)), None)
            if known is None:
                return None
            if self._tokens[known]:
                del self._tokens[known]
                return None
            self._tokens[known] = token = secrets.token_urlsafe(32)
            return token

    def is_valid(self, token: str) -> bool:
        """Return whether a token is valid."""
        with self._lock:
            return bool(token) and any(_is_same(each, token) for each in self._tokens.values())


def _is_same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode("utf-8", "replace"))
