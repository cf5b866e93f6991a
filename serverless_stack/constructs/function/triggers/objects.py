"""Triggers by the objects of a bucket: notifications, or events of EventBridge."""

import re
from dataclasses import dataclass

from aws_cdk import Annotations
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.connect import AnyBucket, bucket_of
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.function.triggers import failures as failed
from serverless_stack.constructs.function.triggers.loops import refuse_written_keys, text_of
from serverless_stack.constructs.function.triggers.notifications import (
    BucketNotifications,
    find_notifications,
    is_managed_by_cdk,
    send_events,
)
from serverless_stack.constructs.function.triggers.owner import Owner, short_hash
from serverless_stack.constructs.function.triggers.rules import create_rule
from serverless_stack.constructs.function.triggers.values import ObjectTrigger, Queue


@dataclass(frozen=True)
class ObjectEvents:
    """What happens to objects.

    Attributes:
        method: The method that creates triggers by it.
        event: The event type of notifications.
        detail_type: The type of the events of EventBridge.
        reasons: The reasons in these events; empty for all.
        writes: The actions that cause it.
    """

    method: str
    event: str
    detail_type: str
    reasons: tuple[str, ...]
    writes: tuple[str, ...]


CREATED = ObjectEvents(
    "on_object_created", "s3:ObjectCreated:*", "Object Created", (), ("s3:PutObject",)
)
# Notifications of removed objects are not about those that a lifecycle rule expires.
REMOVED = ObjectEvents(
    "on_object_removed",
    "s3:ObjectRemoved:*",
    "Object Deleted",
    ("DeleteObject",),
    ("s3:DeleteObject", "s3:DeleteObjectVersion"),
)


def object_trigger(
    owner: Owner,
    given: AnyBucket,
    happened: ObjectEvents,
    prefix: str,
    suffix: str,
    failures: Queue | None,
) -> ObjectTrigger:
    """Call a function for objects of a bucket.

    Args:
        owner: The function.
        given: The bucket.
        happened: What happened to the objects.
        prefix: The prefix of their keys.
        suffix: The suffix of their keys.
        failures: The queue of the caller for events that failed.

    Raises:
        ValueError: If S3 refuses the filter, or the events of the function have another queue.
    """
    bucket = bucket_of(given)
    is_here = (
        isinstance(bucket, s3.Bucket)
        and owner.is_in_stack_of(bucket)
        and not is_managed_by_cdk(bucket)
    )
    problems = Problems(owner.path)
    problems.add(rules.key_filter_problems(prefix, suffix))
    notifications = find_notifications(bucket) if isinstance(bucket, s3.Bucket) else None
    if is_here:
        problems.add(failed.failures_problems(failures))
        if notifications is not None:
            problems.add(notifications.problems(happened.method, happened.event, prefix, suffix))
    else:
        problems.add(failed.delivery_problems(owner, failures))
    problems.add(failed.async_problems(owner, failures))
    if not problems.messages and not is_here:
        key = f"{prefix}*{suffix} of {path_of(bucket)}"
        problems.add(owner.repeated(happened.method, key, "it is called for them already"))
    problems.raise_if_any()

    if not suffix and not is_unresolved(prefix):
        refuse_written_keys(owner, happened.method, bucket.bucket_arn, prefix, happened.writes)
    if is_here and isinstance(bucket, s3.Bucket):
        notifications = BucketNotifications.of(bucket)
        notifications.add(owner, happened.event, prefix, suffix)
        kept = failed.keep_failed_events(owner, failures)
        return ObjectTrigger(kept, notifications=notifications.resource)
    if isinstance(bucket, s3.Bucket):
        send_events(bucket)
    else:
        Annotations.of(owner.construct).add_warning_v2(
            "serverless-stack:bucket-events",
            f"the bucket {path_of(bucket)} is not in this app: turn on Amazon EventBridge in its "
            "notifications, otherwise nothing calls the function",
        )
    # Resolved, because the numbers of tokens depend on the rest of the app.
    filters = stack_of(owner.construct).resolve([prefix, suffix])
    parts = (happened.detail_type, *map(text_of, filters))
    _, construct_id = owner.scope_for("On", bucket, *parts)
    trigger = create_rule(
        owner,
        f"{construct_id}{short_hash(*parts)}",
        pattern={
            "source": ["aws.s3"],
            "detail_type": [happened.detail_type],
            "detail": _detail(bucket, happened, prefix, suffix),
        },
        failures=failures,
    )
    return ObjectTrigger(trigger.failures, rule=trigger.rule)


def _detail(
    bucket: s3.IBucket, happened: ObjectEvents, prefix: str, suffix: str
) -> dict[str, object]:
    detail: dict[str, object] = {"bucket": {"name": [bucket.bucket_name]}}
    if happened.reasons:
        detail["reason"] = list(happened.reasons)
    if prefix and suffix:
        escaped = (re.sub(r"([\\*])", r"\\\1", text) for text in (prefix, suffix))
        detail["object"] = {"key": [{"wildcard": "*".join(escaped)}]}
    elif prefix or suffix:
        operator = "prefix" if prefix else "suffix"
        detail["object"] = {"key": [{operator: prefix or suffix}]}
    return detail
