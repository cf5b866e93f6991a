"""Messages of the AWS Encryption SDK ("AWS Encryption SDK message format reference").

CloudFront encrypts fields with it. Which of the algorithm suites, it does not say; this is the one
with AES-256-GCM and HKDF with SHA-256, without a signature, in a body without frames.
"""

import os
import struct

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_public_key

_VERSION, _CUSTOMER_DATA = 1, 0x80
_ALGORITHM = struct.pack(">H", 0x0178)
_KEY_BYTES, _IV_BYTES, _TAG_BYTES = 32, 12, 16
_NOT_FRAMED = 1
_CONTENT = b"AWSKMSEncryptionClient Single Block"


def encrypt(plain: bytes, public_key_pem: str, provider: str, key_name: str) -> bytes:
    """Return an encrypted message.

    Args:
        plain: The plain text.
        public_key_pem: The RSA public key.
        provider: The name of the provider.
        key_name: The name of the public key.
    """
    public_key = load_pem_public_key(public_key_pem.strip().encode())
    assert isinstance(public_key, RSAPublicKey)  # checked when the profile is created
    data_key, message_id = os.urandom(_KEY_BYTES), os.urandom(16)
    oaep = OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)
    encrypted_key = public_key.encrypt(data_key, oaep)
    derived = HKDF(SHA256(), _KEY_BYTES, None, _ALGORITHM + message_id).derive(data_key)
    cipher = AESGCM(derived)
    header = b"".join(
        [
            bytes([_VERSION, _CUSTOMER_DATA]),
            _ALGORITHM,
            message_id,
            struct.pack(">H", 0),  # no encryption context
            struct.pack(">H", 1),  # one encrypted data key
            *(_field(part) for part in (provider.encode(), key_name.encode(), encrypted_key)),
            bytes([_NOT_FRAMED, 0, 0, 0, 0, _IV_BYTES]),
            struct.pack(">I", 0),  # the length of a frame
        ]
    )
    header_iv = bytes(_IV_BYTES)
    authentication = header_iv + cipher.encrypt(header_iv, b"", header)
    iv = os.urandom(_IV_BYTES)
    context = message_id + _CONTENT + struct.pack(">IQ", 1, len(plain))
    content = cipher.encrypt(iv, plain, context)
    assert len(content) == len(plain) + _TAG_BYTES
    return b"".join([header, authentication, iv, struct.pack(">Q", len(plain)), content])


def _field(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content
