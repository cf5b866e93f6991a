"""The password or AUTH token of a Redis, from Secrets Manager."""

import json
import time

from serverless_stack.runtime.caching.errors import StoreUnavailable
from serverless_stack.runtime.caching.resilience.background import Background

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.clients.protocols import SecretsManager

_RECENT = 10.0  # seconds in which a new token is news to a thread whose old one was refused
_PAUSE = 5.0  # seconds between reads when the token that is refused is still in the secret
_FIELDS = ("password", "token", "auth_token", "authToken")


class AuthToken:
    """Reads a token once, and again when the server has refused it, since it may be rotated.

    The secret is read in a thread of its own, and a caller waits for it no longer than
    ``timeout``; a later call finds it read.

    Args:
        secret_arn: The secret. Its string is the token, or JSON with the token under
            ``password`` or ``token``, and perhaps a ``username``.
        client: A boto3 Secrets Manager client; one with finite time-outs (1 s to connect,
            2 s to read, two attempts) is made on first use when None.
        user: The user of the token (RBAC); the secret's ``username`` or else the default
            user when None.
        timeout: Seconds that a caller waits for the secret.
    """

    def __init__(
        self,
        secret_arn: str,
        client: "SecretsManager | None" = None,
        *,
        user: str | None = None,
        timeout: float = 5.0,
    ) -> None:
        self._secret_arn = secret_arn
        self._client = client
        self._user = user
        self._timeout = timeout
        self._credentials: tuple[str] | tuple[str, str] | None = None
        self._changed_at = self._not_before = float("-inf")
        self._reading = Background(f"reading the secret {secret_arn}", self._read)
        self._first_reading = Background(f"reading the secret {secret_arn}", self._read_first)

    def get(self) -> tuple[str] | tuple[str, str]:
        """Give the token, after its user if it has one.

        Raises:
            StoreUnavailable: Secrets Manager does not give the secret, or not yet.
        """
        return self._credentials or self._first_reading.get(self._timeout)

    def refresh(self) -> bool:
        """Read the secret again, and tell whether the token has changed in the last seconds.

        Another thread may have read the new token already. A secret that has not changed is
        read again after 5 s at the earliest.

        Raises:
            StoreUnavailable: Secrets Manager does not give the secret, or not yet.
        """
        if not self._was_read_just_now():
            self._reading.get(self._timeout)
        return time.monotonic() - self._changed_at <= _RECENT

    def _was_read_just_now(self) -> bool:
        now = time.monotonic()
        return now - self._changed_at <= _RECENT or now < self._not_before

    # A thread may have begun to ask before another one's reading ended: it gets that token.
    # A secret that is read twice for that would seem not to have changed.

    def _read_first(self) -> tuple[str] | tuple[str, str]:
        return self._credentials or self._read()

    def _read(self) -> tuple[str] | tuple[str, str]:
        if self._credentials is not None and self._was_read_just_now():
            return self._credentials
        credentials = self._parse(self._secret())
        now = time.monotonic()
        if self._credentials is None:
            self._credentials = credentials
        elif credentials != self._credentials:
            self._credentials, self._changed_at = credentials, now
        else:
            self._not_before = now + _PAUSE
        return credentials

    def _secret(self) -> str:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            if self._client is None:
                timeouts = Config(
                    connect_timeout=1,
                    read_timeout=2,
                    retries={"mode": "standard", "total_max_attempts": 2},
                )
                self._client = boto3.client("secretsmanager", config=timeouts)
            answer = self._client.get_secret_value(SecretId=self._secret_arn)
        except (BotoCoreError, ClientError) as error:
            raise StoreUnavailable(
                f"the AUTH token cannot be read from {self._secret_arn}: {error}"
            ) from error
        secret = answer.get("SecretString")
        if not isinstance(secret, str) or not secret:
            raise StoreUnavailable(f"the secret {self._secret_arn} must hold the token as a string")
        return secret

    def _parse(self, secret: str) -> tuple[str] | tuple[str, str]:
        user = self._user
        token: object = secret
        if secret.startswith("{"):
            try:
                fields: dict[str, object] = json.loads(secret)
            except ValueError:
                pass  # a password may begin with a brace
            else:
                token = next((fields[name] for name in _FIELDS if name in fields), None)
                name = fields.get("username")
                user = user or (name if isinstance(name, str) and name else None)
        if not isinstance(token, str) or not token:
            raise StoreUnavailable(
                f"the secret {self._secret_arn} must hold the token as a string under one of"
                f" {', '.join(_FIELDS)}"
            )
        return (token,) if user is None else (user, token)
