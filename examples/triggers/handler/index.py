"""Note what calls the function, and fail for every record that says "poison"."""

import base64
import json
import os
from typing import Any

import boto3

from serverless_stack.runtime import batches

table = boto3.resource("dynamodb").Table(os.environ["SEEN"])


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle any event that a trigger of the app sends."""
    records = event.get("Records", [])
    source = records[0].get("eventSource") if records else None
    if source in ("aws:sqs", "aws:kinesis", "aws:dynamodb"):
        return dict(batches.process(event, handle_record))
    if source == "aws:s3" or event.get("source") == "aws.s3":
        for item in batches.objects(event):
            note(item.name, item.key)
    elif records:
        for record in records:
            note("news", record["Sns"]["Message"])
    elif "schedule" in event:
        note("schedule", event["schedule"])
    else:
        note(event["detail-type"], event["detail"]["order"])
    return {}


def handle_record(record: dict[str, Any]) -> None:
    """Handle one record of a batch; an exception makes it fail alone."""
    if record["eventSource"] == "aws:sqs":
        note("message", record["body"])
    elif record["eventSource"] == "aws:kinesis":
        data = json.loads(base64.b64decode(record["kinesis"]["data"]))
        note(data["kind"], data["page"])
    else:
        note(record["eventName"], record["dynamodb"]["Keys"]["id"]["S"])


def note(kind: str, what: str) -> None:
    """Write down what was seen."""
    if "poison" in (kind, what):
        raise ValueError(f"{kind} {what} is poison")
    table.put_item(Item={"id": f"{kind}:{what}"})
