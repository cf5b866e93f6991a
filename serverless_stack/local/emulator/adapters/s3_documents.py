"""Properties of buckets: from a template to the XML of S3's API."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..s3.named_configurations import KINDS
from .types import Properties
from .xml import Xml, element


def lock_xml(configuration: Properties) -> bytes:
    """Return the body of PutObjectLockConfiguration."""
    retention = (configuration.get("Rule") or {}).get("DefaultRetention") or {}
    parts = [element(name, value) for name, value in sorted(retention.items())]
    rule = [element("Rule", element("DefaultRetention", *parts))] if parts else []
    enabled = element("ObjectLockEnabled", "Enabled")
    return bytes(element("ObjectLockConfiguration", enabled, *rule))


def accelerate_xml(configuration: Properties) -> bytes:
    """Return the body of PutBucketAccelerateConfiguration."""
    status = element("Status", configuration["AccelerationStatus"])
    return bytes(element("AccelerateConfiguration", status))


def metrics_xml(items: Sequence[Properties]) -> list[tuple[str, bytes]]:
    """Return the bodies of PutBucketMetricsConfiguration by id."""
    return [_configuration("metrics", item, *_filter(item)) for item in items]


def tiering_xml(items: Sequence[Properties]) -> list[tuple[str, bytes]]:
    """Return the bodies of PutBucketIntelligentTieringConfiguration by id."""
    return [
        _configuration(
            "intelligent-tiering",
            item,
            *_filter(item),
            element("Status", item["Status"]),
            *(
                element(
                    "Tiering", element("AccessTier", t["AccessTier"]), element("Days", t["Days"])
                )
                for t in item["Tierings"]
            ),
        )
        for item in items
    ]


def inventory_xml(items: Sequence[Properties]) -> list[tuple[str, bytes]]:
    """Return the bodies of PutBucketInventoryConfiguration by id."""
    return [
        _configuration(
            "inventory",
            item,
            element("Destination", element("S3BucketDestination", *_inventory_place(item))),
            element("IsEnabled", str(item["Enabled"]).lower()),
            *_filter(item),
            element("IncludedObjectVersions", item["IncludedObjectVersions"]),
            element(
                "OptionalFields",
                *(element("Field", name) for name in item.get("OptionalFields") or []),
            ),
            element("Schedule", element("Frequency", item["ScheduleFrequency"])),
        )
        for item in items
    ]


def _inventory_place(item: Properties) -> list[Xml]:
    place = item["Destination"]
    names = {
        "AccountId": "BucketAccountId",
        "Bucket": "BucketArn",
        "Format": "Format",
        "Prefix": "Prefix",
    }
    return [element(name, place[own]) for name, own in names.items() if place.get(own)]


def _configuration(kind: str, item: Properties, *parts: Xml) -> tuple[str, bytes]:
    body = element(KINDS[kind], element("Id", item["Id"]), *parts)
    return str(item["Id"]), bytes(body)


def _filter(item: Properties, prefix: str = "Prefix") -> list[Xml]:
    parts = [element("Prefix", item[prefix])] if item.get(prefix) else []
    parts += [
        element("Tag", element("Key", tag["Key"]), element("Value", tag["Value"]))
        for tag in item.get("TagFilters") or []
    ]
    if not parts:
        return []
    return [element("Filter", element("And", *parts) if len(parts) > 1 else parts[0])]


def replication_xml(configuration: Properties) -> bytes:
    """Return the body of PutBucketReplication, whose names are partly others."""
    rules = [_replication_rule(rule) for rule in configuration.get("Rules") or []]
    return bytes(
        element("ReplicationConfiguration", element("Role", configuration["Role"]), *rules)
    )


def _replication_rule(rule: Properties) -> Xml:
    parts = [element("ID", rule["Id"])] if rule.get("Id") else []
    parts += [element("Priority", rule["Priority"])] if "Priority" in rule else []
    parts.append(element("Status", rule["Status"]))
    if "Filter" in rule:
        chosen = rule["Filter"]
        both = chosen.get("And") or {}
        tags = [chosen["TagFilter"]] if chosen.get("TagFilter") else both.get("TagFilters")
        prefix = both.get("Prefix") or chosen.get("Prefix", "")
        inner = _filter({"Prefix": prefix, "TagFilters": tags})
        parts += inner or [element("Filter", element("Prefix", ""))]
    elif "Prefix" in rule:
        parts.append(element("Prefix", rule["Prefix"]))
    parts += _nested(
        {name: rule.get(name) for name in ("SourceSelectionCriteria", "DeleteMarkerReplication")}
    )
    place: dict[str, Any] = dict(rule["Destination"])
    order = ("Bucket", "Account", "StorageClass", "AccessControlTranslation")
    others = ("EncryptionConfiguration", "ReplicationTime", "Metrics")
    parts.append(
        element("Destination", *_nested({name: place.get(name) for name in order + others}))
    )
    return element("Rule", *parts)


def _nested(values: Mapping[str, Any]) -> list[Xml]:
    """Return elements with the names of CloudFormation, which are those of the API here."""
    return [
        element(name, *_nested(value)) if isinstance(value, Mapping) else element(name, str(value))
        for name, value in values.items()
        if value is not None
    ]
