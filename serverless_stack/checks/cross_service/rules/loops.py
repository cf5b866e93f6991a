"""Rules on functions that trigger themselves."""

from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.cross_service.functions import functions_in
from serverless_stack.checks.cross_service.policies import grants_of, role_of
from serverless_stack.checks.cross_service.writes import WRITES
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_PAGE: Final = "Use Lambda recursive loop detection to prevent infinite loops"
_ADVICE: Final = "write to another one, or see that what it writes does not trigger it"


@RULES.resource(
    "CROSS-SERVICE-040",
    "AWS::Lambda::EventSourceMapping",
    "AWS::SNS::Subscription",
    page=_PAGE,
    severity=Severity.WARNING,
)
def sources(trigger: Resource) -> Iterator[Violation]:
    """Functions must not write to the queue, stream or topic that triggers them.

    Each invocation triggers another one, until Lambda's loop detection stops it or the bill does.
    Write elsewhere, or filter what the function writes itself.
    """
    is_topic = trigger.type == "AWS::SNS::Subscription"
    path = "TopicArn" if is_topic else "EventSourceArn"
    # A filter may leave out what the function writes.
    if trigger.get("FilterPolicy" if is_topic else "FilterCriteria") is not None:
        return
    source = trigger.reference(path)
    if source is None or source.type not in WRITES:
        return
    attribute, actions = WRITES[source.type]
    target = trigger.get("Endpoint" if is_topic else "FunctionName")
    for function in functions_in(trigger.template, target):
        role = role_of(function)
        writes = {} if role is None else trigger.template.once(_writes, role, actions)
        if (source.logical_id, attribute) in writes:
            action, policy = writes[source.logical_id, attribute]
            requirement = (
                f"not be what {function.logical_id} writes to ({action} in {policy}); {_ADVICE}"
            )
            yield violation(path, requirement, source.logical_id)


@RULES.resource("CROSS-SERVICE-041", "AWS::S3::Bucket", page=_PAGE, severity=Severity.WARNING)
def bucket(bucket: Resource) -> Iterator[Violation]:
    """Functions must not write to the bucket prefix that triggers them.

    Each object that is written triggers another invocation. Write under another prefix, and limit
    the trigger to its own.
    """
    path = "NotificationConfiguration.LambdaConfigurations"
    for number, described in enumerate(bucket.items(path)):
        if isinstance(described, dict):
            events = [described.get("Event")]
            rules = bucket.get(f"{path}.{number}.Filter.S3Key.Rules")
            functions = described.get("Function")
            yield from _written(bucket, bucket, f"{path}.{number}", events, rules, functions)


@RULES.resource(
    "CROSS-SERVICE-042", "Custom::S3BucketNotifications", page=_PAGE, severity=Severity.WARNING
)
def notifications(made: Resource) -> Iterator[Violation]:
    """Notifications must not be for objects that their function writes.

    CDK's notification handler configures the bucket so that each object written by the function
    triggers it again. Write under another prefix, and limit the trigger to its own.
    """
    bucket = made.reference("BucketName")
    path = "NotificationConfiguration.LambdaFunctionConfigurations"
    for number, described in enumerate(made.items(path)):
        if isinstance(described, dict) and bucket is not None:
            events = described.get("Events")
            rules = made.get(f"{path}.{number}.Filter.Key.FilterRules")
            functions = described.get("LambdaFunctionArn")
            listed = events if isinstance(events, list) else []
            yield from _written(made, bucket, f"{path}.{number}", listed, rules, functions)


def _written(
    notified: Resource,
    bucket: Resource,
    path: str,
    events: list[object],
    rules: object,
    target: object,
) -> Iterator[Violation]:
    if not any(str(event).startswith("s3:ObjectCreated:") for event in events):
        return
    prefix = _prefix(rules)
    if prefix is None:
        return
    for function in functions_in(notified.template, target):
        role = role_of(function)
        keys = {} if role is None else notified.template.once(_keys, role)
        for key, policy in keys.get(bucket.logical_id, {}).items():
            if _is_within(key, prefix):
                requirement = (
                    f"not be for objects that {function.logical_id} writes itself "
                    f"(s3:PutObject on {key} in {policy}); {_ADVICE}"
                )
                yield violation(path, requirement, f"{prefix}*")
                break


def _writes(
    _: Template, role: Resource, actions: tuple[str, ...]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return what a role may write to, each with the action and the policy that allow it."""
    writes: dict[tuple[str, str], tuple[str, str]] = {}
    for grant in grants_of(role):
        allowed = grant.allows(*actions)
        for target in grant.targets() if allowed else ():
            writes.setdefault(target, (allowed[0], grant.policy))
    return writes


def _keys(_: Template, role: Resource) -> dict[str, dict[str, str]]:
    """Return the patterns of keys that a role may write, by bucket, each with its policy."""
    keys: dict[str, dict[str, str]] = {}
    for grant in grants_of(role):
        for bucket, key in grant.keys() if grant.allows("s3:PutObject") else ():
            keys.setdefault(bucket, {}).setdefault(key, grant.policy)
    return keys


def _prefix(rules: object) -> str | None:
    """Return the prefix of a notification; None if it is unknown, or there is a suffix."""
    prefix = ""
    if rules is None:
        return prefix
    for item in rules if isinstance(rules, list) else [None]:
        if not isinstance(item, Mapping) or not isinstance(item.get("Value"), str):
            return None
        if str(item.get("Name")).lower() != "prefix" or is_unresolved(item["Value"]):
            return None
        prefix = str(item["Value"])
    return prefix


def _is_within(key: str, prefix: str) -> bool:
    """Return whether all keys of a pattern begin with a prefix.

    A function that may write anywhere, and is triggered by a prefix, presumably writes elsewhere.
    """
    fixed = key.split("*", 1)[0].split("?", 1)[0]
    return not is_unresolved(key) and fixed.startswith(prefix)
