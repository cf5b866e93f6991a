"""A token of IAM for a Redis or Valkey of ElastiCache, instead of a password."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from serverless_stack.runtime.caching.errors import StoreUnavailable
from serverless_stack.runtime.caching.resilience.background import Background

TYPE_CHECKING = False

if TYPE_CHECKING:
    from botocore.credentials import Credentials

_LIFE = 900  # seconds, see "Authenticating with IAM" in the ElastiCache user guide
_REFRESH_AFTER = 720.0  # seconds: well before the end, since clocks differ
_REFRESH_REFUSED_AFTER = 5.0  # seconds


class IamToken:
    """Signs a request to connect, which the server takes for a password for 15 minutes.

    A connection lives on when its token has expired (ElastiCache ends it after 12 hours), so
    only new connections need a token. Signing needs no network, but credentials may: it is
    done in a thread of its own, and a caller waits no longer than ``timeout``.

    Args:
        user: The user id, which is its user name, too: IAM wants both alike.
        cache_name: The replication group or serverless cache.
        serverless: The cache is serverless.
        timeout: Seconds that a caller waits for a token.
        clock: Gives the current time in seconds.
    """

    def __init__(
        self,
        user: str,
        cache_name: str,
        *,
        serverless: bool = False,
        timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._user = user
        self._cache_name = cache_name
        self._serverless = serverless
        self._timeout = timeout
        self._clock = clock
        self._token = ""
        self._signed_at = float("-inf")
        self._credentials: Credentials | None = None
        self._region = ""
        self._signing = Background(f"signing a token for {user}", self._sign)

    def get(self) -> tuple[str, str]:
        """Give the user and a token that is valid for some minutes more.

        Raises:
            StoreUnavailable: There are no AWS credentials, or not yet.
        """
        if self._clock() - self._signed_at >= _REFRESH_AFTER:
            self._signing.get(self._timeout)
        return self._user, self._token

    def refresh(self) -> bool:
        """Sign another token after one was refused, and tell whether it is worth a try.

        Raises:
            StoreUnavailable: There are no AWS credentials, or not yet.
        """
        if self._clock() - self._signed_at < _REFRESH_REFUSED_AFTER:
            return False
        self._signing.get(self._timeout)
        return True

    def _sign(self) -> None:
        from botocore.exceptions import BotoCoreError
        from botocore.model import ServiceId
        from botocore.session import Session
        from botocore.signers import RequestSigner

        try:
            session = Session()
            if self._credentials is None:
                self._credentials = session.get_credentials()
                self._region = str(session.get_config_variable("region") or "")
            if self._credentials is None or not self._region:
                raise StoreUnavailable("an IAM token needs AWS credentials and a region")
            signer = RequestSigner(
                ServiceId("elasticache"),
                self._region,
                "elasticache",
                "v4",
                self._credentials,
                session.get_component("event_emitter"),
            )
            query = {"Action": "connect", "User": self._user}
            if self._serverless:
                query["ResourceType"] = "ServerlessCache"
            signed_at = self._clock()
            url = signer.generate_presigned_url(
                {
                    "method": "GET",
                    "url": f"https://{self._cache_name}/?{urlencode(query)}",
                    "body": {},
                    "headers": {},
                    "context": {},
                },
                operation_name="connect",
                expires_in=_LIFE,
                region_name=self._region,
            )
        except BotoCoreError as error:
            raise StoreUnavailable(f"no IAM token can be signed: {error}") from error
        self._token = url.removeprefix("https://")
        self._signed_at = signed_at
