"""Function URLs that CloudFront calls with a signature, by origin access control.

AWS serves them if the function's policy lets the distribution do both actions, and if the body of
the request was signed, for which the viewer sends its SHA-256 ("Restrict access to an AWS Lambda
function URL origin"). MiniStack sends no signature, and refuses them all.
"""

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from ministack.services import cloudfront, lambda_svc

from ..http.function_urls import FunctionUrl
from .types import Headers

if TYPE_CHECKING:
    from .cdn_origins import OriginRequest

_SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=cloudfront"}
_MISMATCH = (
    b'{"message":"The request signature we calculated does not match the signature you provided. '
    b"Check your AWS Secret Access Key and signing method. Consult the service documentation for "
    b'details."}'
)


async def serve(request: "OriginRequest", url: FunctionUrl) -> tuple[int, str, Headers, bytes]:
    """Return the response of a function to a distribution."""
    sent = cloudfront._origin_request_headers(
        request.origin, request.headers, request.client_ip, request.forwarded_for
    )
    headers = {name.lower(): value for name, value in sent.items()}
    if not url.permits_distribution(request.distribution_arn):
        status, answered, content = url.forbidden(headers)
        return status, "Forbidden", answered, content
    digest = hashlib.sha256(request.body).hexdigest()
    if request.body and headers.get("x-amz-content-sha256", "").lower() != digest:
        kind = {"content-type": "application/json", "x-amzn-errortype": "InvalidSignatureException"}
        return 403, "Forbidden", dict(kind), _MISMATCH
    served = await lambda_svc.handle_function_url_request(
        url.id,
        request.method,
        (request.origin.get("origin_path") or "") + request.uri,
        {**headers, **_SIGNED},
        request.body,
        parse_qs(request.query, keep_blank_values=True),
        source_ip=request.client_ip,
    )
    status, answered, content = served
    return status, "", answered, content
