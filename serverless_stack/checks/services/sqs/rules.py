"""Rules on the queues of a template."""

from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.engine.values import texts_of
from serverless_stack.checks.engine.violations import Violation, check_count, check_range, violation
from serverless_stack.checks.services.fifo import check_fifo_name, check_fifo_settings
from serverless_stack.checks.services.iam.documents import statements

RULES = RuleList()

_QUEUE = "AWS::SQS::Queue"
_POLICY = "AWS::SQS::QueuePolicy"
_PAGE = "SetQueueAttributes"
_FIFO_ONLY = ("ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")
_RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86400),
    "MaximumMessageSize": (1024, 1048576),
    "MessageRetentionPeriod": (60, 1209600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43200),
}


@RULES.resource("SQS-001", _QUEUE, page="CreateQueue")
def name(queue: Resource) -> Iterator[Violation]:
    """`QueueName` must have allowed characters, and end with .fifo for FIFO queues.

    SQS refuses other names, and a suffix that does not match `FifoQueue`.
    """
    yield from check_fifo_name(queue, "QueueName", "FifoQueue", 80)


@RULES.resource("SQS-002", _QUEUE, page=_PAGE)
def fifo_only(queue: Resource) -> Iterator[Violation]:
    """FIFO settings require a FIFO queue, and must be consistent.

    SQS refuses them on standard queues, and a throughput limit per message group without
    deduplication per message group.
    """
    yield from check_fifo_settings(queue, "FifoQueue", _FIFO_ONLY)
    scope = queue.get("DeduplicationScope")
    if queue.get("FifoThroughputLimit") == "perMessageGroupId" and scope in (None, "queue"):
        requirement = "be messageGroup with a FifoThroughputLimit of perMessageGroupId"
        yield violation("DeduplicationScope", requirement, scope, "messageGroup")


@RULES.resource("SQS-003", _QUEUE, page=_PAGE)
def ranges(queue: Resource) -> Iterator[Violation]:
    """Queue settings must be within SQS's limits.

    SQS refuses delays, sizes, time-outs and retention outside their ranges.
    """
    for item, (low, high) in _RANGES.items():
        yield from check_range(queue, item, low, high)
    yield from check_range(queue, "RedrivePolicy.maxReceiveCount", 1, 1000)


@RULES.resource("SQS-004", _QUEUE, page="Using dead-letter queues in Amazon SQS")
def dead_letters(queue: Resource) -> Iterator[Violation]:
    """Dead-letter queues must be of the same type, given by their ARN.

    SQS refuses a standard queue for a FIFO queue and the other way round, and queue URLs.
    """
    path = "RedrivePolicy.deadLetterTargetArn"
    to = queue.get(path)
    target = queue.template.referred(to)
    text = queue.text(path)
    if text is not None and not text.startswith("arn:"):
        yield violation(path, "be the ARN of a queue", text)
    if not isinstance(to, Reference) or target is None or target.type != _QUEUE:
        return
    if to.attribute != "Arn":
        yield violation(path, "be the ARN of a queue", f"Ref {to.logical_id}", "its Arn")
    one, other = _is_fifo(queue), _is_fifo(target)
    if one is not None and other is not None and one != other:
        kind = "a FIFO" if one else "a standard"
        yield violation(path, f"be {kind} queue, like its source", to.logical_id)


def _is_fifo(queue: Resource) -> bool | None:
    return False if queue.get("FifoQueue") is None else queue.boolean("FifoQueue")


@RULES.resource("SQS-005", _QUEUE, page=_PAGE)
def redrive_allowed(queue: Resource) -> Iterator[Violation]:
    """`RedriveAllowPolicy` must list queues for byQueue, at most 10.

    SQS refuses byQueue without `sourceQueueArns`, other permissions with them, and more than 10.
    """
    path = "RedriveAllowPolicy"
    kind = queue.text(f"{path}.redrivePermission")
    sources = queue.get(f"{path}.sourceQueueArns")
    if kind == "byQueue" and sources is None:
        yield violation(f"{path}.sourceQueueArns", "be set with byQueue", None)
    if kind in ("allowAll", "denyAll") and sources is not None:
        yield violation(
            f"{path}.redrivePermission", "be byQueue with sourceQueueArns", kind, "byQueue"
        )
    yield from check_count(queue, f"{path}.sourceQueueArns", 10, "queues")


@RULES.resource("SQS-006", _QUEUE, page="Encryption at rest in Amazon SQS")
def encryption(queue: Resource) -> Iterator[Violation]:
    """Queues must be encrypted by either SQS or KMS.

    SQS refuses `SqsManagedSseEnabled` together with a `KmsMasterKeyId`.
    """
    key = queue.get("KmsMasterKeyId")
    if queue.boolean("SqsManagedSseEnabled") and key:
        yield violation("SqsManagedSseEnabled", "be false with a KmsMasterKeyId", True, "false")


@RULES.resource("SQS-007", _POLICY, page="AWS::SQS::QueuePolicy")
def policy_queues(policy: Resource) -> Iterator[Violation]:
    """`Queues` of a policy must be queue URLs.

    SQS refuses ARNs and names. `Ref` of a queue is its URL.
    """
    for path in policy.paths("Queues"):
        queue, text = policy.get(path), policy.text(path)
        if isinstance(queue, Reference) and queue.attribute in ("Arn", "QueueName"):
            shown = f"{queue.logical_id}.{queue.attribute}"
            yield violation(path, "be the URL of a queue", shown, f"Ref {queue.logical_id}")
        if text is not None and not text.startswith("https://"):
            yield violation(path, "be the URL of a queue", text)


@RULES.resource("SQS-008", _POLICY, page="Actions, resources, and condition keys for Amazon SQS")
def policy_actions(policy: Resource) -> Iterator[Violation]:
    """Queue policies must have actions of SQS.

    SQS refuses policies with actions of other services.
    """
    for path, statement in statements(policy, "PolicyDocument"):
        for action in texts_of(statement.get("Action")):
            if action != "*" and not action.lower().startswith("sqs:"):
                yield violation(f"{path}.Action", "be an action of SQS", action, "sqs:SendMessage")
