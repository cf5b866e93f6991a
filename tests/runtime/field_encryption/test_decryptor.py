"""Messages of CloudFront's documented format, and of the SDK itself, decrypted."""

import base64
import re
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from serverless_stack.local.emulator.cdn.encryption_message import encrypt
from serverless_stack.runtime.field_encryption import DecryptionError, FieldDecryptor

KEY = rsa.generate_private_key(65537, 2048)
PRIVATE = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def encrypted(text: str, provider: str = "shop", name: str = "the-name") -> str:
    return base64.b64encode(encrypt(text.encode(), PUBLIC, provider, name)).decode()


@pytest.fixture
def decryptor() -> FieldDecryptor:
    return FieldDecryptor(PRIVATE, provider="shop")


@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "", "ü€\n", "x" * 16_384])
def test_a_field_is_decrypted_whatever_the_name_of_the_key_is(
    decryptor: FieldDecryptor, text: str
) -> None:
    assert decryptor.decrypt(encrypted(text)) == text
    assert decryptor.decrypt(encrypted(text, name="another-name")) == text


def test_a_message_of_the_sdk_itself_is_decrypted(decryptor: FieldDecryptor) -> None:
    """As the documented sample does it: a framed message with a signature, its default of 1.x."""
    from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
    from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
    from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
    from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

    class Public(RawMasterKeyProvider):  # type: ignore[misc]
        provider_id = "shop"

        def _get_raw_key(self, key_id: bytes) -> WrappingKey:
            return WrappingKey(
                wrapping_algorithm=WrappingAlgorithm.RSA_OAEP_SHA256_MGF1,
                wrapping_key=PUBLIC.encode(),
                wrapping_key_type=EncryptionKeyType.PUBLIC,
            )

    provider = Public()
    provider.add_master_key("the-name")
    policy = CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
    message, _header = EncryptionSDKClient(commitment_policy=policy).encrypt(
        source=b"secret " * 2000, key_provider=provider
    )
    assert decryptor.decrypt(base64.b64encode(message).decode()) == "secret " * 2000


def test_a_form_has_its_other_fields_as_they_are(decryptor: FieldDecryptor) -> None:
    body = urlencode(
        [
            ("name", "Ada"),
            ("card", encrypted("4111")),
            ("card", encrypted("4222")),
            ("address.street", encrypted("Main St")),
            ("empty", ""),
        ]
    )
    assert decryptor.decrypt_form(body, ["card", "address.*"]) == {
        "name": ["Ada"],
        "card": ["4111", "4222"],
        "address.street": ["Main St"],
        "empty": [""],
    }


def test_a_field_that_came_in_plain_is_an_error(decryptor: FieldDecryptor) -> None:
    with pytest.raises(DecryptionError, match="the value must be base64"):
        decryptor.decrypt_form("card=4111-1111", ["card"])


@pytest.mark.parametrize("fields", ["card", None, [1]])
def test_fields_of_a_wrong_type_do_not_pass_plain_text(
    decryptor: FieldDecryptor, fields: object
) -> None:
    with pytest.raises(ValueError, match=r"`fields` must be a (list of strings|string), got: "):
        decryptor.decrypt_form("card=4111", fields)  # type: ignore[arg-type]


def changed(value: str, place: int) -> str:
    message = bytearray(base64.b64decode(value))
    message[place] ^= 1
    return base64.b64encode(message).decode()


@pytest.mark.parametrize(
    "value",
    [
        "AAAA",
        "",
        encrypted("4111", provider="bank"),
        changed(encrypted("4111"), 5),  # the header
        changed(encrypted("4111"), -1),  # the tag
        changed(encrypted("4111"), -17),  # the content
        encrypted("4111")[:-8],
    ],
    ids=["short", "empty", "provider", "header", "tag", "content", "cut"],
)
def test_what_was_changed_is_an_error(decryptor: FieldDecryptor, value: str) -> None:
    with pytest.raises(DecryptionError, match="encrypted for the private key by the provider"):
        decryptor.decrypt(value)


def test_another_key_is_an_error() -> None:
    other = rsa.generate_private_key(65537, 2048)
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    with pytest.raises(DecryptionError):
        FieldDecryptor(pem, provider="shop").decrypt(encrypted("4111"))


@pytest.mark.parametrize(
    "pem",
    [
        "hunter2",
        KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hunter2")),
    ],
    ids=["text", "encrypted"],
)
def test_other_private_keys_are_refused_and_not_shown(pem: str | bytes) -> None:
    with pytest.raises(ValueError, match="`private_key_pem` must be a private key") as caught:
        FieldDecryptor(pem, provider="shop").decrypt(encrypted("4111"))
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ValueError, match="got: a value of type int"):
        FieldDecryptor(7)  # type: ignore[arg-type]


class Secrets:
    """Secrets Manager with one secret."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def get_secret_value(self, *, SecretId: str) -> dict[str, object]:
        assert SecretId == "arn:secret"
        return {"SecretString": self.text}


def test_a_connected_function_reads_the_key() -> None:
    environment = {"FIELD_ENCRYPTION_ARN": "arn:secret"}
    decryptor = FieldDecryptor.from_env(client=Secrets(PRIVATE), environment=environment)
    assert decryptor.decrypt(encrypted("4111", provider="serverless-stack")) == "4111"
    with pytest.raises(ValueError, match="must hold the private key in PEM as a string"):
        FieldDecryptor.from_env(client=Secrets(None), environment=environment)
    with pytest.raises(ValueError, match=re.escape('handler.connect(secret, env_prefix="CARDS")')):
        FieldDecryptor.from_env("CARDS", environment=environment)
