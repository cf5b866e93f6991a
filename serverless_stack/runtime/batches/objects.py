"""Read the events of S3, of its notifications as well as of EventBridge."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from serverless_stack.runtime.arguments import check_kind

_DETAIL_TYPES: dict[str, Literal["created", "removed"]] = {
    "Object Created": "created",
    "Object Deleted": "removed",
}
_EVENT_NAMES: dict[str, Literal["created", "removed"]] = {
    "ObjectCreated": "created",
    "ObjectRemoved": "removed",
    "LifecycleExpiration": "removed",
}


class ObjectEvent(NamedTuple):
    """What happened to an object.

    Attributes:
        name: ``created`` or ``removed``.
        bucket: The name of the bucket.
        key: The key of the object, decoded.
        version_id: The version; None in a bucket without versions.
        size: The size in bytes; None for an object that was removed.
    """

    name: Literal["created", "removed"]
    bucket: str
    key: str
    version_id: str | None
    size: int | None


def objects(event: Mapping[str, object]) -> list[ObjectEvent]:
    """Return the objects that an event of S3 is about.

    ``on_object_created`` uses notifications for a bucket of its stack, whose keys are encoded, and
    EventBridge for other buckets, whose keys are not.

    Args:
        event: The event of the function.

    Returns:
        The objects; none for the test event that S3 sends once.

    Raises:
        ValueError: If it is no event of S3 about objects.
    """
    check_kind("event", event, Mapping, "the event of the function")
    if event.get("source") == "aws.s3" and event.get("detail-type") in _DETAIL_TYPES:
        return [_of_eventbridge(event)]
    if event.get("Event") == "s3:TestEvent":
        return []
    records = event.get("Records")
    if isinstance(records, list) and all(_is_notification(record) for record in records):
        return list(_of_notifications(records))
    raise ValueError(
        "`event` must be a notification of S3 or an event of S3 in EventBridge about objects, got "
        f"the keys: {', '.join(map(str, event))}"
    )


def _is_notification(record: object) -> bool:
    # Others are about restored objects, tags and replication.
    return isinstance(record, Mapping) and "s3" in record and _kind(record) in _EVENT_NAMES


def _kind(record: Mapping[str, Any]) -> str:
    return str(record.get("eventName")).removeprefix("s3:").partition(":")[0]


def _of_notifications(records: list[Mapping[str, Any]]) -> Iterator[ObjectEvent]:
    from urllib.parse import unquote_plus

    for record in records:
        name = _EVENT_NAMES[_kind(record)]
        described = record["s3"]["object"]
        yield ObjectEvent(
            name,
            str(record["s3"]["bucket"]["name"]),
            unquote_plus(str(described["key"])),
            described.get("versionId") or None,
            described.get("size") if name == "created" else None,
        )


def _of_eventbridge(event: Mapping[str, Any]) -> ObjectEvent:
    detail = event["detail"]
    described = detail["object"]
    name = _DETAIL_TYPES[str(event["detail-type"])]
    return ObjectEvent(
        name,
        str(detail["bucket"]["name"]),
        str(described["key"]),
        described.get("version-id") or None,
        described.get("size") if name == "created" else None,
    )
