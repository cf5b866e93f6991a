"""IAM authentication to a Redis or Valkey cache of ElastiCache, instead of a password."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from serverless_stack.runtime.caching.base import StoreUnavailable
from serverless_stack.runtime.caching.resilience.forks import register_restore_aware
from serverless_stack.runtime.caching.resilience.threads import Background
from serverless_stack.runtime.libraries import load

TYPE_CHECKING = False

if TYPE_CHECKING:
    from botocore.credentials import Credentials

_LIFETIME = 900  # seconds, see "Authenticating with IAM" in the ElastiCache user guide
_REFRESH_AFTER = 720.0  # seconds: well before the end, since clocks differ
_REFRESH_REFUSED_AFTER = 5.0  # seconds: a younger token would be refused as well


class IamToken:
    """Signs a request to connect, which the server accepts as a password for 15 minutes.

    A connection outlives its token (ElastiCache closes it after 12 hours), so only new
    connections need one. Signing needs no network, but reading AWS credentials may: both are
    done in a thread of their own, and a caller waits no longer than ``timeout``.

    Args:
        user: The user id, which IAM requires to be the user name as well.
        cache_name: The name of the replication group or serverless cache.
        serverless: Whether the cache is serverless.
        timeout: Seconds that a caller waits for a token.
        clock: Returns the current time in seconds.
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
        register_restore_aware(self)

    def reset_after_restore(self) -> None:
        """Sign another token next time, with credentials that are read again."""
        self._signed_at = float("-inf")
        self._credentials = None

    def get_credentials(self) -> tuple[str, str]:
        """Return the user and a token that is valid for some more minutes.

        Raises:
            StoreUnavailable: No AWS credentials were found, or not in time.
        """
        if self._clock() - self._signed_at >= _REFRESH_AFTER:
            self._signing.get(self._timeout)
        return self._user, self._token

    def refresh(self) -> bool:
        """Sign another token after one was refused, and return whether to try it.

        Raises:
            StoreUnavailable: No AWS credentials were found, or not in time.
        """
        if self._clock() - self._signed_at < _REFRESH_REFUSED_AFTER:
            return False
        self._signing.get(self._timeout)
        return True

    def _sign(self) -> None:
        load("boto3")
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
                raise StoreUnavailable("IAM authentication needs AWS credentials and a region")
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
                expires_in=_LIFETIME,
                region_name=self._region,
            )
        except BotoCoreError as error:
            raise StoreUnavailable(f"the IAM token could not be signed: {error}") from error
        self._token = url.removeprefix("https://")
        self._signed_at = signed_at
