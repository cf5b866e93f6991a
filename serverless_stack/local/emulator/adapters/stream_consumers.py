"""Consumers of Kinesis streams in templates, which MiniStack has in its API only."""

import json

from ministack.services import kinesis
from ministack.services.cloudformation import provisioners

from .types import Properties, Provisioned


def apply() -> None:
    """Apply this module's patches."""
    provisioners._RESOURCE_HANDLERS["AWS::Kinesis::StreamConsumer"] = {
        "create": create,
        "delete": delete,
    }


def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
    """Register a consumer."""
    name, stream = str(props["ConsumerName"]), str(props["StreamARN"])
    status, _headers, body = kinesis._register_consumer({"StreamARN": stream, "ConsumerName": name})
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(f"{logical_id}: {answer.get('message') or answer}")
    consumer = answer["Consumer"]
    attributes = {
        "ConsumerARN": consumer["ConsumerARN"],
        "ConsumerCreationTimestamp": str(consumer["ConsumerCreationTimestamp"]),
        "ConsumerName": name,
        "ConsumerStatus": "ACTIVE",
        "StreamARN": stream,
    }
    return str(consumer["ConsumerARN"]), attributes


def delete(physical_id: str, props: Properties) -> None:
    """Deregister a consumer."""
    kinesis._deregister_consumer({"ConsumerARN": physical_id})
