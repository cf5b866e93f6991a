"""FieldDecryptor: the plain text of fields that CloudFront has encrypted."""

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol
from urllib.parse import parse_qsl

from serverless_stack._shared import contract
from serverless_stack.runtime.arguments import check_kind, check_text
from serverless_stack.runtime.field_encryption.errors import DecryptionError
from serverless_stack.runtime.libraries import boto3_session

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.field_encryption.provider import PrivateKeyProvider

_MAX_KEYS = 10  # of a message; CloudFront writes one
_INSTALL = (
    "decrypting fields needs `aws-encryption-sdk`: add it to the requirements of the function; "
    "elsewhere, install this library with its extra `field-encryption`"
)


class SecretReader(Protocol):
    """What is used of boto3's Secrets Manager client."""

    def get_secret_value(self, *, SecretId: str) -> "dict[str, object]":
        """Return the current version of a secret."""
        ...


class FieldDecryptor:
    """Decrypts what CloudFront encrypted with the public key of a ``FieldEncryption``.

    Args:
        private_key_pem: The private key, RSA 2048 in PEM and not encrypted.
        provider: The name that the ``FieldEncryption`` has as ``provider``.

    Raises:
        ValueError: If an argument is no string.
    """

    def __init__(
        self, private_key_pem: str | bytes, *, provider: str = contract.FIELD_PROVIDER
    ) -> None:
        if isinstance(private_key_pem, str):
            private_key_pem = private_key_pem.encode()
        if not isinstance(private_key_pem, bytes):
            kind = type(private_key_pem).__name__
            raise ValueError(f"`private_key_pem` must be a string, got: a value of type {kind}")
        check_text("provider", provider)
        self._private_key_pem = private_key_pem
        self._provider_name = provider

    @classmethod
    def from_env(
        cls,
        env_prefix: str = contract.FIELD_ENCRYPTION_PREFIX,
        *,
        provider: str = contract.FIELD_PROVIDER,
        client: SecretReader | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> "FieldDecryptor":
        """Return a decryptor with the private key in a secret, which is read at once.

        Connect the function with ``handler.connect(secret, env_prefix="FIELD_ENCRYPTION")``; the
        secret's string is the private key in PEM.

        Args:
            env_prefix: The prefix of the environment variable, as given to ``connect``.
            provider: The name that the ``FieldEncryption`` has as ``provider``.
            client: A boto3 Secrets Manager client. Default: made on first use.
            environment: The variables. Default: those of the process.

        Raises:
            ValueError: If the variable is missing, or the secret has no string.
            botocore.exceptions.ClientError: If the secret cannot be read.
        """
        name = contract.secret_arn(env_prefix)
        secret_arn = (os.environ if environment is None else environment).get(name)
        if not secret_arn:
            raise ValueError(
                f"the variable {name} must be set: call `handler.connect(secret, "
                f'env_prefix="{env_prefix}")` in the stack'
            )
        if client is None:
            with boto3_session() as session:
                created = session.client("secretsmanager")
            answer: Mapping[str, object] = dict(created.get_secret_value(SecretId=secret_arn))
        else:
            answer = client.get_secret_value(SecretId=secret_arn)
        text = answer.get("SecretString")
        if not isinstance(text, str) or not text:
            raise ValueError(
                f"the secret {secret_arn} must hold the private key in PEM as a string"
            )
        return cls(text, provider=provider)

    def decrypt(self, value: str) -> str:
        """Return the plain text of a field.

        Args:
            value: The value of the field, as the function received it: base64.

        Raises:
            DecryptionError: If it was not encrypted for this key and provider, or was changed.
            ValueError: If the private key is none.
            ModuleNotFoundError: If ``aws-encryption-sdk`` is not installed.
        """
        check_text("value", value)
        provider = self._provider
        from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
        from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
        from cryptography.exceptions import InvalidTag

        try:
            message = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise DecryptionError("the value must be base64, as CloudFront writes it") from None
        # CloudFront's messages do not commit to their key, as those of other clients may.
        client = EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT,
            max_encrypted_data_keys=_MAX_KEYS,
        )
        try:
            plain, _header = client.decrypt(source=message, key_provider=provider)
            text: str = plain.decode()
        except (AWSEncryptionSDKClientError, InvalidTag, UnicodeDecodeError) as error:
            raise DecryptionError(
                f"the value must be encrypted for the private key by the provider "
                f"{self._provider_name!r}, and unchanged ({type(error).__name__})"
            ) from error
        return text

    def decrypt_form(self, body: str, fields: Sequence[str]) -> dict[str, list[str]]:
        """Return the values of a posted form, some of them decrypted.

        Args:
            body: The body, ``application/x-www-form-urlencoded``.
            fields: The fields that were encrypted; ``*`` at the end stands for any text.

        Raises:
            DecryptionError: If one of them is not encrypted: it did not come through CloudFront.
            ValueError: If an argument has a wrong type.
        """
        check_text("body", body)
        check_kind("fields", fields, (list, tuple), "a list of strings")  # no text: its letters
        for field in fields:
            check_text("fields", field)
        form: dict[str, list[str]] = {}
        for name, value in parse_qsl(body, keep_blank_values=True):
            encrypted = any(_matches(pattern, name) for pattern in fields)
            form.setdefault(name, []).append(self.decrypt(value) if encrypted else value)
        return form

    @cached_property
    def _provider(self) -> "PrivateKeyProvider":
        try:
            from serverless_stack.runtime.field_encryption.provider import PrivateKeyProvider
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(_INSTALL, name=error.name) from error
        try:
            return PrivateKeyProvider.of(self._provider_name, self._private_key_pem)
        except (TypeError, ValueError):
            raise ValueError(
                "`private_key_pem` must be a private key of RSA 2048 in PEM, not encrypted, "
                "got: something else"
            ) from None


def _matches(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
