"""Lifecycle rules: from a template to the XML of S3's API.

CloudFormation and the API use different names, and a template may contain the legacy properties
(``Transition``, ``NoncurrentVersionExpirationInDays``).
"""

from .types import Properties
from .xml import Xml, element

DATE_TAIL = "T00:00:00.000Z"


def lifecycle_xml(configuration: Properties) -> bytes:
    """Return the body of PutBucketLifecycleConfiguration for a template's property."""
    rules = [_rule(rule) for rule in configuration.get("Rules") or []]
    return bytes(element("LifecycleConfiguration", *rules))


def _rule(rule: Properties) -> Xml:
    parts = [element("ID", rule["Id"])] if rule.get("Id") else []
    parts += [_filter(rule), element("Status", rule["Status"])]
    parts += _transitions(rule)
    parts += _expiration(rule)
    parts += _noncurrent(rule)
    abort = rule.get("AbortIncompleteMultipartUpload")
    if abort:
        days = element("DaysAfterInitiation", abort["DaysAfterInitiation"])
        parts.append(element("AbortIncompleteMultipartUpload", days))
    return element("Rule", *parts)


def _filter(rule: Properties) -> Xml:
    parts = []
    if rule.get("Prefix"):
        parts.append(element("Prefix", rule["Prefix"]))
    for tag in rule.get("TagFilters") or []:
        parts.append(element("Tag", element("Key", tag["Key"]), element("Value", tag["Value"])))
    for bound in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if rule.get(bound) is not None:
            parts.append(element(bound, rule[bound]))
    return (
        element("Filter", element("And", *parts)) if len(parts) > 1 else element("Filter", *parts)
    )


def _transitions(rule: Properties) -> list[Xml]:
    declared = list(rule.get("Transitions") or [])
    if rule.get("Transition"):
        declared.append(rule["Transition"])
    return [
        element("Transition", *_when(item, "TransitionInDays", "TransitionDate"), _class(item))
        for item in declared
    ]


def _expiration(rule: Properties) -> list[Xml]:
    parts = _when(rule, "ExpirationInDays", "ExpirationDate")
    if rule.get("ExpiredObjectDeleteMarker"):
        parts.append(element("ExpiredObjectDeleteMarker", True))
    return [element("Expiration", *parts)] if parts else []


def _noncurrent(rule: Properties) -> list[Xml]:
    declared = list(rule.get("NoncurrentVersionTransitions") or [])
    if rule.get("NoncurrentVersionTransition"):
        declared.append(rule["NoncurrentVersionTransition"])
    parts = [
        element(
            "NoncurrentVersionTransition",
            element("NoncurrentDays", item["TransitionInDays"]),
            *_newer(item),
            _class(item),
        )
        for item in declared
    ]
    expiration = rule.get("NoncurrentVersionExpiration")
    if not expiration and rule.get("NoncurrentVersionExpirationInDays") is not None:
        expiration = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    if expiration:
        days = element("NoncurrentDays", expiration["NoncurrentDays"])
        parts.append(element("NoncurrentVersionExpiration", days, *_newer(expiration)))
    return parts


def _when(source: Properties, days: str, date: str) -> list[Xml]:
    if source.get(days) is not None:
        return [element("Days", source[days])]
    if source.get(date):
        text = str(source[date])
        return [element("Date", text if "T" in text else text + DATE_TAIL)]
    return []


def _newer(source: Properties) -> list[Xml]:
    count = source.get("NewerNoncurrentVersions")
    return [element("NewerNoncurrentVersions", count)] if count is not None else []


def _class(source: Properties) -> Xml:
    return element("StorageClass", source["StorageClass"])
