"""The example with all triggers: each fires, and what is poisoned ends in a dead-letter queue."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.examples import Example, deployed_example

_SECONDS = 100  # the rate of one minute fires after a minute at the latest
pytestmark = pytest.mark.xdist_group("triggers")


@dataclass
class Shop(Example):
    """The deployed example, and what it did.

    Attributes:
        failures: The messages in the queue for failures.
    """

    failures: list[dict[str, Any]] = field(default_factory=list)

    def seen(self) -> set[str]:
        items = self.client("dynamodb").scan(TableName=self.outputs["Seen"])["Items"]
        return {item["id"]["S"] for item in items}

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _SECONDS
        while not condition():
            assert time.monotonic() < deadline, (self.seen(), self.failures)
            self._receive()
            time.sleep(0.2)

    def _receive(self) -> None:
        queues, url = self.client("sqs"), self.outputs["StreamFailures"]
        received = queues.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        for message in received.get("Messages", []):
            self.failures.append(message)
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def failure(self, text: str) -> dict[str, Any]:
        """Return the only failure whose body has a text."""
        (found,) = [message for message in self.failures if text in message["Body"]]
        return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Deploy the example, send what triggers it, and wait until all is done."""
    with deployed_example("triggers", tmp_path_factory.mktemp("triggers")) as cloud:
        shop = Shop(cloud, "Triggers")
        send_everything(shop)
        yield shop


def send_everything(shop: Shop) -> None:
    outputs = shop.outputs
    s3, table = shop.client("s3"), shop.client("dynamodb")
    for bucket, key in (("Uploads", "incoming/a b+c.csv"), ("Archive", "reports/2026 é")):
        s3.put_object(Bucket=outputs[bucket], Key=key, Body=b"1;2")
    for bucket, key in (("Uploads", "incoming/no.txt"), ("Uploads", "x.csv"), ("Archive", "x")):
        s3.put_object(Bucket=outputs[bucket], Key=key, Body=b"")
    s3.delete_object(Bucket=outputs["Uploads"], Key="incoming/a b+c.csv")
    for order in ("1", "2", "poison", "3"):
        table.put_item(TableName=outputs["Orders"], Item={"id": {"S": order}})
    clicks = (("click", "p1"), ("view", "left out"), ("poison", "p2"), ("click", "p3"))
    shop.client("kinesis").put_records(
        StreamName=outputs["Clicks"],
        Records=[
            {"Data": json.dumps({"kind": kind, "page": page}).encode(), "PartitionKey": "one"}
            for kind, page in clicks
        ],
    )
    queues = shop.client("sqs")
    bodies = ("job 1", "poison", "job 2")
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    queues.send_message_batch(QueueUrl=outputs["Jobs"], Entries=entries)
    for body in ("step 1", "step 2"):
        queues.send_message(QueueUrl=outputs["Steps"], MessageBody=body, MessageGroupId="one")
    for message, kind in (("big", "breaking"), ("small", "other"), ("poison", "breaking")):
        shop.client("sns").publish(
            TopicArn=outputs["News"],
            Message=message,
            MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
        )
    placed = {"Source": "shop", "DetailType": "Order placed", "EventBusName": outputs["Bus"]}
    others = {"Source": "shop", "DetailType": "Order lost", "EventBusName": outputs["Bus"]}
    shop.client("events").put_events(
        Entries=[{**entry, "Detail": '{"order": "7"}'} for entry in (placed, others)]
    )


EXPECTED = {
    *("created:incoming/a b+c.csv", "removed:incoming/a b+c.csv", "created:reports/2026 é"),
    *("INSERT:1", "INSERT:2", "INSERT:3", "click:p1", "click:p3"),
    *("message:job 1", "message:job 2", "message:step 1", "message:step 2"),
    *("news:big", "Order placed:7"),
}


def test_every_trigger_fires_and_nothing_else_does(shop: Shop) -> None:
    shop.wait_until(lambda: shop.seen() >= EXPECTED)
    assert shop.seen() - {"schedule:minute"} == EXPECTED


def test_poisoned_records_end_in_the_dead_letter_queue(shop: Shop) -> None:
    shop.wait_until(lambda: len(shop.failures) == 4)
    table = json.loads(shop.failure("DDBStreamBatchInfo")["Body"])
    stream = json.loads(shop.failure("KinesisBatchInfo")["Body"])
    for record, info in ((table, "DDBStreamBatchInfo"), (stream, "KinesisBatchInfo")):
        assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
        assert record["requestContext"]["approximateInvokeCount"] == 2
        assert record[info]["batchSize"] == 1
    news = shop.failure('"poison", "Timestamp"')
    assert news["MessageAttributes"]["ErrorMessage"]["StringValue"] == "news poison is poison"
    assert [message["Body"] for message in shop.failures].count("poison") == 1
    assert shop.seen() >= EXPECTED  # what was in a batch with them


def test_the_schedule_fires(shop: Shop) -> None:
    shop.wait_until(lambda: "schedule:minute" in shop.seen())
