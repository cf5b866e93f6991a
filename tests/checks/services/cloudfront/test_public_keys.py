import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.cloudfront.limits.public_keys import key_kind
from tests.checks.services.cloudfront.cases_keys import P256, P384, RSA_1024, RSA_2048


@pytest.mark.parametrize(
    ("pem", "kind"),
    [
        (RSA_2048, "RSA 2048"),
        (RSA_1024, "RSA 1024"),
        (P256, "ECDSA P-256"),
        (P384, "ECDSA P-384"),
        (f"  {P256}\n\n", "ECDSA P-256"),
        ("", None),
        (P256.replace("PUBLIC", "PRIVATE"), None),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", None),
        ("-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----", None),
        (f"-----BEGIN PUBLIC KEY-----\n{'A' * 20_000}\n-----END PUBLIC KEY-----", None),
    ],
)
def test_kinds(pem: str, kind: str | None) -> None:
    assert key_kind(pem) == kind


def test_against_cryptography() -> None:
    keys: dict[str, PublicKeyTypes] = {
        "RSA 3072": rsa.generate_private_key(65537, 3072).public_key(),
        "ECDSA P-256": ec.generate_private_key(ec.SECP256R1()).public_key(),
        "ECDSA P-521": ec.generate_private_key(ec.SECP521R1()).public_key(),
        "another kind": ed25519.Ed25519PrivateKey.generate().public_key(),
    }
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    for kind, key in keys.items():
        assert key_kind(key.public_bytes(encoding, form).decode()) == kind


@given(st.binary(max_size=60))
def test_no_key_at_all(der: bytes) -> None:
    import base64

    body = base64.b64encode(b"\x30" + der).decode()
    key_kind(f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----")
