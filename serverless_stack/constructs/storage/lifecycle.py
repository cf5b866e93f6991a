"""The lifecycle of a bucket's objects, checked against what S3 accepts."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.durations import days_of, days_problems
from serverless_stack.constructs.storage.lifecycle_rules import Lifecycle

DEFAULT_RULE = "Default"
"""The id of the rule that a ``StorageBucket`` makes of its arguments."""
AnyRule: TypeAlias = Lifecycle | s3.LifecycleRule
"""A ready rule, or one of CDK."""


def cdk_rules(rules: Sequence[AnyRule], *, versioned: bool) -> list[s3.LifecycleRule]:
    """Return rules as CDK takes them, but for ready rules with problems of their own.

    Args:
        rules: The rules.
        versioned: Whether the bucket has versions, which temporary objects leave behind.
    """
    return [
        rule
        if isinstance(rule, s3.LifecycleRule)
        else (rule if versioned else rule.without_versions).rule
        for rule in rules
        if isinstance(rule, s3.LifecycleRule) or not rule.problems
    ]


def ready_rule_problems(rules: Sequence[AnyRule]) -> list[str]:
    """List what S3 refuses in each ready rule alone.

    Args:
        rules: The rules.
    """
    ready = [rule for rule in rules if isinstance(rule, Lifecycle)]
    return [problem for rule in ready for problem in rule.problems]


def lifecycle_problems(
    default_rule: s3.LifecycleRule,
    lifecycle_rules: Sequence[s3.LifecycleRule],
    *,
    versioned: bool = True,
) -> Iterator[str]:
    """Check the lifecycle rules of a bucket.

    Args:
        default_rule: The rule made of the arguments of ``StorageBucket``.
        lifecycle_rules: Further rules.
        versioned: Whether the bucket has versions.

    Yields:
        One message per problem, with the caller's arguments.
    """
    yield from _rule_problems(default_rule, "", "expire_after")
    for rule in lifecycle_rules:
        yield from _rule_problems(rule, "lifecycle_rules.", "lifecycle_rules.expiration")
        yield from _action_problems(rule, versioned=versioned)
    ids = [rule.id for rule in lifecycle_rules if rule.id]
    unique = list(dict.fromkeys([*ids, DEFAULT_RULE]))
    yield from rules.rule_id_problems(unique, "lifecycle_rules.id")
    if len(unique) <= len(ids):
        yield (
            f"`lifecycle_rules` must have each id once and not {DEFAULT_RULE}, which is the id of "
            f"the rule made of the other arguments, got: {ids}"
        )
    shapes = [_shape(default_rule, DEFAULT_RULE)]
    enabled = [rule for rule in lifecycle_rules if rule.enabled is not False]
    shapes += [_shape(rule, rule.id or f"rule {place}") for place, rule in enumerate(enabled, 1)]
    yield from rules.rule_set_problems(shapes)


def _action_problems(rule: s3.LifecycleRule, *, versioned: bool) -> Iterator[str]:
    """Check what one of the further rules does."""
    noncurrent = (rule.noncurrent_version_expiration, rule.noncurrent_version_transitions)
    actions = (
        *noncurrent,
        rule.expiration,
        rule.expiration_date,
        rule.transitions,
        rule.expired_object_delete_marker,
        rule.abort_incomplete_multipart_upload_after,
    )
    name = repr(rule.id or "a rule without an id")
    if not any(action is not None and action != [] for action in actions):
        yield (
            "`lifecycle_rules` must have an action each, such as an expiration or a transition, "
            f"got: {name} without one"
        )
    if not versioned and any(noncurrent):
        yield (
            "`lifecycle_rules` must be about objects in a bucket that is not `versioned`, which "
            f"has no noncurrent versions, got: {name}"
        )
    if rule.expired_object_delete_marker and (rule.expiration or rule.expiration_date):
        yield (
            "`lifecycle_rules` must have `expired_object_delete_marker` or an expiration, which "
            f"removes the markers as well, got: both in {name}"
        )
    if rule.expired_object_delete_marker and rule.tag_filters:
        yield (
            "`lifecycle_rules` must have no filter by tags with `expired_object_delete_marker`, "
            f"because the markers have no tags, got: {name}"
        )


def _shape(rule: s3.LifecycleRule, name: str) -> rules.RuleShape:
    """Return what a rule does to which objects; ages that are tokens are left out."""
    smaller, larger = rule.object_size_less_than, rule.object_size_greater_than
    return rules.RuleShape(
        name,
        prefix=rule.prefix or "",
        tags=frozenset((rule.tag_filters or {}).items()),
        larger_than=-1 if larger is None else larger,
        smaller_than=float("inf") if smaller is None else smaller,
        moves=tuple(
            rules.Move(transition.storage_class.value, days)
            for transition in rule.transitions or ()
            if (days := _days(transition.transition_after)) is not None
        ),
        expires=_days(rule.expiration),
        noncurrent_expires=_days(rule.noncurrent_version_expiration),
        kept_versions=_known(rule.noncurrent_versions_to_retain),
        aborts=_days(rule.abort_incomplete_multipart_upload_after),
    )


def _known(number: float | None) -> int:
    return 0 if number is None or is_unresolved(number) else int(number)


def _rule_problems(rule: s3.LifecycleRule, prefix: str, expiration: str) -> Iterator[str]:
    yield from _unit_problems(rule, prefix, expiration)
    transitions = [
        (transition.storage_class.value, days)
        for transition in rule.transitions or ()
        if (days := _days(transition.transition_after)) is not None
    ]
    yield from rules.lifecycle_problems(transitions, _days(rule.expiration), expiration)
    noncurrent = f"{prefix}noncurrent_version_transitions."
    noncurrent_transitions = [
        rules.Move(kind, days, f"{noncurrent}{kind}")
        for transition in rule.noncurrent_version_transitions or ()
        for kind in [transition.storage_class.value]
        if (days := _days(transition.transition_after)) is not None
    ]
    yield from rules.lifecycle_problems(
        noncurrent_transitions,
        _days(rule.noncurrent_version_expiration),
        f"{prefix}noncurrent_version_expiration",
    )
    abort_after = rule.abort_incomplete_multipart_upload_after
    abort_argument = f"{prefix}abort_incomplete_multipart_upload_after"
    yield from rules.day_problems(_days(abort_after), abort_argument)
    sizes = (rule.object_size_greater_than, rule.object_size_less_than)
    yield from rules.size_filter_problems(*sizes, f"{prefix}object_size_greater_than")
    if abort_after is not None:
        yield from rules.multipart_filter_problems(
            tags=bool(rule.tag_filters), sizes=sizes != (None, None), argument=abort_argument
        )


def _unit_problems(rule: s3.LifecycleRule, prefix: str, expiration: str) -> Iterator[str]:
    """Check ages that are known at deployment only, which CDK does not convert to days."""
    noncurrent, abort_after = (
        rule.noncurrent_version_expiration,
        rule.abort_incomplete_multipart_upload_after,
    )
    ages = {
        expiration: rule.expiration,
        f"{prefix}noncurrent_version_expiration": noncurrent,
        f"{prefix}abort_incomplete_multipart_upload_after": abort_after,
    }
    for transition in (*(rule.transitions or ()), *(rule.noncurrent_version_transitions or ())):
        kind = transition.storage_class.value
        ages[f"{prefix}transitions.{kind}"] = transition.transition_after
    for argument, age in ages.items():
        if age is not None and days_of(age) is None:
            yield from days_problems(argument, age)


def _days(age: Duration | None) -> float | None:
    """Return an age in days; None if there is none, or it is known only at deploy time."""
    return None if age is None else days_of(age)
