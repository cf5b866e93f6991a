"""Buckets as origins: which requests CloudFront signs, and the bucket's CORS rules.

"Restrict access to an Amazon S3 origin" and "Configure CloudFront to respect CORS settings".
"""

from typing import Any
from urllib.parse import unquote

from ministack.services import cloudfront, s3

from .types import Headers, Record

READS = ("GET", "HEAD")
Fetched = tuple[int, str, Headers, bytes]


def apply() -> None:
    """Apply this module's patch."""
    cloudfront._s3_object_key = object_key


def object_key(origin: Record, uri: str) -> str:
    """Return the key that a path names: all after the first slash.

    MiniStack removes every slash at the beginning, so that ``//films/a`` would be ``films/a`` for
    the bucket and no path of ``/films/*`` for the distribution.
    """
    return unquote((origin.get("origin_path") or "") + uri).removeprefix("/")


def signs(origin: Record, headers: dict[str, Any]) -> bool:
    """Return whether CloudFront signs the request to an origin.

    Args:
        origin: The origin in MiniStack's form.
        headers: The headers to the origin, with names in lower case.
    """
    control = cloudfront._oacs.get(origin["oac_id"])
    if control is None:
        return bool(origin["oac_id"])
    behaviour = control.get("SigningBehavior", "always")
    return behaviour == "always" or (behaviour == "no-override" and "authorization" not in headers)


def answer_without_object(
    origin: Record, method: str, uri: str, headers: dict[str, Any]
) -> Fetched | None:
    """Return the answer of a bucket to what reads no object: preflights, and writes.

    MiniStack answers both with the object. Writes through a distribution are refused, as by a
    bucket's policy that allows reading only.
    """
    bucket, key = origin["s3_bucket"], cloudfront._s3_object_key(origin, uri)
    if method == "OPTIONS":
        status, answered, content = s3.cors_preflight(bucket, key, headers)
    elif method not in READS:
        status, answered, content = s3._error(
            "AccessDenied", "Access Denied", 403, f"/{bucket}/{key}"
        )
    else:
        return None
    return status, "", answered, content


def with_cors(origin: Record, method: str, headers: dict[str, Any], fetched: Fetched) -> Fetched:
    """Return a response with the headers of the CORS rule that allows the viewer's page."""
    status, reason, answered, body = fetched
    added = s3.cors_response_headers(origin["s3_bucket"], method, headers)
    return status, reason, {**answered, **{k.lower(): v for k, v in added.items()}}, body
