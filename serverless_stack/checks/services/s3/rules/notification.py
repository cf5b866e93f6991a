"""Rules on the event notifications of buckets."""

from collections.abc import Iterator
from typing import NamedTuple

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.s3.limits.notifications import filters_overlap

RULES = RuleList()

_BUCKET = "AWS::S3::Bucket"
_PAGE = "Supported event types for SQS, SNS, and Lambda"
_KINDS = {
    "LambdaConfigurations": "Function",
    "QueueConfigurations": "Queue",
    "TopicConfigurations": "Topic",
}
_EVENTS = {
    "ObjectCreated": ("Put", "Post", "Copy", "CompleteMultipartUpload"),
    "ObjectRemoved": ("Delete", "DeleteMarkerCreated"),
    "ObjectRestore": ("Post", "Completed", "Delete"),
    "Replication": (
        *("OperationFailedReplication", "OperationMissedThreshold"),
        *("OperationReplicatedAfterThreshold", "OperationNotTracked"),
    ),
    "LifecycleExpiration": ("Delete", "DeleteMarkerCreated"),
    "ObjectTagging": ("Put", "Delete"),
    "ObjectAnnotation": ("Put", "Delete"),
}
_SINGLE = (
    *("s3:ReducedRedundancyLostObject", "s3:LifecycleTransition", "s3:IntelligentTiering"),
    *("s3:ObjectAcl:Put", "s3:ObjectRetention:Put"),
)
EVENT_TYPES = frozenset(
    [*_SINGLE, *(f"s3:{kind}:{name}" for kind, names in _EVENTS.items() for name in (*names, "*"))]
)


_MAX_COMPARED = 200  # S3 accepts 100 configurations; pairs grow with the square


class _Notified(NamedTuple):
    path: str
    event: str
    prefix: str
    suffix: str


def _configurations(bucket: Resource) -> Iterator[tuple[str, str]]:
    for kind, target in _KINDS.items():
        for path in bucket.paths(f"NotificationConfiguration.{kind}"):
            yield path, f"{path}.{target}"


@RULES.resource("S3-030", _BUCKET, page=_PAGE)
def event_types(bucket: Resource) -> Iterator[Violation]:
    """`Event` must be an event type that S3 has.

    S3 refuses the notification configuration otherwise. Write `s3:ObjectCreated:*`.
    """
    for path, _target in _configurations(bucket):
        event = bucket.text(f"{path}.Event")
        if event is not None and event not in EVENT_TYPES:
            kind = event.split(":")[1] if ":" in event else ""
            nearest = f"s3:{kind}:*" if kind in _EVENTS else None
            yield violation(f"{path}.Event", "be an event type of S3", event, nearest)


def _filters(bucket: Resource, path: str) -> tuple[str, str] | None:
    """Return the prefix and the suffix of a notification; None if they are unknown."""
    found = {"prefix": "", "suffix": ""}
    for item in bucket.paths(f"{path}.Filter.S3Key.Rules"):
        name, value = bucket.text(f"{item}.Name"), bucket.text(f"{item}.Value")
        if name is None or value is None:
            return None
        found[name.lower()] = value
    parts = ("Filter", "Filter.S3Key", "Filter.S3Key.Rules")
    is_known = not any(is_unresolved(bucket.get(f"{path}.{part}")) for part in parts)
    return (found["prefix"], found["suffix"]) if is_known else None


@RULES.resource(
    "S3-031", _BUCKET, page="Configuring event notifications using object key name filtering"
)
def overlaps(bucket: Resource) -> Iterator[Violation]:
    """Notifications must not overlap.

    S3 refuses two configurations for the same event of the same objects. Use distinct prefixes or
    suffixes, or fan out from one topic.
    """
    seen: list[_Notified] = []
    for path, _target in _configurations(bucket):
        event, filters = bucket.text(f"{path}.Event"), _filters(bucket, path)
        if event is None or filters is None:
            continue
        one = _Notified(path, event, *filters)
        for other in seen[:_MAX_COMPARED]:
            if _overlap(one, other):
                where = f"overlap with {other.path}, which is for {other.event} of the same objects"
                yield violation(path, f"not {where}", f"{event} {'…'.join(filters)}".strip(" …"))
                break
        seen.append(one)


def _overlap(one: _Notified, other: _Notified) -> bool:
    return _same_event(one.event, other.event) and filters_overlap(
        (one.prefix, one.suffix), (other.prefix, other.suffix)
    )


def _same_event(one: str, other: str) -> bool:
    return one == other or any(
        a.endswith(":*") and b.startswith(a[:-1]) for a, b in ((one, other), (other, one))
    )


@RULES.resource(
    "S3-032", _BUCKET, page="Configuring event notifications using object key name filtering"
)
def filter_rules(bucket: Resource) -> Iterator[Violation]:
    """Notification filters must have at most one prefix and one suffix.

    S3 refuses other filters. Use one configuration per prefix.
    """
    for path, _target in _configurations(bucket):
        names: list[str] = []
        for item in bucket.paths(f"{path}.Filter.S3Key.Rules"):
            name = bucket.text(f"{item}.Name")
            if name is not None and name.lower() not in ("prefix", "suffix"):
                yield violation(f"{item}.Name", "be prefix or suffix", name)
            elif name is not None and name.lower() in names:
                yield violation(f"{item}.Name", "be unique within a filter", name)
            names.append((name or "").lower())


@RULES.resource("S3-033", _BUCKET, page="Supported event destinations")
def fifo_destinations(bucket: Resource) -> Iterator[Violation]:
    """Notifications must go to standard queues and topics.

    S3 refuses FIFO queues and topics.
    """
    for _path, target in _configurations(bucket):
        text, resource = bucket.text(target) or "", bucket.reference(target)
        if text.endswith(".fifo"):
            yield violation(target, "not be FIFO", text)
        if resource is not None and (
            resource.boolean("FifoQueue") or resource.boolean("FifoTopic")
        ):
            yield violation(target, "not be FIFO", resource.logical_id)


@RULES.resource(
    "S3-034", _BUCKET, page="Granting permissions to publish event notification messages"
)
def encrypted_destinations(bucket: Resource) -> Iterator[Violation]:
    """Encrypted queues and topics require a key of your own for notifications.

    S3 may not use the keys that AWS manages, and refuses the configuration. Create a key that
    allows s3.amazonaws.com.
    """
    for _path, target in _configurations(bucket):
        resource = bucket.reference(target)
        key = None if resource is None else resource.text("KmsMasterKeyId")
        if resource is not None and key is not None and "alias/aws/" in key:
            requirement = f"have a key of your own in {resource.logical_id}, which S3 may use"
            yield violation(target, requirement, key)
