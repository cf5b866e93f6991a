"""Rules on the EventBridge rules and schedules of a template."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.registry import Problem, must, rule, told
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.services.events.limits import schedule_problems

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


@rule("EV-001", _RULE, page="Setting a schedule pattern for scheduled rules in Amazon EventBridge")
def schedule(event: Resource) -> Iterator[Problem]:
    """A schedule is one that EventBridge reads, on the default bus."""
    expression = event.text("ScheduleExpression")
    if expression:
        yield from told(event, schedule_problems(expression, "ScheduleExpression"))
    bus = event.get("EventBusName")
    own = isinstance(bus, Reference) or (event.text("EventBusName") not in (None, "default"))
    arn = (event.text("EventBusName") or "").endswith("event-bus/default")
    if event.get("ScheduleExpression") and own and not arn:
        shown = bus.logical_id if isinstance(bus, Reference) else bus
        yield must("EventBusName", "be default with a ScheduleExpression", shown, "default")


@rule("EV-002", _RULE, page=_TARGETS)
def target_ids(event: Resource) -> Iterator[Problem]:
    """Targets have an id each."""
    seen: set[str] = set()
    for path in event.paths("Targets"):
        id = event.text(f"{path}.Id")
        if id is not None and id in seen:
            yield must(f"{path}.Id", "be there once in a rule", id)
        seen.add(id or "")


@rule("EV-003", _RULE, page=_TARGETS)
def inputs(event: Resource) -> Iterator[Problem]:
    """A target is given one input, whose placeholders are known."""
    for path in event.paths("Targets"):
        given = [name for name in _INPUTS if event.get(f"{path}.{name}") is not None]
        if len(given) > 1:
            yield must(f"{path}.{given[1]}", f"not be there with {given[0]}", "both")
        names = event.get(f"{path}.InputTransformer.InputPathsMap")
        template = event.text(f"{path}.InputTransformer.InputTemplate")
        known = names if isinstance(names, dict) else {} if names is None else None
        for name in _PLACEHOLDER.findall(template or ""):
            if known is not None and name not in known:
                rule_ = (
                    f"have placeholders of the InputPathsMap only ({', '.join(map(str, known))})"
                )
                yield must(f"{path}.InputTransformer.InputTemplate", rule_, f"<{name}>")
        for name in known or ():
            if str(name).upper().startswith("AWS"):
                rule_ = "not have names that begin with AWS"
                yield must(f"{path}.InputTransformer.InputPathsMap", rule_, name)


@rule("EV-004", _RULE, page=_PATTERNS)
def pattern(event: Resource) -> Iterator[Problem]:
    """An event pattern has lists of values, and operators that there are."""
    if isinstance(event.get("EventPattern"), dict):
        yield from _pattern_problems(event.get("EventPattern"), "EventPattern")


def _pattern_problems(value: object, path: str) -> Iterator[Problem]:
    if is_unresolved(value):
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$or" and isinstance(inner, list):
                for number, each in enumerate(inner):
                    yield from _pattern_problems(each, f"{path}.$or.{number}")
            else:
                yield from _pattern_problems(inner, f"{path}.{name}")
    elif isinstance(value, list):
        if not value:
            yield must(path, "be a list of one value or more", value)
        for each in value:
            unknown = sorted(set(each) - _OPERATORS) if isinstance(each, dict) else []
            if unknown:
                rule_ = f"have one of the operators {', '.join(sorted(_OPERATORS))}"
                yield must(path, rule_, unknown[0])
    else:
        yield must(path, "be a list of values", value, f"[{value!r}]")


@rule("EV-005", _RULE, page=_TARGETS)
def needs(event: Resource) -> Iterator[Problem]:
    """FIFO queues need a message group, streams and the like a role."""
    for path in event.paths("Targets"):
        target, text = event.reference(f"{path}.Arn"), event.text(f"{path}.Arn") or ""
        queue = target is not None and target.type == "AWS::SQS::Queue"
        fifo = bool(queue and target is not None and target.boolean("FifoQueue"))
        group = f"{path}.SqsParameters.MessageGroupId"
        if (fifo or (":sqs:" in text and text.endswith(".fifo"))) and event.get(group) is None:
            yield must(group, "be given for a FIFO queue", None)
        service = text.split(":")[2] if text.count(":") >= 5 else ""
        named = target is not None and target.type in _NEEDS_ROLE
        if (named or service in _NEEDS_ROLE.values()) and event.get(f"{path}.RoleArn") is None:
            yield must(f"{path}.RoleArn", f"be given for {service or 'this target'}", None)
        dead = event.reference(f"{path}.DeadLetterConfig.Arn")
        if dead is not None and dead.boolean("FifoQueue"):
            rule_ = "be a queue that is not FIFO"
            yield must(f"{path}.DeadLetterConfig.Arn", rule_, dead.logical_id)


@rule("EV-006", _SCHEDULE, page="Schedule types in EventBridge Scheduler")
def scheduler_expression(event: Resource) -> Iterator[Problem]:
    """A schedule is one that EventBridge Scheduler reads."""
    expression = event.text("ScheduleExpression")
    if expression is not None:
        found = schedule_problems(expression, "ScheduleExpression", scheduler=True)
        yield from told(event, found)


@rule("EV-007", _SCHEDULE, page="Configuring flexible time windows in EventBridge Scheduler")
def window(event: Resource) -> Iterator[Problem]:
    """A flexible time window has a length, and no other one has."""
    mode, length = (
        event.text("FlexibleTimeWindow.Mode"),
        "FlexibleTimeWindow.MaximumWindowInMinutes",
    )
    if mode == "FLEXIBLE" and event.get(length) is None:
        yield must(length, "be given for FLEXIBLE", None)
    if mode == "OFF" and event.get(length) is not None:
        yield must(length, "not be given for OFF", event.get(length))
