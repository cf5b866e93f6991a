"""Rules on the EventBridge rules and schedules of a template."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_unique,
    findings_from,
    violation,
)
from serverless_stack.checks.services.events.limits import schedule_problems

RULES = RuleList()

_RULE = "AWS::Events::Rule"
_SCHEDULE = "AWS::Scheduler::Schedule"
_PATTERNS = "Creating Amazon EventBridge event patterns"
_TARGETS = "PutTargets"
_INPUTS = ("Input", "InputPath", "InputTransformer")
_OPERATORS = frozenset(
    {
        *("exists", "prefix", "suffix", "numeric", "anything-but", "cidr"),
        *("equals-ignore-case", "wildcard"),
    }
)
_NEEDS_ROLE = {
    "AWS::ECS::Cluster": "ecs",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::KinesisFirehose::DeliveryStream": "firehose",
    "AWS::StepFunctions::StateMachine": "states",
}
_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_-]+)>")


@RULES.resource(
    "EVENTS-001", _RULE, page="Setting a schedule pattern for scheduled rules in Amazon EventBridge"
)
def schedule(event: Resource) -> Iterator[Violation]:
    """`ScheduleExpression` must be a valid rate or cron, on the default bus.

    EventBridge refuses other expressions, and schedules on custom event buses. A rate of 1 has its
    unit in the singular, and cron has six fields with a question mark in one of the days.
    """
    expression = event.text("ScheduleExpression")
    if expression:
        yield from findings_from(event, schedule_problems(expression, "ScheduleExpression"))
    bus = event.get("EventBusName")
    referred = event.reference("EventBusName")
    is_bus = referred is not None and referred.type == "AWS::Events::EventBus"
    own = is_bus or (event.text("EventBusName") not in (None, "default"))
    arn = (event.text("EventBusName") or "").endswith("event-bus/default")
    if event.get("ScheduleExpression") and own and not arn:
        shown = bus.logical_id if isinstance(bus, Reference) else bus
        yield violation("EventBusName", "be default with a ScheduleExpression", shown, "default")


@RULES.resource("EVENTS-002", _RULE, page=_TARGETS)
def target_ids(event: Resource) -> Iterator[Violation]:
    """`Id` of a target must be unique within its rule.

    EventBridge identifies targets by their id, and refuses a repeated one.
    """
    paths = [f"{path}.Id" for path in event.paths("Targets")]
    yield from check_unique(event, paths, "be unique within a rule")


@RULES.resource("EVENTS-003", _RULE, page=_TARGETS)
def inputs(event: Resource) -> Iterator[Violation]:
    """Targets must have one input, with placeholders that are defined.

    EventBridge refuses several of `Input`, `InputPath` and `InputTransformer`, placeholders that
    `InputPathsMap` does not define, and names that begin with AWS.
    """
    for path in event.paths("Targets"):
        given = [name for name in _INPUTS if event.get(f"{path}.{name}") is not None]
        if len(given) > 1:
            yield violation(f"{path}.{given[1]}", f"be absent with {given[0]}", "both")
        names = event.get(f"{path}.InputTransformer.InputPathsMap")
        template = event.text(f"{path}.InputTransformer.InputTemplate")
        known = names if isinstance(names, dict) else {} if names is None else None
        for name in _PLACEHOLDER.findall(template or ""):
            if known is not None and name not in known:
                requirement = (
                    f"have placeholders of the InputPathsMap only ({', '.join(map(str, known))})"
                )
                yield violation(f"{path}.InputTransformer.InputTemplate", requirement, f"<{name}>")
        for name in known or ():
            if str(name).upper().startswith("AWS"):
                requirement = "not have names that begin with AWS"
                yield violation(f"{path}.InputTransformer.InputPathsMap", requirement, name)


@RULES.resource("EVENTS-004", _RULE, page=_PATTERNS)
def pattern(event: Resource) -> Iterator[Violation]:
    """`EventPattern` must have lists of values and known operators.

    EventBridge refuses single values, empty lists and unknown operators. Write `{"source":
    ["shop"]}`.
    """
    if isinstance(event.get("EventPattern"), dict):
        yield from _pattern_problems(event.get("EventPattern"), "EventPattern")


def _pattern_problems(value: object, path: str) -> Iterator[Violation]:
    if is_unresolved(value):
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$or" and isinstance(inner, list):
                for number, item in enumerate(inner):
                    yield from _pattern_problems(item, f"{path}.$or.{number}")
            else:
                yield from _pattern_problems(inner, f"{path}.{name}")
    elif isinstance(value, list):
        if not value:
            yield violation(path, "be a list of one value or more", value)
        for item in value:
            unknown = sorted(set(item) - _OPERATORS) if isinstance(item, dict) else []
            if unknown:
                requirement = f"have one of the operators {', '.join(sorted(_OPERATORS))}"
                yield violation(path, requirement, unknown[0])
    else:
        yield violation(path, "be a list of values", value, f"[{value!r}]")


@RULES.resource("EVENTS-005", _RULE, page=_TARGETS)
def needs(event: Resource) -> Iterator[Violation]:
    """Targets must have the parameters that their service requires.

    EventBridge refuses FIFO queues without a `MessageGroupId`, streams, clusters and state machines
    without a `RoleArn`, and FIFO queues for dead letters.
    """
    for path in event.paths("Targets"):
        target, text = event.reference(f"{path}.Arn"), event.text(f"{path}.Arn") or ""
        queue = target is not None and target.type == "AWS::SQS::Queue"
        fifo = bool(queue and target is not None and target.boolean("FifoQueue"))
        group = f"{path}.SqsParameters.MessageGroupId"
        if (fifo or (":sqs:" in text and text.endswith(".fifo"))) and event.get(group) is None:
            yield violation(group, "be set for a FIFO queue", None)
        service = text.split(":")[2] if text.count(":") >= 5 else ""
        named = target is not None and target.type in _NEEDS_ROLE
        if (named or service in _NEEDS_ROLE.values()) and event.get(f"{path}.RoleArn") is None:
            yield violation(f"{path}.RoleArn", f"be set for {service or 'this target'}", None)
        dead = event.reference(f"{path}.DeadLetterConfig.Arn")
        if dead is not None and dead.boolean("FifoQueue"):
            requirement = "be a queue that is not FIFO"
            yield violation(f"{path}.DeadLetterConfig.Arn", requirement, dead.logical_id)


@RULES.resource("EVENTS-006", _SCHEDULE, page="Schedule types in EventBridge Scheduler")
def scheduler_expression(event: Resource) -> Iterator[Violation]:
    """`ScheduleExpression` of a schedule must be a valid rate, cron or at.

    EventBridge Scheduler refuses other expressions. Write `rate(5 minutes)`, `cron(0 12 * * ? *)`
    or `at(2030-01-01T00:00:00)`.
    """
    expression = event.text("ScheduleExpression")
    if expression is not None:
        messages = schedule_problems(expression, "ScheduleExpression", scheduler=True)
        yield from findings_from(event, messages)


@RULES.resource(
    "EVENTS-007", _SCHEDULE, page="Configuring flexible time windows in EventBridge Scheduler"
)
def window(event: Resource) -> Iterator[Violation]:
    """`FlexibleTimeWindow` must have a length only if it is flexible.

    EventBridge Scheduler refuses `FLEXIBLE` without `MaximumWindowInMinutes`, and `OFF` with it.
    """
    mode, length = (
        event.text("FlexibleTimeWindow.Mode"),
        "FlexibleTimeWindow.MaximumWindowInMinutes",
    )
    if mode == "FLEXIBLE" and event.get(length) is None:
        yield violation(length, "be set for FLEXIBLE", None)
    if mode == "OFF" and event.get(length) is not None:
        yield violation(length, "be absent for OFF", event.get(length))
