"""The AUTH token of a Redis, from Secrets Manager."""

import threading
from collections.abc import Mapping
from typing import Protocol

from serverless_stack.runtime.caching.errors import StoreUnavailable


class SecretsManager(Protocol):
    """The part of boto3's Secrets Manager client that is used here."""

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, object]:
        """Give a secret."""


class AuthToken:
    """Reads a token once, and again when it has been rotated.

    Args:
        secret_arn: The secret; its string is the token.
        client: A boto3 Secrets Manager client; one with finite time-outs (1 s to connect,
            2 s to read, two attempts) is made on first use when None.
    """

    def __init__(self, secret_arn: str, client: SecretsManager | None = None) -> None:
        self._secret_arn = secret_arn
        self._client = client
        self._token: str | None = None
        self._lock = threading.Lock()

    def get(self) -> str:
        """Give the token.

        Raises:
            StoreUnavailable: Secrets Manager does not give the secret.
        """
        with self._lock:
            if self._token is None:
                self._token = self._read()
            return self._token

    def refresh(self) -> bool:
        """Read the secret again, and tell whether the token has changed.

        Raises:
            StoreUnavailable: Secrets Manager does not give the secret.
        """
        with self._lock:
            before, self._token = self._token, self._read()
            return self._token != before

    def _read(self) -> str:
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
        token = answer.get("SecretString")
        if not isinstance(token, str):
            raise StoreUnavailable(f"the secret {self._secret_arn} must hold the token as a string")
        return token
