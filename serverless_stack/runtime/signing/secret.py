"""The signing key in Secrets Manager, which a rotation replaces while functions are running."""

import json
import logging
import time
from collections.abc import Callable
from typing import Protocol

from serverless_stack.runtime.caching.resilience.forks import (
    ForkSafeLock,
    register_restore_aware,
)
from serverless_stack.runtime.libraries import boto3_session
from serverless_stack.runtime.signing.errors import SigningError
from serverless_stack.runtime.signing.keys import SigningKey

logger = logging.getLogger(__name__)

RETRY_SECONDS = 10.0
"""How long a key is used on after the secret could not be read."""


class SecretReader(Protocol):
    """What is used of boto3's Secrets Manager client."""

    def get_secret_value(self, *, SecretId: str) -> "dict[str, object]":
        """Return the current version of a secret."""
        ...


class SecretKey:
    """The signing key in a secret, read on first use and again after a while.

    Args:
        secret_arn: The secret, which a ``Signing`` construct keeps.
        refresh_seconds: How long a key is used before the secret is read again.
        client: A boto3 Secrets Manager client. Default: made on first use, with two attempts of
            1 s to connect and 2 s to read.
        clock: Returns the time in seconds.
    """

    def __init__(
        self,
        secret_arn: str,
        refresh_seconds: float,
        client: SecretReader | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret_arn = secret_arn
        self._refresh_seconds = refresh_seconds
        self._client = client
        self._clock = clock
        self._key: SigningKey | None = None
        self._read_again_at = float("-inf")
        self._lock = ForkSafeLock()
        register_restore_aware(self)

    def reset_after_restore(self) -> None:
        """Read the secret again next time: it may have been rotated since the snapshot."""
        self._read_again_at = float("-inf")

    def get(self) -> SigningKey:
        """Return the key; if the secret cannot be read again, the one that was read last.

        Raises:
            SigningError: If the secret could never be read.
        """
        key = self._key
        if key is not None and self._clock() < self._read_again_at:
            return key
        with self._lock:
            if self._key is not None and self._clock() < self._read_again_at:
                return self._key
            try:
                self._key = self._read()
                self._read_again_at = self._clock() + self._refresh_seconds
            except SigningError as error:
                if self._key is None:
                    raise
                logger.warning("signing with the key that was read last: %s", error)
                self._read_again_at = self._clock() + min(RETRY_SECONDS, self._refresh_seconds)
            return self._key

    def _read(self) -> SigningKey:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        place = f"the secret {self._secret_arn}"
        try:
            if self._client is None:
                timeouts = Config(
                    connect_timeout=1,
                    read_timeout=2,
                    retries={"mode": "standard", "total_max_attempts": 2},
                )
                with boto3_session() as session:
                    client = session.client("secretsmanager", config=timeouts)
                self._client = client  # type: ignore[assignment]  # its answer is a TypedDict
            assert self._client is not None
            text = self._client.get_secret_value(SecretId=self._secret_arn).get("SecretString")
        except (BotoCoreError, ClientError) as error:
            raise SigningError(f"{place} cannot be read: {error}") from error
        try:
            fields = json.loads(text) if isinstance(text, str) else None
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise SigningError(f"{place} must hold JSON with key_id and private_key")
        try:
            return SigningKey.parse(fields.get("key_id"), fields.get("private_key"))
        except ValueError as error:
            raise SigningError(f"{place} must hold a signing key: {error}") from None
