"""Rules and schedules of Amazon EventBridge that call a function."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast
from zoneinfo import available_timezones

from aws_cdk import Aws, Duration, Token
from aws_cdk import aws_iam as iam

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.events import schedule_problems
from serverless_stack.checks.services.events.patterns import pattern_problems
from serverless_stack.constructs._internal.annotations import described, did_you_mean
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.lazy import LazyModule
from serverless_stack.constructs._internal.tree import stack_of
from serverless_stack.constructs.function.triggers import failures as failed
from serverless_stack.constructs.function.triggers.owner import Owner
from serverless_stack.constructs.function.triggers.values import Queue, RuleTrigger

if TYPE_CHECKING:
    from aws_cdk import aws_events as events
    from aws_cdk import aws_events_targets as targets
    from aws_cdk import aws_scheduler as scheduler
else:
    events = LazyModule("aws_cdk.aws_events")
    targets = LazyModule("aws_cdk.aws_events_targets")
    scheduler = LazyModule("aws_cdk.aws_scheduler")

# "Retry policy" of EventBridge, for what it could not deliver.
_RETRY_ATTEMPTS = (0, 185)
_EVENT_AGE_SECONDS = (60, 86_400)
_KEYS = {
    "account": "account",
    "detail": "detail",
    "detail-type": "detail_type",
    "id": "id",
    "region": "region",
    "resources": "resources",
    "source": "source",
    "time": "time",
    "version": "version",
}


def delivery_problems(retry_attempts: int, max_event_age: Duration | None) -> list[str]:
    """List what EventBridge refuses in the retries of a delivery.

    Args:
        retry_attempts: How often it is repeated.
        max_event_age: For how long.
    """
    problems = Problems()
    problems.between("retry_attempts", retry_attempts, *_RETRY_ATTEMPTS)
    if max_event_age is not None:
        problems.add(seconds_problems("max_event_age", max_event_age, *_EVENT_AGE_SECONDS))
    return problems.messages


def event_pattern_problems(pattern: events.EventPattern | Mapping[str, object]) -> list[str]:
    """List what EventBridge refuses in the pattern of a rule.

    Args:
        pattern: The pattern: a mapping as in AWS's documentation, or CDK's object.
    """
    if isinstance(pattern, events.EventPattern):
        empty = not any(value is not None for value in pattern_values(pattern).values())
        return ["`pattern` must have a key or more, got: EventPattern()"] if empty else []
    problems = [
        f"`pattern` must not have `{key}`; {did_you_mean(str(key), _KEYS)}"
        for key in pattern
        if key not in _KEYS
    ]
    return problems or pattern_problems(pattern, "pattern")


def pattern_values(pattern: events.EventPattern | Mapping[str, object]) -> dict[str, object]:
    """Return the values of a pattern by CDK's names for them.

    Args:
        pattern: The pattern.
    """
    if isinstance(pattern, events.EventPattern):
        return {name: getattr(pattern, name) for name in _KEYS.values()}
    return {_KEYS[key]: _values(value) for key, value in pattern.items()}


def _values(value: object) -> object:
    """Return the values of a key; CDK's object takes texts, and other matches as a token only."""
    if isinstance(value, Sequence) and not all(isinstance(item, str) for item in value):
        return Token.as_list(list(value))
    return value


def expression_of(schedule: str | events.Schedule) -> str:
    """Return the expression of a schedule.

    Args:
        schedule: The schedule.
    """
    return schedule if isinstance(schedule, str) else schedule.expression_string


def time_problems(expression: str, time_zone: str | None) -> list[str]:
    """List what EventBridge refuses in the time of a schedule.

    Args:
        expression: Its expression.
        time_zone: Its time zone, or None.
    """
    problems = schedule_problems(expression, "schedule", scheduler=time_zone is not None)
    zones = available_timezones()  # none on a machine without data about time zones
    if time_zone is not None and not is_unresolved(time_zone):
        if zones and time_zone not in zones:
            problems.append(f"`time_zone` must be a name such as Europe/Berlin, got: {time_zone!r}")
        if expression.startswith("rate("):
            problems.append(
                f"`time_zone` must be None for a rate, which has no time of day, got: {time_zone!r}"
            )
    return problems


def input_problems(input: Mapping[str, object] | None) -> list[str]:
    """List why an input cannot be sent.

    Args:
        input: The input, or None.
    """
    try:
        json.dumps(input, allow_nan=False)
    except (TypeError, ValueError):
        return [f"`input` must be made of JSON values, got: {described(input)}"]
    return []


