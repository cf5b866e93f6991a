"""Rules on the lifecycle rules of buckets."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    findings_from,
    violation,
)
from serverless_stack.checks.services.s3.limits import lifecycle as values

RULES = RuleList()

_BUCKET = "AWS::S3::Bucket"
_RULES = "LifecycleConfiguration.Rules"
_PAGE = "Lifecycle configuration elements"
_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d(T00:00(:00(\.0+)?)?(Z|\+00:00)?)?")
# A rule has one of each pair: CloudFormation keeps the first for old templates.
_EXCLUSIVE = (
    ("Transition", "Transitions"),
    ("NoncurrentVersionTransition", "NoncurrentVersionTransitions"),
    ("NoncurrentVersionExpirationInDays", "NoncurrentVersionExpiration"),
    ("ExpirationInDays", "ExpirationDate"),
)
_ACTIONS = (
    *("AbortIncompleteMultipartUpload", "ExpirationDate", "ExpirationInDays"),
    *("ExpiredObjectDeleteMarker", "NoncurrentVersionExpiration"),
    *("NoncurrentVersionExpirationInDays", "NoncurrentVersionTransition"),
    *("NoncurrentVersionTransitions", "Transition", "Transitions"),
)


def _moves(bucket: Resource, one: str, many: str, days: str) -> list[values.Move]:
    found = []
    for path in [one, *bucket.paths(many)]:
        storage_class = bucket.text(f"{path}.StorageClass")
        age = bucket.number(f"{path}.{days}")
        if storage_class is not None and age is not None:
            found.append(values.Move(storage_class, age, f"{path}.{days}"))
    return found


def _current(bucket: Resource, path: str) -> list[values.Move]:
    return _moves(bucket, f"{path}.Transition", f"{path}.Transitions", "TransitionInDays")


def _noncurrent(bucket: Resource, path: str) -> list[values.Move]:
    one, many = "NoncurrentVersionTransition", "NoncurrentVersionTransitions"
    return _moves(bucket, f"{path}.{one}", f"{path}.{many}", "TransitionInDays")


@RULES.resource("S3-003", _BUCKET, page=_PAGE)
def ages(bucket: Resource) -> Iterator[Violation]:
    """Lifecycle ages must be whole days, 1 or more.

    S3 refuses the lifecycle configuration otherwise.
    """
    names = (
        "ExpirationInDays",
        "NoncurrentVersionExpirationInDays",
        "NoncurrentVersionExpiration.NoncurrentDays",
        "AbortIncompleteMultipartUpload.DaysAfterInitiation",
    )
    for path in bucket.paths(_RULES):
        for name in names:
            days = bucket.number(f"{path}.{name}")
            yield from findings_from(bucket, values.day_problems(days, f"{path}.{name}"))


@RULES.resource("S3-004", _BUCKET, page="Transitioning objects using Amazon S3 Lifecycle")
def transitions(bucket: Resource) -> Iterator[Violation]:
    """Lifecycle transitions must go to colder storage, 30 days apart.

    S3 refuses transitions to warmer classes, to infrequent access before 30 days, and out of it
    within 30 days.
    """
    for path in bucket.paths(_RULES):
        for moves in (_current(bucket, path), _noncurrent(bucket, path)):
            yield from findings_from(bucket, values.transition_problems(moves))


@RULES.resource("S3-005", _BUCKET, page=_PAGE)
def expiry(bucket: Resource) -> Iterator[Violation]:
    """Lifecycle expiration must be after the last transition.

    S3 refuses rules by which objects expire before they are moved.
    """
    for path in bucket.paths(_RULES):
        name = f"{path}.ExpirationInDays"
        days = bucket.number(name)
        if days is not None:
            yield from findings_from(
                bucket, values.expiry_problems(_current(bucket, path), days, name)
            )
        for name in (
            f"{path}.NoncurrentVersionExpirationInDays",
            f"{path}.NoncurrentVersionExpiration.NoncurrentDays",
        ):
            days = bucket.number(name)
            if days is not None:
                moves = _noncurrent(bucket, path)
                yield from findings_from(bucket, values.expiry_problems(moves, days, name))


@RULES.resource("S3-006", _BUCKET, page=_PAGE)
def ids(bucket: Resource) -> Iterator[Violation]:
    """Lifecycle rule ids must be unique, with at most 255 characters.

    S3 refuses the lifecycle configuration otherwise.
    """
    items = [bucket.text(f"{path}.Id") for path in bucket.paths(_RULES)]
    known = [id for id in items if id is not None]
    for message in values.rule_id_problems(known, f"{_RULES}.Id"):
        yield Violation(f"{_RULES}.Id", known, message)


@RULES.resource("S3-007", _BUCKET, page=_PAGE)
def actions(bucket: Resource) -> Iterator[Violation]:
    """Lifecycle rules must have an action.

    S3 refuses rules that neither move, delete nor abort anything.
    """
    for path in bucket.paths(_RULES):
        described = bucket.get(path)
        if isinstance(described, dict) and not any(name in described for name in _ACTIONS):
            yield violation(path, f"have an action, one of {', '.join(_ACTIONS)}", described)


@RULES.resource("S3-008", _BUCKET, page=_PAGE)
def sizes(bucket: Resource) -> Iterator[Violation]:
    """`ObjectSizeGreaterThan` must be less than `ObjectSizeLessThan`.

    S3 refuses rules that no object can match.
    """
    for path in bucket.paths(_RULES):
        name = f"{path}.ObjectSizeGreaterThan"
        greater, less = bucket.number(name), bucket.number(f"{path}.ObjectSizeLessThan")
        yield from findings_from(bucket, values.size_filter_problems(greater, less, name))


@RULES.resource("S3-009", _BUCKET, page=_PAGE)
def multipart_filters(bucket: Resource) -> Iterator[Violation]:
    """`AbortIncompleteMultipartUpload` must not have tag or size filters.

    S3 refuses them, because an upload has neither yet. Use a rule of its own.
    """
    for path in bucket.paths(_RULES):
        described = bucket.mapping(path)
        if bucket.mapping(f"{path}.AbortIncompleteMultipartUpload"):
            sized = "ObjectSizeGreaterThan" in described or "ObjectSizeLessThan" in described
            tagged = bool(bucket.items(f"{path}.TagFilters"))
            name = f"{path}.AbortIncompleteMultipartUpload"
            messages = values.multipart_filter_problems(tags=tagged, sizes=sized, argument=name)
            yield from findings_from(bucket, messages)


@RULES.resource("S3-010", _BUCKET, page=_PAGE)
def delete_markers(bucket: Resource) -> Iterator[Violation]:
    """`ExpiredObjectDeleteMarker` must be in a rule without expiration and tags.

    S3 refuses the combination. Use a rule of its own.
    """
    for path in bucket.paths(_RULES):
        name = f"{path}.ExpiredObjectDeleteMarker"
        described = bucket.mapping(path)
        if bucket.boolean(name):
            for other in ("ExpirationInDays", "ExpirationDate"):
                if other in described:
                    yield violation(name, f"not be in a rule with {other}", True)
            if bucket.items(f"{path}.TagFilters"):
                yield violation(name, "not be in a rule with TagFilters", True)


@RULES.resource("S3-011", _BUCKET, page=_PAGE)
def dates(bucket: Resource) -> Iterator[Violation]:
    """Lifecycle rules must have either days or dates, at midnight UTC.

    S3 refuses both in one rule, and dates with another time of day.
    """
    for path in bucket.paths(_RULES):
        moves = [f"{path}.Transition", *bucket.paths(f"{path}.Transitions")]
        dated = [f"{path}.ExpirationDate", *(f"{move}.TransitionDate" for move in moves)]
        aged = [f"{path}.ExpirationInDays", *(f"{move}.TransitionInDays" for move in moves)]
        given = [name for name in dated if bucket.get(name) is not None]
        days = [name for name in aged if bucket.get(name) is not None]
        if given and days:
            value = bucket.get(given[0])
            yield violation(given[0], f"not be in a rule with days, which `{days[0]}` has", value)
        for name in given:
            date = bucket.text(name)
            if date is not None and not _MIDNIGHT.fullmatch(date):
                nearest = f"{date[:10]}T00:00:00Z" if len(date) > 10 else None
                yield violation(name, "be midnight UTC", date, nearest)


@RULES.resource("S3-012", _BUCKET, page="AWS::S3::Bucket Rule")
def exclusive(bucket: Resource) -> Iterator[Violation]:
    """Lifecycle rules must not have both forms of a setting.

    CloudFormation refuses the older property beside the newer one. Keep the newer one.
    """
    for path in bucket.paths(_RULES):
        described = bucket.mapping(path)
        for one, other in _EXCLUSIVE:
            if one in described and other in described:
                yield violation(f"{path}.{one}", f"be absent with {other}", described[one])


@RULES.resource("S3-013", _BUCKET, page=_PAGE)
def number_of_rules(bucket: Resource) -> Iterator[Violation]:
    """Lifecycle configurations must have at most 1,000 rules.

    S3 refuses more. Merge rules by their prefixes or tags.
    """
    yield from check_count(bucket, _RULES, values.MAX_RULES, "rules")
