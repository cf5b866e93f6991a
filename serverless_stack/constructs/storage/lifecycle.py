"""The lifecycle of a bucket's objects, checked against what S3 accepts."""

from collections.abc import Iterator, Sequence

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.durations import days_problems

DEFAULT_RULE = "Default"
"""The id of the rule that a ``StorageBucket`` makes of its arguments."""


def lifecycle_problems(
    default_rule: s3.LifecycleRule, lifecycle_rules: Sequence[s3.LifecycleRule]
) -> Iterator[str]:
    """Check the lifecycle rules of a bucket.

    Args:
        default_rule: The rule made of the arguments of ``StorageBucket``.
        lifecycle_rules: Further rules.

    Yields:
        One message per problem, with the caller's arguments.
    """
    yield from _rule_problems(default_rule, "", "expire_after")
    for rule in lifecycle_rules:
        yield from _rule_problems(rule, "lifecycle_rules.", "lifecycle_rules.expiration")
    ids = [rule.id for rule in lifecycle_rules if rule.id]
    unique = list(dict.fromkeys([*ids, DEFAULT_RULE]))
    yield from rules.rule_id_problems(unique, "lifecycle_rules.id")
    if len(unique) <= len(ids):
        yield (
            f"`lifecycle_rules` must have each id once and not {DEFAULT_RULE}, which is the id of "
            f"the rule made of the other arguments, got: {ids}"
        )


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
        if age is not None and age.is_unresolved():
            yield from days_problems(argument, age)


def _days(age: Duration | None) -> float | None:
    """Return an age in days; None if there is none, or it is known only at deploy time."""
    return None if age is None or age.is_unresolved() else age.to_days(integral=False)
