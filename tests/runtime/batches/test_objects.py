from typing import Any

import pytest

from serverless_stack.runtime.batches import ObjectEvent, objects


def notification(name: str, key: str, **more: object) -> dict[str, Any]:
    return {
        "eventSource": "aws:s3",
        "eventName": name,
        "s3": {"bucket": {"name": "shop"}, "object": {"key": key, **more}},
    }


def test_notifications() -> None:
    event = {
        "Records": [
            notification("ObjectCreated:Put", "uploads/a+b%2Bc.jpg", size=3, versionId="v1"),
            notification("ObjectRemoved:DeleteMarkerCreated", "uploads/%C3%A9", versionId="v2"),
        ]
    }
    assert objects(event) == [
        ObjectEvent("created", "shop", "uploads/a b+c.jpg", "v1", 3),
        ObjectEvent("removed", "shop", "uploads/é", "v2", None),
    ]


@pytest.mark.parametrize(
    ("detail_type", "name", "size"),
    [("Object Created", "created", 3), ("Object Deleted", "removed", None)],
)
def test_events_of_eventbridge(detail_type: str, name: str, size: int | None) -> None:
    found = {"key": "uploads/a+b.jpg", "size": 3, "version-id": "v1"}
    detail = {"bucket": {"name": "shop"}, "object": found}
    event = {"source": "aws.s3", "detail-type": detail_type, "detail": detail}
    (only,) = objects(event)
    assert only == (name, "shop", "uploads/a+b.jpg", "v1", size)


def test_expired_objects_are_removed() -> None:
    (expired,) = objects({"Records": [notification("LifecycleExpiration:Delete", "a", size=3)]})
    assert expired == ObjectEvent("removed", "shop", "a", None, None)


@pytest.mark.parametrize("name", ["ObjectRestore:Completed", "ObjectTagging:Put", "Replication:x"])
def test_what_neither_creates_nor_removes_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="about objects, got the keys: Records"):
        objects({"Records": [notification(name, "a")]})


def test_the_test_event_has_no_objects() -> None:
    assert objects({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "shop"}) == []


@pytest.mark.parametrize(
    "event", [{"Records": [{"eventSource": "aws:sqs"}]}, {"source": "aws.s3"}, {"detail": {}}]
)
def test_other_events_are_refused(event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="`event` must be a notification of S3"):
        objects(event)
