"""Queues: their messages, seen without receiving them, and the way back from dead letters."""

import json
import time
from typing import Any

from botocore.exceptions import ClientError
from ministack.services import sqs

from ..clients import Clients, refusal
from ..requests import ConsoleError, ConsoleRequest, Document, View

PAGE_SIZE = 50
MAX_CHARACTERS = 64 * 1024
MAX_REDRIVEN = 1000
SOURCE = "DeadLetterQueueSourceArn"


def views(clients: Clients) -> dict[tuple[str, str], View]:
    """Return the views of this tab."""

    def queues(request: ConsoleRequest) -> object:
        return {"queues": sorted(map(_queue, _records().values()), key=lambda each: each["name"])}

    def messages(request: ConsoleRequest) -> object:
        queue, start = _record(request), request.number("from", 0, 10**9)
        now = time.time()
        found = [_message(each, now) for each in queue["messages"][start : start + PAGE_SIZE]]
        return {"total": len(queue["messages"]), "messages": found}

    def redrive(request: ConsoleRequest) -> object:
        queue = _record(request)
        arn = queue["attributes"]["QueueArn"]
        sources = {each["attributes"]["QueueArn"]: each for each in _sources(arn)}
        region, account = arn.split(":")[3:5]
        client = clients.get("sqs", account, region)
        try:
            moved, left = _redrive(client, queue, sources)
        except ClientError as error:
            raise refusal(error) from error
        return {"moved": moved, "left": left, "waiting": len(queue["messages"])}

    return {
        ("GET", "/api/queues"): queues,
        ("GET", "/api/messages"): messages,
        ("POST", "/api/redrive"): redrive,
    }


def _records() -> dict[str, Document]:
    """Return the queues of all accounts and regions by their ARNs."""
    return {each["attributes"]["QueueArn"]: each for each in list(sqs._queues._data.values())}


def _record(request: ConsoleRequest) -> Document:
    arn = request.text("arn")
    queue = _records().get(arn)
    if queue is None:
        raise ConsoleError(f"there is no queue {arn}", 404)
    return queue


def _sources(arn: str) -> list[Document]:
    """Return the queues whose dead letters a queue has."""
    return [each for each in _records().values() if _dead_letters(each) == arn]


def _dead_letters(queue: Document) -> str:
    """Return the ARN of the queue with a queue's dead letters, or an empty text."""
    try:
        return str(json.loads(queue["attributes"]["RedrivePolicy"])["deadLetterTargetArn"])
    except (KeyError, TypeError, ValueError):
        return ""


def _queue(queue: Document) -> Document:
    now, attributes = time.time(), queue["attributes"]
    states = [_state(message, now) for message in list(queue["messages"])]
    return {
        "arn": attributes["QueueArn"],
        "name": queue["name"],
        "fifo": bool(queue["is_fifo"]),
        "waiting": states.count("waiting"),
        "received": states.count("being processed"),
        "delayed": states.count("delayed"),
        "dead_letters": _dead_letters(queue),
        "sources": [each["name"] for each in _sources(attributes["QueueArn"])],
        "visibility": attributes.get("VisibilityTimeout"),
        "retention": attributes.get("MessageRetentionPeriod"),
    }


def _state(message: Document, now: float) -> str:
    if message["visible_at"] <= now:
        return "waiting"
    return "being processed" if message["receive_count"] else "delayed"


def _message(message: Document, now: float) -> Document:
    body = message["body"]
    attributes = message.get("message_attributes") or {}
    return {
        "id": message["id"],
        "body": body[:MAX_CHARACTERS],
        "cut": len(body) > MAX_CHARACTERS,
        "sent": message.get("sent_at"),
        "received": message["receive_count"],
        "state": _state(message, now),
        "visible_in": max(0.0, message["visible_at"] - now),
        "group": message.get("group_id") or "",
        "attributes": {
            name: str(value.get("StringValue", value.get("DataType")))
            for name, value in attributes.items()
        },
    }


def _redrive(client: Any, queue: Document, sources: dict[str, Document]) -> tuple[int, int]:
    """Move messages back to where they came from; return how many moved and how many could not."""
    moved, left = 0, list[str]()
    while moved < MAX_REDRIVEN:
        received = client.receive_message(
            QueueUrl=queue["url"],
            MaxNumberOfMessages=10,
            VisibilityTimeout=30,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        batch = received.get("Messages", [])
        if not batch:
            break
        for message in batch:
            source = message.get("Attributes", {}).get(SOURCE)
            target = sources.get(source) or (
                next(iter(sources.values())) if len(sources) == 1 else None
            )
            if target is None:
                left.append(message["ReceiptHandle"])
                continue
            client.send_message(QueueUrl=target["url"], **_copy(message, bool(target["is_fifo"])))
            client.delete_message(QueueUrl=queue["url"], ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    for handle in left:
        client.change_message_visibility(
            QueueUrl=queue["url"], ReceiptHandle=handle, VisibilityTimeout=0
        )
    return moved, len(left)


def _copy(message: Document, is_fifo: bool) -> Document:
    copy: Document = {"MessageBody": message["Body"]}
    if message.get("MessageAttributes"):
        copy["MessageAttributes"] = message["MessageAttributes"]
    if is_fifo:
        system = message.get("Attributes", {})
        copy["MessageGroupId"] = system.get("MessageGroupId", "redriven")
        copy["MessageDeduplicationId"] = f"redriven-{message['MessageId']}-{time.time_ns()}"
    return copy
