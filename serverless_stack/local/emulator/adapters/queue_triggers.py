"""Event source mappings of queues: "Using Lambda with Amazon SQS".

MiniStack takes ten messages at most, knows no batching window, deletes what a filter leaves out
only if the function succeeds, and takes any answer about partial failures.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import lambda_svc, sqs

from ..triggers.answers import failed_identifiers
from .stream_triggers import function_of

Record = dict[str, Any]
_MAX_RECEIVED = 10  # of one ReceiveMessage


@dataclass
class Gathering:
    """Messages that wait for a full batch.

    Attributes:
        messages: The messages, which are hidden already.
        since: When the first was received.
    """

    messages: list[Record] = field(default_factory=list)
    since: float = 0.0


# By account, region and id of the mapping.
GATHERED: dict[tuple[str, str, str], Gathering] = {}


def apply() -> None:
    """Apply this module's patches."""
    lambda_svc._poll_sqs = poll


def poll() -> bool:
    """Send the batches that are due; return whether any was."""
    sent = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        arn = str(mapping.get("EventSourceArn", ""))
        if ":sqs:" in arn and mapping.get("Enabled", True):
            with request_scope(account, region):
                sent = poll_queue((account, region), mapping, arn) or sent
    return sent


def poll_queue(scope: tuple[str, str], mapping: Record, arn: str) -> bool:
    """Receive messages of a queue, and send a batch if it is due."""
    function = function_of(mapping)
    queue = sqs._queue_by_arn(arn)
    if function is None or queue is None:
        return False
    mapping_id = str(mapping["UUID"])
    limit = lambda_svc._sqs_esm_concurrency(mapping, function, function["config"], queue)
    if lambda_svc._esm_inflight.get(mapping_id, 0) >= limit:
        return False
    size = int(mapping.get("BatchSize") or 10)
    window = float(mapping.get("MaximumBatchingWindowInSeconds") or 0)
    gathered = GATHERED.setdefault((*scope, mapping_id), Gathering())
    url = sqs._queue_url(arn.rsplit(":", 1)[-1])
    receive(url, arn, mapping, gathered, size)
    if not gathered.messages:
        return False
    if len(gathered.messages) < size and time.time() - gathered.since < window:
        return False
    batch, gathered.messages = gathered.messages[:size], gathered.messages[size:]
    gathered.since = time.time()
    lambda_svc._dispatch_esm_batch(mapping_id, send_batch, mapping, function, batch, url, arn)
    return True


def receive(url: str, arn: str, mapping: Record, gathered: Gathering, size: int) -> None:
    """Receive messages until a batch is full. Those that a filter leaves out are deleted."""
    while len(gathered.messages) < size:
        count = min(_MAX_RECEIVED, size - len(gathered.messages))
        messages = sqs._receive_messages_for_esm(url, count)
        if not messages:
            return
        # Keep the handles of now: a message that reappears gets another one.
        kept = [
            (message, record_of(message, arn))
            for message in messages
            if lambda_svc._apply_filter_criteria([record_of(message, arn)], mapping)
        ]
        left_out = {message["receipt_handle"] for message in messages} - {
            record["receiptHandle"] for _message, record in kept
        }
        sqs._delete_messages_for_esm(url, left_out)
        if kept and not gathered.messages:
            gathered.since = time.time()
        gathered.messages += [record for _message, record in kept]


def record_of(message: Record, arn: str) -> Record:
    """Return a message as a function gets it."""
    first = message.get("first_receive_at") or time.time()
    attributes = {
        "ApproximateReceiveCount": str(message.get("receive_count", 1)),
        "SentTimestamp": str(int(message["sent_at"] * 1000)),
        "SenderId": get_account_id(),
        "ApproximateFirstReceiveTimestamp": str(int(first * 1000)),
    }
    named = {
        "AWSTraceHeader": (message.get("sys") or {}).get("AWSTraceHeader"),
        "MessageGroupId": message.get("group_id"),
        "MessageDeduplicationId": message.get("dedup_id"),
        "SequenceNumber": message.get("seq"),
    }
    attributes |= {name: str(value) for name, value in named.items() if value}
    return {
        "messageId": message["id"],
        "receiptHandle": message["receipt_handle"],
        "body": message["body"],
        "attributes": attributes,
        "messageAttributes": lambda_svc._sqs_message_attributes_to_camel_case(
            message.get("message_attributes", {})
        ),
        "md5OfBody": message.get("md5_body") or message.get("md5") or "",
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": get_region(),
    }


def send_batch(mapping: Record, function: Record, batch: list[Record], url: str, arn: str) -> None:
    """Call a function with messages, and delete those that it handled.

    The others reappear after the visibility time-out of the queue.
    """
    result = lambda_svc._execute_function(function, {"Records": batch})
    identifiers = [str(record["messageId"]) for record in batch]
    failed: set[str] | None = set()
    if result.get("error"):
        failed = None
    elif "ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or []):
        failed = failed_identifiers(result.get("body"), identifiers)
    mapping["LastProcessingResult"] = "OK" if failed == set() else "PROBLEM: Function call failed"
    if failed is not None:
        done = {item["receiptHandle"] for item in batch if item["messageId"] not in failed}
        sqs._delete_messages_for_esm(url, done)
