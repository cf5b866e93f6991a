"""The answer to ``serverless-stack local age``."""

import json
import math
from urllib.parse import parse_qs

from ..adapters.s3_ageing import age_buckets
from .exchange import Response, Scope

MAX_DAYS = 100 * 366
_JSON = {"Content-Type": "application/json"}


def age_answer(scope: Scope) -> Response:
    """Make buckets older, and return what their lifecycle rules did.

    Args:
        scope: The request: ``days`` and, for one bucket, ``bucket`` in its query string.
    """
    query = parse_qs(scope.get("query_string", b"").decode("utf-8", "replace"))
    bucket = query.get("bucket", [None])[0]
    try:
        days = float(query.get("days", ["nan"])[0])
    except ValueError:
        days = math.nan
    if not 0 <= days <= MAX_DAYS:
        message = f"`days` must be between 0 and {MAX_DAYS}, got: {query.get('days', ['none'])[0]}"
        return 400, _JSON, json.dumps({"message": message}).encode()
    try:
        report = age_buckets(days * 86_400, bucket)
    except KeyError:
        message = f"`bucket` must be a bucket of this local cloud, got: {bucket!r}"
        return 404, _JSON, json.dumps({"message": message}).encode()
    return 200, _JSON, json.dumps({"buckets": report}).encode()
