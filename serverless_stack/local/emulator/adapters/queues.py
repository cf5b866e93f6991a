"""Messages that services send to queues and topics, such as those about failures."""

import hashlib
import logging
import time
import uuid
from collections.abc import Mapping
from typing import Any

from ministack.core.concurrency import esm_wake
from ministack.services import sns, sqs

logger = logging.getLogger("serverless_stack.triggers")


def send(arn: str, body: str, attributes: Mapping[str, str] | None = None) -> bool:
    """Send a message to a queue or a topic.

    Args:
        arn: The ARN of the queue or topic.
        body: The message.
        attributes: Attributes of the message; texts of digits are numbers.

    Returns:
        Whether there is such a queue or topic.
    """
    typed = {
        name: {"DataType": "Number" if value.isdecimal() else "String", "StringValue": value}
        for name, value in (attributes or {}).items()
    }
    if ":sns:" in arn:
        if arn not in sns._topics:
            return False
        sns._fanout(arn, str(uuid.uuid4()), body, "", "", typed)
        return True
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        logger.warning("there is no queue %s for a message about a failure", arn)
        return False
    now = time.time()
    message: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "body": body,
        "md5_body": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "message_attributes": typed,
        "md5_attrs": sqs._md5_msg_attrs(typed),
        "sent_at": now,
        "visible_at": now + sqs.queue_delay(queue),
    }
    sqs._ensure_msg_fields(message)
    queue["messages"].append(message)
    esm_wake.set()
    return True
