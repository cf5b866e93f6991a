"""Rules on the topics of a template and their subscriptions."""

import math
from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.engine.values import texts_of
from serverless_stack.checks.engine.violations import Violation, check_length, violation
from serverless_stack.checks.services.fifo import check_fifo_name, check_fifo_settings
from serverless_stack.checks.services.iam.documents import statements

RULES = RuleList()

_TOPIC = "AWS::SNS::Topic"
_SUBSCRIPTION = "AWS::SNS::Subscription"
_PAGE = "Subscribe"
_RAW = ("sqs", "http", "https", "firehose")
# Types whose reference is not an ARN.
_NAMED = ("AWS::Lambda::Function", "AWS::SQS::Queue")
_BEGINS = {
    "application": "arn:",
    "firehose": "arn:",
    "http": "http://",
    "https": "https://",
    "lambda": "arn:",
    "sqs": "arn:",
}


@RULES.resource("SNS-001", _TOPIC, page="CreateTopic")
def name(topic: Resource) -> Iterator[Violation]:
    """`TopicName` must have allowed characters, and end with .fifo for FIFO topics.

    SNS refuses other names, and a suffix that does not match `FifoTopic`.
    """
    yield from check_fifo_name(topic, "TopicName", "FifoTopic", 256)


@RULES.resource("SNS-002", _TOPIC, page="AWS::SNS::Topic")
def fifo_only(topic: Resource) -> Iterator[Violation]:
    """FIFO settings require a FIFO topic.

    SNS refuses deduplication, archiving and throughput scope on standard topics.
    """
    names = ("ContentBasedDeduplication", "ArchivePolicy", "FifoThroughputScope")
    yield from check_fifo_settings(topic, "FifoTopic", names)


@RULES.resource("SNS-003", _TOPIC, page="AWS::SNS::Topic")
def display_name(topic: Resource) -> Iterator[Violation]:
    """`DisplayName` must have at most 100 characters.

    SNS refuses longer names.
    """
    yield from check_length(topic, "DisplayName", 100)


def _subscriptions(resource: Resource) -> Iterator[tuple[str, Resource | None]]:
    """Yield the path before the properties of each subscription, and its topic."""
    if resource.type == _SUBSCRIPTION:
        yield "", resource.reference("TopicArn")
    for path in resource.paths("Subscription") if resource.type == _TOPIC else ():
        yield f"{path}.", resource


@RULES.resource("SNS-004", _TOPIC, _SUBSCRIPTION, page=_PAGE)
def endpoints(resource: Resource) -> Iterator[Violation]:
    """`Endpoint` must match the protocol.

    SNS refuses URLs without their scheme, e-mail addresses without an at sign, and names instead of
    ARNs.
    """
    for path, _topic in _subscriptions(resource):
        protocol = resource.text(f"{path}Protocol") or ""
        name, endpoint = f"{path}Endpoint", resource.get(f"{path}Endpoint")
        text, target = resource.text(name), resource.template.referred(endpoint)
        begins = _BEGINS.get(protocol)
        if text is not None and begins and not text.startswith(begins):
            yield violation(name, f"begin with {begins} for {protocol}", text)
        if text is not None and protocol.startswith("email") and "@" not in text:
            yield violation(name, f"be an address for {protocol}", text)
        named = isinstance(endpoint, Reference) and not endpoint.attribute and begins == "arn:"
        if named and target is not None and target.type in _NAMED:
            yield violation(name, "be an ARN", f"Ref {target.logical_id}", "its Arn")


@RULES.resource("SNS-005", _TOPIC, _SUBSCRIPTION, page="Message delivery for FIFO topics")
def fifo_subscribers(resource: Resource) -> Iterator[Violation]:
    """FIFO topics must deliver to queues, and FIFO queues require FIFO topics.

    SNS refuses other subscriptions.
    """
    for path, topic in _subscriptions(resource):
        if topic is None or topic.type != _TOPIC:
            continue
        fifo = False if topic.get("FifoTopic") is None else topic.boolean("FifoTopic")
        protocol = resource.text(f"{path}Protocol")
        if fifo and protocol not in (None, "sqs"):
            yield violation(f"{path}Protocol", "be sqs for a FIFO topic", protocol, "sqs")
        queue = resource.reference(f"{path}Endpoint")
        to_fifo = (resource.text(f"{path}Endpoint") or "").endswith(".fifo")
        if fifo is False and (to_fifo or (queue is not None and queue.boolean("FifoQueue"))):
            shown = queue.logical_id if queue else resource.get(f"{path}Endpoint")
            requirement = "not be a FIFO queue for a topic that is not FIFO"
            yield violation(f"{path}Endpoint", requirement, shown)


@RULES.resource("SNS-006", _SUBSCRIPTION, page="Amazon SNS subscription filter policy constraints")
def filters(subscription: Resource) -> Iterator[Violation]:
    """`FilterPolicy` must have at most 5 keys and 150 combinations, as lists.

    SNS refuses other policies. Write `{"store": ["one", "two"]}`.
    """
    policy = subscription.mapping("FilterPolicy")
    if subscription.get("FilterPolicyScope") not in (None, "MessageAttributes"):
        return
    if len(policy) > 5:
        yield violation("FilterPolicy", "have at most 5 keys", len(policy), 5)
    for key, values in policy.items():
        if not isinstance(values, list | str) or (subscription.text(f"FilterPolicy.{key}")):
            yield violation(f"FilterPolicy.{key}", "be a list", values)
    combinations = math.prod(len(item) for item in policy.values() if isinstance(item, list))
    if combinations > 150:
        yield violation("FilterPolicy", "have at most 150 combinations", combinations, 150)


@RULES.resource("SNS-007", _SUBSCRIPTION, page="AWS::SNS::Subscription")
def delivery(subscription: Resource) -> Iterator[Violation]:
    """Delivery settings must be supported by the protocol.

    SNS refuses raw delivery to other endpoints than SQS, HTTP and Firehose, and Firehose without a
    role.
    """
    protocol = subscription.text("Protocol")
    if subscription.boolean("RawMessageDelivery") and protocol not in (None, *_RAW):
        yield violation("RawMessageDelivery", f"be false for {protocol}", True, "false")
    if protocol == "firehose" and subscription.get("SubscriptionRoleArn") is None:
        yield violation("SubscriptionRoleArn", "be set for firehose", None)


@RULES.resource(
    "SNS-008", "AWS::SNS::TopicPolicy", page="Actions, resources, and condition keys for Amazon SNS"
)
def policy_actions(policy: Resource) -> Iterator[Violation]:
    """Topic policies must have actions of SNS.

    SNS refuses policies with actions of other services.
    """
    for path, statement in statements(policy, "PolicyDocument"):
        for action in texts_of(statement.get("Action")):
            if action != "*" and not action.lower().startswith("sns:"):
                yield violation(f"{path}.Action", "be an action of SNS", action, "sns:Publish")
