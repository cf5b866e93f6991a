"""The private key of a signer: ECDSA P-256 or RSA 2048, of which CloudFront has the public half.

"Specify signers that can create signed URLs and signed cookies" in the CloudFront developer guide.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final

TYPE_CHECKING = False

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

HASH_ALGORITHM: Final = "SHA256"
"""What the signature says of itself. Without it, CloudFront would expect SHA-1."""
_RSA_BITS = 2048
_KEY_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_INSTALL = (
    "signing needs `cryptography`: add it to the requirements of the function; elsewhere, install "
    "this library with its extra `signing`"
)
_URL_SAFE = bytes.maketrans(b"+=/", b"-_~")


def url_safe(content: bytes) -> str:
    """Return bytes in base64, with CloudFront's replacements for what URLs cannot have."""
    return base64.b64encode(content).translate(_URL_SAFE).decode()


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A private key and the id of its public key.

    Attributes:
        key_id: The id of the public key, such as ``K2JCJMDEHXQW5F``.
        private_key: The private key.
    """

    key_id: str
    private_key: "PrivateKeyTypes"

    @classmethod
    def parse(cls, key_id: object, private_key_pem: object) -> "SigningKey":
        """Read a private key.

        Args:
            key_id: The id of its public key in CloudFront.
            private_key_pem: The key in PEM: PKCS #8, PKCS #1 or SEC 1, not encrypted.

        Raises:
            ValueError: If one of them is something else. The message has nothing of the key.
            ModuleNotFoundError: If ``cryptography`` is not installed.
        """
        if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
            shown = "a PEM" if "-----BEGIN" in str(key_id) else repr(key_id)
            raise ValueError(
                "`key_id` must be the id of a public key in CloudFront, such as K2JCJMDEHXQW5F, "
                f"got: {shown}"
            )
        if isinstance(private_key_pem, str):
            private_key_pem = private_key_pem.encode()
        if not isinstance(private_key_pem, bytes):
            kind = type(private_key_pem).__name__
            raise ValueError(f"`private_key_pem` must be a string, got: a value of type {kind}")
        return cls(key_id, _loaded(private_key_pem))

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, with SHA-256; that of ECDSA in DER."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256

        if isinstance(self.private_key, EllipticCurvePrivateKey):
            return self.private_key.sign(message, ECDSA(SHA256()))
        assert isinstance(self.private_key, RSAPrivateKey)  # checked by `parse`
        return self.private_key.sign(message, PKCS1v15(), SHA256())


def _loaded(pem: bytes) -> "PrivateKeyTypes":
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ec import (
            SECP256R1,
            EllipticCurvePrivateKey,
        )
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(_INSTALL, name=error.name) from error
    rule = "`private_key_pem` must be a private key of ECDSA P-256 or RSA 2048 in PEM"
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise ValueError(f"{rule}, not encrypted, got: an encrypted one") from None
    except (ValueError, UnsupportedAlgorithm):
        found = "a public key" if b"PUBLIC KEY" in pem else "something else"
        raise ValueError(f"{rule}, got: {found}") from None
    if isinstance(key, EllipticCurvePrivateKey):
        if not isinstance(key.curve, SECP256R1):
            raise ValueError(f"{rule}, got: ECDSA on the curve {key.curve.name}")
    elif not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{rule}, got: {type(key).__name__.removesuffix('PrivateKey')}")
    elif key.key_size != _RSA_BITS:
        raise ValueError(f"{rule}, got: RSA {key.key_size}")
    return key
