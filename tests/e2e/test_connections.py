"""A function that is connected to five resources and kept warm, in the local cloud."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.examples import Example, deployed_example

_SECONDS = 100  # the first ping comes after a minute
pytestmark = pytest.mark.xdist_group("connections")


@dataclass
class Shop(Example):
    """The deployed example, and what its users do."""

    def order(self, event: object) -> dict[str, Any]:
        answer = self.client("lambda").invoke(
            FunctionName=self.outputs["Function"], Payload=json.dumps(event)
        )
        body: dict[str, Any] = json.load(answer["Payload"])
        assert "FunctionError" not in answer, body
        return body

    def received(self, queue: str) -> list[str]:
        answer = self.client("sqs").receive_message(
            QueueUrl=self.outputs[queue], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in answer.get("Messages", [])]

    def streams(self) -> dict[str, list[str]]:
        """Return the log lines of each environment of the function."""
        logs, functions = self.client("logs"), self.client("lambda")
        name = self.outputs["Function"]
        configuration = functions.get_function_configuration(FunctionName=name)
        group = configuration["LoggingConfig"]["LogGroup"]
        found = logs.describe_log_streams(logGroupName=group)["logStreams"]
        return {
            stream["logStreamName"]: [
                event["message"]
                for event in logs.get_log_events(
                    logGroupName=group, logStreamName=stream["logStreamName"]
                )["events"]
            ]
            for stream in found
        }


def calls(streams: dict[str, list[str]]) -> int:
    return sum(line.startswith("START") for lines in streams.values() for line in lines)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it has not happened in time"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with deployed_example("connections", tmp_path_factory.mktemp("connections")) as cloud:
        shop = Shop(cloud, "Connections")
        yield shop


def test_a_function_uses_what_it_is_connected_to(shop: Shop) -> None:
    secret = shop.client("secretsmanager").get_secret_value(SecretId=shop.outputs["Token"])
    answer = shop.order({"id": "one"})
    assert answer == {"price": 0, "signed_with": len(secret["SecretString"])}
    items = shop.client("dynamodb").scan(TableName=shop.outputs["Table"])["Items"]
    assert "one" in [item["id"]["S"] for item in items]
    assert "one" in shop.received("Parcels")
    wait_until(lambda: any('"one"' in body for body in shop.received("Mails")))


def test_what_only_looks_like_a_ping_is_an_order(shop: Shop) -> None:
    shop.order({"id": "forged", "serverless-stack:ping": "guessed", "milliseconds": 0})
    items = shop.client("dynamodb").scan(TableName=shop.outputs["Table"])["Items"]
    assert "forged" in [item["id"]["S"] for item in items]


def test_pings_keep_environments_that_the_code_never_sees(shop: Shop) -> None:
    wait_until(lambda: len(shop.streams()) >= 3)
    streams = shop.streams()
    orders = [line for lines in streams.values() for line in lines if "an order" in line]
    assert calls(streams) >= len(orders) + 3
    assert not any("arn:aws:cloudformation" in line for line in orders)


def test_versions_are_published_and_warm(shop: Shop) -> None:
    functions = shop.client("lambda")
    names = [found["FunctionName"] for found in functions.list_functions()["Functions"]]
    rebates, prices = (
        next(name for name in names if part in name) for part in ("Rebates", "Prices")
    )
    alias = functions.get_alias(FunctionName=rebates, Name="live")
    version = functions.get_function_configuration(
        FunctionName=rebates, Qualifier=alias["FunctionVersion"]
    )
    assert version["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    assert functions.get_alias(FunctionName=prices, Name="live")["FunctionVersion"] == "1"
