"""SigV4a, with which clients sign for key value stores. Botocore needs awscrt for it.

"Asymmetric signing keys" of SigV4a: an ECDSA key derived from the secret.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHM = "AWS4-ECDSA-P256-SHA256"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def private_key(key_id: str, secret: str) -> ec.EllipticCurvePrivateKey:
    for counter in range(1, 255):
        context = b"\0\0\0\1" + ALGORITHM.encode() + b"\0" + key_id.encode()
        document = context + bytes([counter]) + b"\0\0\1\0"
        number = hmac.new(b"AWS4A" + secret.encode(), document, hashlib.sha256).digest()
        candidate = int.from_bytes(number, "big")
        if candidate <= ORDER - 2:
            return ec.derive_private_key(candidate + 1, ec.SECP256R1())
    raise AssertionError("no key for this secret")


def signed(
    method: str, url: str, service: str, body: bytes, key_id: str, secret: str
) -> dict[str, str]:
    """Return the headers of a request signed for all regions."""
    parts = urlsplit(url)
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{now[:8]}/{service}/aws4_request"
    headers = {"host": parts.netloc, "x-amz-date": now, "x-amz-region-set": "*"}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    # The path is encoded once more, as for every service but S3.
    path = parts.path.replace("%", "%25")
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"{method}\n{path}\n\n{lines}\n{names}\n{digest}"
    document = f"{ALGORITHM}\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = private_key(key_id, secret).sign(document.encode(), ec.ECDSA(hashes.SHA256()))
    credential = f"Credential={key_id}/{scope}, SignedHeaders={names}"
    return {**headers, "Authorization": f"{ALGORITHM} {credential}, Signature={signature.hex()}"}
