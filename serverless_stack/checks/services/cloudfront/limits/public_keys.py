"""The public keys that CloudFront accepts, by their kind and size.

"Create key pairs for your signers": RSA 2048 or ECDSA P-256. "Use field-level encryption to help
protect sensitive data": RSA 2048.
"""

import base64
import binascii
import re
from typing import Final

RSA_2048: Final = "RSA 2048"
ECDSA_P256: Final = "ECDSA P-256"
SIGNING_KEYS: Final = (RSA_2048, ECDSA_P256)

_PEM = re.compile(r"\s*-----BEGIN PUBLIC KEY-----\s([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*")
_MAX_PEM = 10_000  # characters; RSA 16384 has fewer
# The identifiers of RFC 3279 and RFC 5480 in DER.
_RSA = bytes.fromhex("06092a864886f70d010101")
_EC = bytes.fromhex("06072a8648ce3d0201")
_CURVES = {
    bytes.fromhex("06082a8648ce3d030107"): ECDSA_P256,
    bytes.fromhex("06052b81040022"): "ECDSA P-384",
    bytes.fromhex("06052b81040023"): "ECDSA P-521",
}
_RSA_KEY = re.compile(rb"\x03\x82(..)\x00\x30\x82(..)\x02\x82(..)\x00[\x80-\xff]", re.DOTALL)
_SHORT_RSA_KEY = re.compile(rb"\x03\x81(.)\x00\x30\x81(.)\x02\x81(.)\x00[\x80-\xff]", re.DOTALL)


def key_kind(pem: str) -> str | None:
    """Return the kind and size of a public key, such as ``RSA 2048``.

    Args:
        pem: The key in PEM.

    Returns:
        The kind; ``another kind`` for one that is none of those of CloudFront; None if the text is
        no public key in PEM.
    """
    match = _PEM.fullmatch(pem) if len(pem) <= _MAX_PEM else None
    if match is None:
        return None
    try:
        der = base64.b64decode("".join(match[1].split()), validate=True)
    except binascii.Error:
        return None
    if not der.startswith(b"\x30"):
        return None
    head = der[:40]
    if _RSA in head:
        key = _RSA_KEY.search(der) or _SHORT_RSA_KEY.search(der)
        # The length of the modulus counts the byte 0 before it.
        return f"RSA {(int.from_bytes(key[3], 'big') - 1) * 8}" if key else "another kind"
    if _EC in head:
        return next((name for curve, name in _CURVES.items() if curve in head), "another kind")
    return "another kind"
