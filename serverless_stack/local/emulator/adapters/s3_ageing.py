"""`serverless-stack local age`: objects become older, and the lifecycle rules of buckets act.

S3 has no such operation. Times of objects, versions, delete markers, uploads and retentions are
moved back by the same time; then the rules act as ``../s3/ageing.py`` says, and cause the events
that S3 sends ("Supported event types for SQS, SNS, and Lambda", lifecycle events).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ministack.core.responses import set_request_account_id
from ministack.services import s3

from ..s3.ageing import Action, Version, actions_on_objects, actions_on_uploads

REASON: Final = "Lifecycle Expiration"
MARKED: Final = "s3:LifecycleExpiration:DeleteMarkerCreated"
DELETED: Final = "s3:LifecycleExpiration:Delete"
MOVED: Final = "s3:LifecycleTransition"


def apply() -> None:
    """Apply this module's patch."""
    name_lifecycle_events()


def name_lifecycle_events() -> None:
    """Name the events of lifecycle rules as EventBridge does; MiniStack knows none of them."""
    s3._S3_EVENTBRIDGE_DETAIL_TYPE["LifecycleExpiration"] = "Object Deleted"
    s3._S3_EVENTBRIDGE_EVENT_DETAIL_TYPE["LifecycleTransition:"] = "Object Storage Class Changed"
    named = s3._s3_event_to_eventbridge

    def named_with_reason(event_name: str) -> tuple[str, str | None]:
        detail_type, reason = named(event_name)
        return detail_type, REASON if event_name in (MARKED, DELETED) else reason

    s3._s3_event_to_eventbridge = named_with_reason


def age_buckets(seconds: float, only: str | None = None) -> dict[str, dict[str, int]]:
    """Make buckets older, and apply their lifecycle rules.

    Args:
        seconds: By how much they become older.
        only: The name of one bucket. Default: all of them.

    Returns:
        For each bucket with a change, how often each kind of action was taken.

    Raises:
        KeyError: There is no such bucket.
    """
    names = list(s3._buckets._data)
    if only is not None and only not in {name for _, name in names}:
        raise KeyError(only)
    report: dict[str, dict[str, int]] = {}
    for account, name in names:
        if only is None or name == only:
            set_request_account_id(account)
            move_back(name, timedelta(seconds=seconds))
            done = Counter[str](action.kind for action in apply_rules(name, datetime.now(UTC)))
            if done:
                report[name] = dict(done)
    return report


def move_back(name: str, by: timedelta) -> None:
    """Move all times of a bucket back.

    Args:
        name: The bucket.
        by: By how much.
    """
    records: list[dict[str, Any]] = [*s3._buckets[name]["objects"].values()]
    for (bucket, _key), versions in s3._object_versions.items():
        if bucket == name:
            records += versions
    for record in {id(record): record for record in records}.values():
        record["last_modified"] = _moved(record["last_modified"], by)
    for upload in s3._multipart_uploads.values():
        if upload["bucket"] == name:
            upload["created"] = _moved(upload["created"], by)
    for (bucket, *_), retention in s3._object_retention.items():
        if bucket == name:
            retention["RetainUntilDate"] = _moved(retention["RetainUntilDate"], by)


def _moved(text: str, by: timedelta) -> str:
    moved = _time(text) - by
    return moved.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moved.microsecond // 1000:03}Z"


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def apply_rules(name: str, now: datetime) -> list[Action]:
    """Apply the lifecycle rules of a bucket, and return what was done.

    Args:
        name: The bucket.
        now: The moment.
    """
    rules = s3._bucket_lifecycle.get(name)
    if not isinstance(rules, list):
        return []
    versioned = s3._bucket_versioning.get(name, "") in ("Enabled", "Suspended")
    uploads = [
        (upload["key"], id, _time(upload["created"]))
        for id, upload in s3._multipart_uploads.items()
        if upload["bucket"] == name
    ]
    actions = [
        *actions_on_objects(rules, _versions_of(name), now, versioned=versioned),
        *actions_on_uploads(rules, uploads, now),
    ]
    for action in actions:
        _do(name, action)
    return actions


def _versions_of(name: str) -> Mapping[str, list[Version]]:
    """Return the versions of each key of a bucket, the oldest first."""
    found: dict[str, list[Version]] = {}
    for (bucket, key), versions in s3._object_versions.items():
        if bucket == name:
            found[key] = [_version(name, key, record) for record in versions]
    for key, record in s3._buckets[name]["objects"].items():
        if key not in found:
            found[key] = [_version(name, key, record)]
    return found


def _version(name: str, key: str, record: Mapping[str, Any]) -> Version:
    id = record.get("version_id")
    stored = None if id == "null" else id
    return Version(
        id,
        _time(record["last_modified"]),
        record.get("size", 0),
        record.get("storage_class") or "STANDARD",
        s3._object_tags.get((name, key, stored)) or {},
        bool(record.get("is_delete_marker")),
        s3._check_object_lock(name, key, {}, stored) is not None,
    )


def _do(name: str, action: Action) -> None:
    bucket, key, id = s3._buckets[name], action.key, action.id
    if action.kind == "mark":
        marker = s3._record_delete_marker(name, key, bucket["objects"].pop(key, None))
        s3._fire_s3_event_async(
            name, key, MARKED, deletion_type="Delete Marker Created", version_id=marker
        )
    elif action.kind == "delete":
        s3._purge_current_object(name, key, bucket)
        s3._fire_s3_event_async(name, key, DELETED)
    elif action.kind == "delete-version":
        s3._delete_object_version(bucket, name, key, id or "null")
        s3._fire_s3_event_async(name, key, DELETED, version_id=id)
    elif action.kind == "move":
        _change_class(name, action)
        s3._fire_s3_event_async(name, key, MOVED, version_id=id)
    else:
        s3._multipart_uploads.pop(id, None)


def _change_class(name: str, action: Action) -> None:
    current = s3._buckets[name]["objects"].get(action.key)
    if current is not None and current.get("version_id") == action.id:
        current["storage_class"] = action.storage_class
    for version in s3._object_versions.get((name, action.key)) or []:
        if version["version_id"] == (action.id or "null"):
            version["storage_class"] = action.storage_class
