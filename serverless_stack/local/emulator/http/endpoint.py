"""The door of the AWS endpoint: who is served, before MiniStack reads anything of a request.

- A host that is no loopback name is refused (DNS rebinding).
- A request that another page caused is refused, save for objects of a bucket whose CORS rules
  allow the page.
- Only the key of this cloud and those that STS and IAM issued are served, with valid signatures.
"""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, quote

from ministack import app as ministack_app
from ministack.core import iam_actions, router
from ministack.core.responses import set_request_account_id
from ministack.services import s3

from ..keys import AccessKey
from .browsers import header_values, is_foreign
from .exchange import Receive, Response, Scope, Send, read_body, write_response
from .signatures import Fields, Query, Refusal, Signatures, asymmetric_key_id, fold, needs_body

S3_CODES = {
    "MissingAuthenticationToken": "AccessDenied",
    "InvalidClientTokenId": "InvalidAccessKeyId",
}
# URLs that carry a secret of their own, which CloudFormation hands out.
ANSWER_PATHS = ("/_ministack/cfn-response/", "/_ministack/cfn-signal/")
HEALTH_PATH = "/_ministack/health"
COGNITO_TARGET = "AWSCognitoIdentityProviderService."
COGNITO_KEYS = re.compile(r"/[\w-]+/\.well-known/(jwks\.json|openid-configuration)")
NAVIGATIONS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Head:
    """The head of a request to the AWS endpoint.

    Attributes:
        scope: The ASGI scope.
    """

    scope: Scope

    @property
    def method(self) -> str:
        """The HTTP method."""
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path, decoded."""
        return str(self.scope["path"])

    @property
    def raw_path(self) -> str:
        """The path as sent."""
        raw: bytes = self.scope.get("raw_path") or quote(self.path).encode()
        return raw.decode("latin-1").partition("?")[0]

    @cached_property
    def query(self) -> Query:
        """The query parameters."""
        text = self.scope.get("query_string", b"").decode("utf-8", "replace")
        return parse_qs(text, keep_blank_values=True)

    @cached_property
    def headers(self) -> Fields:
        """The headers by name in lower case."""
        return fold(self.scope["headers"], ", ")

    @property
    def is_form(self) -> bool:
        """Whether it is an HTML form for a bucket, whose signature is in its body."""
        content_type = self.headers.get("content-type", "").lower()
        is_post = self.method == "POST" and content_type.startswith("multipart/form-data")
        is_unsigned = "authorization" not in self.headers and not self.query
        return is_post and is_unsigned and self.bucket is not None

    @property
    def is_presigned(self) -> bool:
        """Whether it is signed in its query string."""
        names = {name.lower() for name in self.query}
        return bool({"x-amz-signature", "awsaccesskeyid"} & names)

    @cached_property
    def bucket(self) -> str | None:
        """The existing bucket that it addresses, if it is a request to S3."""
        target = ministack_app._s3_cors_target(self.headers.get("host", ""), self.path)
        signed_for = re.search(r"Credential=[^/,]+/\d+/[^/]*/([^/]+)/", self._authorization)
        if target is None or "x-amz-target" in self.headers:
            return None
        if signed_for and signed_for[1] != "s3":
            return None
        bucket: str = target[0]
        return bucket

    @property
    def service(self) -> str:
        """The service that it is for."""
        return str(router.detect_service(self.method, self.path, self.headers, self.query))

    @property
    def needs_no_key(self) -> bool:
        """Whether AWS serves it to everyone, or its URL is a secret of its own."""
        if self._authorization or self.is_presigned:
            return False
        if self.method == "GET":
            return self.path == HEALTH_PATH or COGNITO_KEYS.fullmatch(self.path) is not None
        if self.method == "PUT":
            return self.path.startswith(ANSWER_PATHS)
        target = self.headers.get("x-amz-target", "")
        return target.startswith(COGNITO_TARGET) and target.removeprefix(
            COGNITO_TARGET
        ) in iam_actions.unsigned_operations("cognito-idp")

    @property
    def _authorization(self) -> str:
        return self.headers.get("authorization", "") or ",".join(
            f"Credential={value}" for value in self.query.get("X-Amz-Credential", [])
        )


class Endpoint:
    """The AWS endpoint, served by MiniStack.

    Args:
        key: The access key of this cloud.
    """

    def __init__(self, key: AccessKey) -> None:
        self._signatures = Signatures(key)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it. Its host was checked before."""
        head = Head(scope)
        refused = cross_origin_answer(head)
        body: bytes | None = None
        if refused is None and not head.needs_no_key:
            refused, body = await self._check(head, receive)
        if refused is not None:
            # A preflight has the bucket's answer already.
            answer = send if head.method == "OPTIONS" else with_cors(send, head)
            await write_response(answer, head.method, refused)
            return
        again = receive if body is None else replay(body, receive)
        await ministack_app.app(scope, again, with_cors(send, head))

    async def admit(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Refuse a request to a page of ours that is not signed, and return whether it is."""
        head = Head(scope)
        refused = cross_origin_answer(head) or (await self._check(head, receive))[0]
        if refused is not None:
            await write_response(with_cors(send, head), head.method, refused)
        return refused is None

    async def refuse_unsigned(
        self, scope: Scope, receive: Receive
    ) -> tuple[Response | None, Receive]:
        """Return the refusal of a request that is not signed, and how to read its body again."""
        refused, body = await self._check(Head(scope), receive)
        return refused, receive if body is None else replay(body, receive)

    async def _check(self, head: Head, receive: Receive) -> tuple[Response | None, bytes | None]:
        """Check the signature. Return the refusal, if any, and the body if it was read."""
        body = None
        if head.is_form:
            body = await read_body(receive)
            refusal = self._signatures.form_refusal(head.headers["content-type"], body)
        else:
            raw_headers = head.scope["headers"]
            key_id = asymmetric_key_id(head.headers) or router.extract_access_key_id(
                head.headers, head.query
            )
            if self._signatures.is_known(key_id) and self._covers_body(head):
                body = await read_body(receive)
            refusal = self._signatures.refusal(
                head.method, head.raw_path, head.query, raw_headers, body or b""
            )
        return (refusal_answer(head, refusal) if refusal else None), body

    @staticmethod
    def _covers_body(head: Head) -> bool:
        is_s3_url = head.is_presigned and head.service == "s3"
        return not is_s3_url and needs_body(head.headers)


def cross_origin_answer(head: Head) -> Response | None:
    """Answer a preflight, and refuse what another page caused; None for all other requests."""
    origins = header_values(head.scope, "origin")
    bucket = head.bucket
    if bucket is not None:
        set_request_account_id(s3._bucket_owner_account(bucket))
    if head.method == "OPTIONS" and bucket is not None and origins:
        key = head.path.lstrip("/").partition("/")[2]
        preflight: Response = s3.cors_preflight(bucket, key, head.headers)
        return preflight
    if not is_foreign(head.scope):
        return None
    if bucket is not None:
        if len(origins) == 1 and s3.cors_response_headers(bucket, head.method, head.headers):
            return None
        # Links and images send no `Origin`. As on AWS, the signature in their URL is enough.
        if not origins and head.method in NAVIGATIONS and head.is_presigned:
            return None
    page = ", ".join(origins) or "another site"
    text = (
        "the AWS endpoint of the local cloud serves no web page, except for objects of a bucket "
        f"whose CORS rules allow the page, got: {head.method} from {page}\n"
    )
    return 403, {"Content-Type": "text/plain; charset=utf-8"}, text.encode()


def refusal_answer(head: Head, refusal: Refusal) -> Response:
    """Return the refusal in the protocol of the service, so that SDKs can parse it."""
    service = head.service
    code = S3_CODES.get(refusal.code, refusal.code) if service == "s3" else refusal.code
    status, headers, body = iam_actions.access_denied_response(
        service, "", "", "local", error_code=code, message=refusal.message, headers=head.headers
    )
    return status, headers, body


def with_cors(send: Send, head: Head) -> Send:
    """Return ``send`` with the CORS headers of the bucket instead of MiniStack's for everyone."""

    async def send_with_cors(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [
                (name, value)
                for name, value in message.get("headers", [])
                if not name.lower().startswith(b"access-control-")
            ]
            if head.bucket is not None:
                method = head.headers.get("access-control-request-method") or head.method
                rules = s3.cors_response_headers(head.bucket, method, head.headers)
                headers += [(k.encode(), str(v).encode("latin-1")) for k, v in rules.items()]
            message = {**message, "headers": headers}
        await send(message)

    return send_with_cors


def replay(body: bytes, receive: Receive) -> Receive:
    """Return ``receive`` for a request whose body was read."""
    messages: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": False}
    ]

    async def receive_again() -> MutableMapping[str, Any]:
        return messages.pop() if messages else await receive()

    return receive_again