def create_rule(
    owner: Owner,
    construct_id: str,
    *,
    pattern: Mapping[str, object] | None = None,
    schedule: str | None = None,
    bus: events.IEventBus | None = None,
    input: Mapping[str, object] | None = None,
    failures: Queue | None = None,
    retry_attempts: int = _RETRY_ATTEMPTS[1],
    max_event_age: Duration | None = None,
) -> RuleTrigger:
    """Create a rule that calls a function, and a queue for what it cannot deliver.

    Args:
        owner: The function.
        construct_id: The id of the rule.
        pattern: The values of the pattern of events, by CDK's names; None for a schedule.
        schedule: The expression of a schedule.
        bus: The event bus. Default: that of the account.
        input: What the function gets instead of the event.
        failures: The queue of the caller.
        retry_attempts: How often a delivery is repeated.
        max_event_age: For how long.
    """
    kept = failed.keep_failed_events(owner, failures)
    queue = failures or kept or failed.failures_of(owner, None)
    rule = events.Rule(
        owner.construct,
        construct_id,
        description=f"Calls {owner.path}"[:512],
        event_bus=bus,
        event_pattern=None if pattern is None else events.EventPattern(**pattern),  # type: ignore[arg-type]
        schedule=None if schedule is None else events.Schedule.expression(schedule),
    )
    rule.add_target(
        targets.LambdaFunction(
            owner.target,
            event=None if input is None else events.RuleTargetInput.from_object(input),
            dead_letter_queue=queue,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
        )
    )
    failed.allow_service(owner, queue, "events.amazonaws.com")
    return RuleTrigger(rule, queue)


def create_schedule(
    owner: Owner,
    construct_id: str,
    expression: str,
    time_zone: str,
    *,
    input: Mapping[str, object] | None,
    failures: Queue | None,
    retry_attempts: int,
    max_event_age: Duration | None,
) -> tuple[scheduler.CfnSchedule, Queue]:
    """Create a schedule of EventBridge Scheduler, which knows time zones, and its role.

    Args:
        owner: The function.
        construct_id: The id of the schedule.
        expression: Its expression.
        time_zone: Its time zone.
        input: What the function gets.
        failures: The queue of the caller.
        retry_attempts: How often a delivery is repeated.
        max_event_age: For how long.
    """
    kept = failed.keep_failed_events(owner, failures)
    queue = failures or kept or failed.failures_of(owner, None)
    role = _schedule_role(owner, f"{construct_id}Role", queue)
    raw = scheduler.CfnSchedule
    schedule = raw(
        owner.construct,
        construct_id,
        description=f"Calls {owner.path}"[:512],
        schedule_expression=expression,
        schedule_expression_timezone=time_zone,
        flexible_time_window=raw.FlexibleTimeWindowProperty(mode="OFF"),
        target=raw.TargetProperty(
            arn=owner.target.function_arn,
            role_arn=role.role_arn,
            input=None if input is None else _json(owner, input),
            dead_letter_config=raw.DeadLetterConfigProperty(arn=queue.queue_arn),
            retry_policy=raw.RetryPolicyProperty(
                maximum_retry_attempts=retry_attempts,
                maximum_event_age_in_seconds=None
                if max_event_age is None
                else max_event_age.to_seconds(),
            ),
        ),
    )
    schedule.node.add_dependency(role)
    return schedule, queue


def _json(owner: Owner, input: Mapping[str, object]) -> str:
    """Return an input as JSON, in which CDK replaces tokens, numbers among them."""
    stack = stack_of(owner.construct)
    text = json.dumps(input)
    return text if stack.resolve(input) == input else stack.to_json_string(input)


def _schedule_role(owner: Owner, construct_id: str, queue: Queue) -> iam.Role:
    document = iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[owner.target.function_arn]
            ),
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn]),
        ]
    )
    key = queue.encryption_master_key
    if key is not None:
        document.add_statements(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn]
            )
        )
    managed = owner.profile.settings.managed_policies
    principal = iam.PrincipalWithConditions(
        cast(iam.IPrincipal, iam.ServicePrincipal("scheduler.amazonaws.com")),
        {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
    )
    role = iam.Role(
        owner.construct,
        construct_id,
        assumed_by=principal,
        inline_policies=None if managed else {"Invoke": document},
    )
    if managed:
        iam.ManagedPolicy(role, "Invoke", roles=[role], document=document)
    return role
