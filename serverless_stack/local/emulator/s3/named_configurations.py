"""Configurations of a bucket that have an id: metrics, inventories, archive tiers, analytics.

They are stored and returned; nothing measures, lists or archives. "PutBucketMetricsConfiguration",
"PutBucketInventoryConfiguration", "PutBucketIntelligentTieringConfiguration" and
"PutBucketAnalyticsConfiguration". Without MiniStack.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Final

from .request import Refusal, Request, xml_elements, xml_text

MAX_CONFIGURATIONS: Final = 1000
KINDS: Final = {
    "metrics": "MetricsConfiguration",
    "inventory": "InventoryConfiguration",
    "intelligent-tiering": "IntelligentTieringConfiguration",
    "analytics": "AnalyticsConfiguration",
}
"""The parameter of requests, and the element of the configuration."""
LISTS: Final = {
    "metrics": "ListMetricsConfigurationsResult",
    "inventory": "ListInventoryConfigurationsResult",
    "intelligent-tiering": "ListBucketIntelligentTieringConfigurationsOutput",
    "analytics": "ListBucketAnalyticsConfigurationsResult",
}
NAMESPACE: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
MISSING: Final = Refusal(
    "NoSuchConfiguration", "The specified configuration does not exist.", status=404
)
TOO_MANY: Final = Refusal(
    "TooManyConfigurations",
    "You are attempting to create a new configuration but have already reached the "
    "1,000-configuration limit.",
)
MALFORMED: Final = Refusal(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
)
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def kind_of(request: Request) -> str | None:
    """Return the kind of configuration that a request is about, or None."""
    if request.key or not request.bucket:
        return None
    return next((kind for kind in KINDS if kind in request.query), None)


def answer(
    request: Request, kind: str, stored: dict[tuple[str, str], str]
) -> tuple[int, str] | Refusal:
    """Serve a request, and return the status and the body, or the refusal.

    Args:
        request: The request.
        kind: The kind of configuration.
        stored: The configurations of the bucket by kind and id, which are changed.
    """
    id = request.query.get("id", "")
    if request.method == "GET" and not id:
        return 200, listed(kind, stored)
    if request.method == "PUT":
        body = request.body.decode("utf-8", "replace")
        problem = configuration_problem(kind, id, request.body)
        if problem is not None:
            return problem
        others = [each for each in stored if each[0] == kind and each[1] != id]
        if len(others) >= MAX_CONFIGURATIONS:
            return TOO_MANY
        stored[kind, id] = body
        return 200, ""
    if (kind, id) not in stored:
        return MISSING
    if request.method == "DELETE":
        del stored[kind, id]
        return 204, ""
    return 200, stored[kind, id]


def configuration_problem(kind: str, id: str, body: bytes) -> Refusal | None:
    """Return what is wrong with a configuration, or None."""
    found = xml_elements(body, KINDS[kind])
    if not found or xml_text(found[0], "Id") != id:
        return MALFORMED
    if not _ID.fullmatch(id):
        return Refusal("InvalidArgument", "The specified configuration id is not valid.")
    return None


def listed(kind: str, stored: Mapping[tuple[str, str], str]) -> str:
    """Return all configurations of a kind as S3 lists them."""
    items = [xml for (other, _), xml in sorted(stored.items()) if other == kind]
    bodies = "".join(re.sub(r"^<\?xml[^>]*\?>\s*", "", xml) for xml in items)
    return (
        f'<{LISTS[kind]} xmlns="{NAMESPACE}"><IsTruncated>false</IsTruncated>'
        f"{bodies}</{LISTS[kind]}>"
    )


def blocked_types(encryption: str) -> set[str]:
    """Return the encryption types that a bucket blocks, by its encryption configuration.

    Since April 2026 that is SSE-C, unless the configuration says ``NONE`` ("Blocking or unblocking
    SSE-C for a general purpose bucket").

    Args:
        encryption: The configuration; empty for none.
    """
    try:
        root = ET.fromstring(encryption) if encryption else None
    except ET.ParseError:
        root = None
    elements = [] if root is None else [e for e in root.iter() if e.tag.endswith("EncryptionType")]
    types = {(each.text or "").strip() for each in elements}
    return (types or {"SSE-C"}) - {"NONE"}
