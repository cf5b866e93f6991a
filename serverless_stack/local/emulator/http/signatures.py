"""The signature of a request to the AWS endpoint, checked with MiniStack's own verifier.

MiniStack verifies signatures only together with IAM policies, and those of the root user never.
Here, the key of this cloud is registered as a session of the root user, which is verified.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator, sigv4
from ministack.services import s3, sts

from ..keys import DEFAULT_ACCOUNT, AccessKey

UNSIGNED_BODIES = ("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
MAX_PRESIGNED_SECONDS = 604800
DIGEST = re.compile(r"[0-9a-f]{64}")

Fields = dict[str, str]
Query = dict[str, list[str]]


@dataclass(frozen=True)
class Refusal:
    """Why a request is not served, with AWS's code."""

    code: str
    message: str


MISSING = Refusal(
    "MissingAuthenticationToken",
    "the request must be signed with the access key of this local cloud: "
    'eval "$(serverless-stack local env)"',
)
UNKNOWN = Refusal(
    "InvalidClientTokenId",
    "the access key is not one of this local cloud; set its own: "
    'eval "$(serverless-stack local env)"',
)
EXPIRED = Refusal("AccessDenied", "Request has expired")
TOO_LONG = Refusal(
    "AuthorizationQueryParametersError",
    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
    "less than 604800 seconds",
)
TOKEN = Refusal(
    "InvalidToken",
    "the access key of the local cloud has no session token: unset AWS_SESSION_TOKEN",
)


class Signatures:
    """The check of signatures by the key of this cloud, and by those that STS and IAM issued.

    Args:
        key: The key of this cloud.
    """

    def __init__(self, key: AccessKey) -> None:
        self._key = key

    def is_known(self, key_id: str) -> bool:
        """Return whether a key is one of this cloud, and register it with MiniStack."""
        account = self._key.account_of(key_id)
        if account is None:
            return key_id in sts._sessions or account_of_user(key_id) is not None
        if key_id not in sts._sessions:
            session = {
                "Arn": f"arn:aws:iam::{account}:root",
                "UserId": account,
                "SecretAccessKey": self._key.secret,
            }
            sts.register_session(key_id, session)
        return True

    def refusal(
        self,
        method: str,
        raw_path: str,
        query: Query,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
    ) -> Refusal | None:
        """Return why the signature of a header or query string is refused; None if it is valid.

        Args:
            method: The HTTP method.
            raw_path: The path as sent.
            query: The query parameters.
            headers: The headers as sent.
            body: The body, if ``needs_body``.
        """
        folded = fold(headers, ",")
        if asymmetric_key_id(folded):
            return self._asymmetric_refusal(method, raw_path, query, folded, body)
        iam_evaluator.pin_signed_request(method, raw_path, query, headers)
        request = iam_evaluator._signed_request.get()
        if request is None:
            return MISSING
        if not self.is_known(request.access_key_id):
            return UNKNOWN
        if request.s3_scoped:
            return presigned_refusal(method, raw_path, query, headers)
        iam_evaluator.pin_signed_body(body)
        account = account_of_user(request.access_key_id) or DEFAULT_ACCOUNT
        checked = iam_evaluator.authenticate(request.access_key_id, account)
        if isinstance(checked, iam_evaluator.AuthError):
            is_own = self._key.account_of(request.access_key_id) is not None
            if checked.code == "InvalidToken" and is_own:
                return TOKEN
            if checked.message == EXPIRED.message:
                return EXPIRED
            return Refusal(checked.code, checked.message)
        return MISSING if checked is None else None

    def _asymmetric_refusal(
        self, method: str, raw_path: str, query: Query, headers: Fields, body: bytes
    ) -> Refusal | None:
        """Return why a signature of SigV4a is refused, which MiniStack checks for S3 only."""
        signature = sigv4.parse_header_signature(headers)
        if isinstance(signature, tuple):
            return Refusal(*signature)
        if not self.is_known(signature.access_key_id):
            return UNKNOWN
        token = headers.get("x-amz-security-token", "")
        credential = credential_of(signature.access_key_id, token)
        if isinstance(credential, Refusal):
            return credential
        failure = sigv4.request_time_failure(signature) or sigv4.header_signature_failure(
            signature, credential.secret_access_key, method, raw_path, query, headers, body
        )
        return Refusal(*failure) if failure else None

    def form_refusal(self, content_type: str, body: bytes) -> Refusal | None:
        """Return why a form for S3 is refused; None if its policy is signed.

        S3 itself checks the conditions of the policy.
        """
        fields: Fields = {}
        for name, _filename, _headers, value in s3._parse_multipart_form(content_type, body):
            if name.lower() in fields:
                return Refusal("AccessDenied", f"the form has the field `{name}` twice")
            if name != "file":
                fields[name.lower()] = value.decode("utf-8", "replace")
        scope = fields.get("x-amz-credential", "").split("/")
        key_id = scope[0] or fields.get("awsaccesskeyid", "")
        if not key_id or not fields.get("policy"):
            return MISSING
        if not self.is_known(key_id):
            return UNKNOWN
        token = fields.get("x-amz-security-token", "")
        credential = credential_of(key_id, token)
        if isinstance(credential, Refusal):
            return credential
        secret: str = credential.secret_access_key
        if len(scope) == 5:
            expected = sigv4.calculate_signature(secret, scope[1], scope[2], "s3", fields["policy"])
            given = fields.get("x-amz-signature", "")
        else:
            digest = hmac.new(secret.encode(), fields["policy"].encode(), hashlib.sha1).digest()
            expected, given = base64.b64encode(digest).decode(), fields.get("signature", "")
        if not hmac.compare_digest(expected.encode(), given.encode()):
            return Refusal("SignatureDoesNotMatch", sigv4.SIGNATURE_MISMATCH)
        return None


