"""How a function authenticates to a Redis cache: by a secret or with IAM.

Both are credential providers of redis-py by their method `get_credentials`, not by its base
class: redis-py is loaded with the first connection.
"""

import json
import os
import time

from serverless_stack._shared import contract
from serverless_stack.runtime.caching.base import StoreUnavailable
from serverless_stack.runtime.caching.clients import environment
from serverless_stack.runtime.caching.resilience.forks import register_restore_aware
from serverless_stack.runtime.caching.resilience.threads import Background
from serverless_stack.runtime.libraries import boto3_session, load

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.clients.protocols import Credentials, SecretsManager

_RECENT = 10.0  # seconds in which a new token is news to a thread whose old one was refused
_PAUSE = 5.0  # seconds between reads while the token that is refused is still in the secret
_FIELDS = ("password", "token", "auth_token", "authToken")


def credentials_from_env(prefix: str, timeout: float) -> "Credentials | None":
    """Return the credentials that ``connect(function)`` has set up; None for no authentication.

    Args:
        prefix: The prefix of the environment variables, as given to ``connect``.
        timeout: Seconds that a caller waits for the secret or a token.

    Raises:
        ValueError: A variable is missing or malformed.
    """
    user = os.environ.get(contract.redis_user(prefix)) or None
    secret_arn = os.environ.get(contract.redis_secret_arn(prefix))
    if secret_arn:
        return AuthToken(secret_arn, user=user, timeout=timeout)
    if user is None:
        return None
    from serverless_stack.runtime.caching.clients.iam_token import IamToken

    return IamToken(
        user,
        environment.required(contract.redis_cache_name(prefix)),
        serverless=environment.flag(contract.redis_serverless(prefix)),
        timeout=timeout,
    )


class AuthToken:
    """A password or AUTH token in Secrets Manager, which may be rotated.

    The secret is read once, and again when the server has refused the token. It is read in a
    thread of its own, and a caller waits no longer than ``timeout``; a later call finds it
    read.

    Args:
        secret_arn: The secret. Its string is the token, or JSON with the token under
            ``password`` or ``token``, and optionally a ``username``.
        client: A boto3 Secrets Manager client. Default: made on first use, with two attempts
            of 1 s to connect and 2 s to read.
        user: The user of the token (RBAC). Default: the secret's ``username``, or else the
            cache's default user.
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
        register_restore_aware(self)

    def reset_after_restore(self) -> None:
        """Read the secret again next time: it may have been rotated."""
        self._credentials = None
        self._changed_at = self._not_before = float("-inf")

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """Return the token, after its user if it has one.

        Raises:
            StoreUnavailable: The secret cannot be read, or not in time.
        """
        return self._credentials or self._first_reading.get(self._timeout)

    def refresh(self) -> bool:
        """Read the secret again, and return whether the token changed in the last seconds.

        Another thread may have read the new token already. A secret that has not changed is
        not read again for 5 s.

        Raises:
            StoreUnavailable: The secret cannot be read, or not in time.
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
        load("boto3")
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            if self._client is None:
                timeouts = Config(
                    connect_timeout=1,
                    read_timeout=2,
                    retries={"mode": "standard", "total_max_attempts": 2},
                )
                with boto3_session() as session:
                    self._client = session.client("secretsmanager", config=timeouts)
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
