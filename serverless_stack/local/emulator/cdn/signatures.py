"""Verification of signed URLs and signed cookies.

"Serve private content with signed URLs and signed cookies"; the errors are those of "How do I
troubleshoot issues related to a signed URL or signed cookies in CloudFront?" and of answers seen.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_address
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

PARAMETERS = ("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
_COOKIE = "CloudFront-"
_FROM_URL_SAFE = bytes.maketrans(b"-_~", b"+=/")


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused.

    Attributes:
        code: The code of CloudFront's answer.
        message: Its message.
    """

    code: str
    message: str

    @property
    def body(self) -> bytes:
        """CloudFront's answer."""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{self.code}</Code>'
            f"<Message>{self.message}</Message></Error>"
        ).encode()


DENIED = Refusal("AccessDenied", "Access denied")
MISSING_KEY = Refusal("MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
MISSING_SIGNATURE = Refusal("MissingSignature", "Missing Signature query parameter or cookie value")
MISSING_POLICY = Refusal("MissingPolicy", "Missing Policy query parameter or cookie value")
UNKNOWN_KEY = Refusal("InvalidKey", "Unknown Key")
MALFORMED_SIGNATURE = Refusal("MalformedSignature", "Could not unencode Signature")
MALFORMED_POLICY = Refusal("MalformedPolicy", "Malformed Policy")


@dataclass(frozen=True)
class SignedRequest:
    """A request to a behaviour that requires signatures.

    Attributes:
        urls: What the viewer may have requested, without the parameters of the signature: the
            distribution has several names.
        query: The query string as it was sent.
        cookies: The cookies.
        address: The viewer's IP address.
    """

    urls: Sequence[str]
    query: str
    cookies: Mapping[str, str]
    address: str


def without_signature(query: str) -> str:
    """Return a query string without the parameters of a signature, which reach nobody else."""
    return "&".join(part for part in query.split("&") if part.partition("=")[0] not in PARAMETERS)


def refusal(
    request: SignedRequest, public_key: Callable[[str], str | None], now: float
) -> Refusal | None:
    """Return why a request is refused; None if its signature admits it.

    Args:
        request: The request.
        public_key: Returns the PEM of a key that the behaviour trusts, by its id.
        now: The time, in seconds since 1970.
    """
    fields = _fields(request)
    if not fields.get("Key-Pair-Id"):
        return MISSING_KEY
    pem = public_key(fields["Key-Pair-Id"])
    if pem is None:
        return UNKNOWN_KEY
    if not fields.get("Signature"):
        return MISSING_SIGNATURE
    if "Policy" in fields:
        return _custom(request, fields, pem, now)
    if "Expires" in fields:
        return _canned(request, fields, pem, now)
    return MISSING_POLICY


def _fields(request: SignedRequest) -> dict[str, str]:
    """Return the parts of the signature: a signed URL takes precedence over cookies."""
    pairs = [part.partition("=") for part in request.query.split("&")]
    in_query = {name: unquote(value) for name, _equals, value in pairs if name in PARAMETERS}
    if in_query:
        return in_query
    in_cookies = {name: request.cookies.get(f"{_COOKIE}{name}") for name in PARAMETERS}
    return {name: value for name, value in in_cookies.items() if value is not None}


def _canned(
    request: SignedRequest, fields: Mapping[str, str], pem: str, now: float
) -> Refusal | None:
    expires = fields["Expires"]
    if not re.fullmatch(r"[0-9]{1,12}", expires):
        return MALFORMED_POLICY
    signature = _unencoded(fields["Signature"])
    if signature is None:
        return MALFORMED_SIGNATURE
    signed = any(
        _is_signed(_canned_policy(url, expires), signature, pem, fields.get("Hash-Algorithm"))
        for url in request.urls
    )
    return None if signed and now < int(expires) else DENIED


def _canned_policy(url: str, expires: str) -> bytes:
    return (
        f'{{"Statement":[{{"Resource":"{url}","Condition":'
        f'{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'
    ).encode()


def _custom(
    request: SignedRequest, fields: Mapping[str, str], pem: str, now: float
) -> Refusal | None:
    policy = _unencoded(fields["Policy"])
    signature = _unencoded(fields["Signature"])
    statement = None if policy is None else _statement(policy)
    if policy is None or statement is None:
        return MALFORMED_POLICY
    if signature is None:
        return MALFORMED_SIGNATURE
    if not _is_signed(policy, signature, pem, fields.get("Hash-Algorithm")):
        return DENIED
    resource = re.compile(_wildcards(statement.get("Resource", "*")), re.DOTALL)
    if not any(resource.fullmatch(url) for url in request.urls):
        return DENIED
    return None if _holds(statement["Condition"], request.address, now) else DENIED


def _statement(policy: bytes) -> dict[str, Any] | None:
    """Return the only statement of a policy; None if it is malformed."""
    try:
        (statement,) = json.loads(policy)["Statement"]
        condition = statement["Condition"]
        times = [condition["DateLessThan"]["AWS:EpochTime"]]
        if "DateGreaterThan" in condition:
            times.append(condition["DateGreaterThan"]["AWS:EpochTime"])
        if "IpAddress" in condition:
            IPv4Network(condition["IpAddress"]["AWS:SourceIp"], strict=False)
        texts = [statement.get("Resource", "*")]
    except (KeyError, TypeError, ValueError):
        return None
    known = set(condition) <= {"DateLessThan", "DateGreaterThan", "IpAddress"}
    is_valid = known and all(type(time) is int for time in times)
    return statement if is_valid and all(isinstance(text, str) for text in texts) else None


def _holds(condition: Mapping[str, Any], address: str, now: float) -> bool:
    if now >= condition["DateLessThan"]["AWS:EpochTime"]:
        return False
    if "DateGreaterThan" in condition and now <= condition["DateGreaterThan"]["AWS:EpochTime"]:
        return False
    if "IpAddress" not in condition:
        return True
    network = IPv4Network(condition["IpAddress"]["AWS:SourceIp"], strict=False)
    return ip_address(address) in network  # never, for an address of IPv6


def _wildcards(resource: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in resource)


def _unencoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.encode("latin-1").translate(_FROM_URL_SAFE), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def _is_signed(policy: bytes, signature: bytes, pem: str, algorithm: str | None) -> bool:
    """Return whether a policy has been signed by the owner of a public key.

    ECDSA goes with SHA-256 only; without a name of the algorithm, SHA-1 is meant.
    """
    try:
        key = load_pem_public_key(pem.encode())
        if isinstance(key, RSAPublicKey) and algorithm in (None, "SHA1"):
            key.verify(signature, policy, PKCS1v15(), SHA1())
        elif isinstance(key, RSAPublicKey) and algorithm == "SHA256":
            key.verify(signature, policy, PKCS1v15(), SHA256())
        elif isinstance(key, EllipticCurvePublicKey) and algorithm == "SHA256":
            key.verify(signature, policy, ECDSA(SHA256()))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