def asymmetric_key_id(headers: Fields) -> str:
    """Return the key id of a SigV4a signature in the headers, or an empty string.

    Clients sign so for CloudFront's key value stores.
    """
    algorithm, _space, rest = headers.get("authorization", "").partition(" ")
    if algorithm != sigv4.SIGV4A:
        return ""
    return rest.partition("Credential=")[2].partition("/")[0]


def account_of_user(key_id: str) -> str | None:
    """Return the account of an IAM user's key; None if there is no such key."""
    try:
        account: str | None = iam_evaluator.find_iam_access_key_account(key_id)
    except iam_evaluator.AmbiguousAccessKeyError:
        return None
    return account


def credential_of(key_id: str, token: str) -> Any:
    """Return the credential of a known key, or why it is refused."""
    session = sts._sessions.get(key_id) or {}
    arn = str(session.get("Arn", ""))
    account = arn.split(":")[4] if arn else account_of_user(key_id)
    credential = iam_evaluator.resolve_credential(key_id, account, token)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return Refusal(credential.code, credential.message)
    return credential


def needs_body(headers: Fields) -> bool:
    """Return whether the signature of a header covers the body itself, not only its digest."""
    digest = headers.get("x-amz-content-sha256", "")
    return not DIGEST.fullmatch(digest) and digest not in UNSIGNED_BODIES


def presigned_refusal(
    method: str, raw_path: str, query: Query, headers: list[tuple[bytes, bytes]]
) -> Refusal | None:
    """Return why a presigned URL of S3 is refused; None if it is valid."""
    signature = sigv4.parse_query_signature(query)
    if isinstance(signature, tuple):
        return Refusal(*signature)
    expires = _first(query, "X-Amz-Expires")
    if expires.isdecimal() and int(expires) > MAX_PRESIGNED_SECONDS:
        return TOO_LONG
    try:
        expired = sigv4.presigned_request_is_expired(signature.amz_date, expires)
    except ValueError:
        expired = True
    if expired:
        return EXPIRED
    credential = credential_of(signature.access_key_id, _first(query, "X-Amz-Security-Token"))
    if isinstance(credential, Refusal):
        return credential
    folded = fold(headers, ",")
    failure = sigv4.header_signature_failure(
        signature,
        credential.secret_access_key,
        method,
        raw_path,
        query,
        folded,
        b"",
        presigned=True,
    )
    return Refusal(*failure) if failure else None


def fold(headers: list[tuple[bytes, bytes]], joint: str) -> Fields:
    """Return headers by name in lower case, with repeated ones joined."""
    folded: Fields = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), sigv4.decode_header_value(value)
        folded[key] = f"{folded[key]}{joint}{text}" if key in folded else text
    return folded


def _first(query: Query, name: str) -> str:
    values = query.get(name) or query.get(name.lower()) or [""]
    return values[0]
