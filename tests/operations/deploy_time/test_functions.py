"""The two functions, called as CloudFormation and Lambda call them."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from serverless_stack._content.index import to_json
from serverless_stack.operations.deploy_time import content, invalidation
from tests.operations.content.world import World, index, zipped
from tests.operations.invalidation.cloudfront_double import CloudFront, served

FILES = {"index.html": b"one", "assets/app.js": b"x"}


class FakeContext:
    log_stream_name = "stream"
    function_name = "function"

    def __init__(self, milliseconds: int = 900_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


@pytest.fixture
def cloudfront(monkeypatch: pytest.MonkeyPatch, use_aws: dict[str, str]) -> Iterator[CloudFront]:
    double = CloudFront({"E1": [], "E2": []})
    with served(double) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFRONT", url)
        yield double


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []

    def respond(event: object, context: object, physical_id: str, **answer: object) -> None:
        answers.append({"id": physical_id, **answer})

    monkeypatch.setattr("serverless_stack.operations.deploy_time.custom_resource.respond", respond)
    return answers


@pytest.fixture
def world(use_aws: dict[str, str], request: pytest.FixtureRequest) -> World:
    return World(request.node.name)


def event(kind: str, number: int, properties: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "RequestType": kind,
        "ResponseURL": "",
        "StackId": "arn:stack",
        "RequestId": str(number),
        "LogicalResourceId": "Content",
        "ResourceProperties": properties,
        **more,
    }


def asked(world: World, files: dict[str, bytes], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    s3 = boto3.client("s3")
    s3.put_object(Bucket=world.assets, Key="files.zip", Body=zipped(files))
    s3.put_object(Bucket=world.assets, Key="index.json", Body=to_json(index(files)).encode())
    return {
        "Sources": [
            {
                "Bucket": world.assets,
                "Key": "files.zip",
                "IndexBucket": world.assets,
                "IndexKey": "index.json",
            }
        ],
        "Destination": {"Bucket": world.bucket, "Prefix": "site/"},
        "ManifestKey": ".serverless-stack/site/Test.json.gz",
        "Owner": "Test",
        "CacheControl": [{"Pattern": "assets/*", "CacheControl": "immutable"}],
        "Documents": ["*.html"],
        "Distributions": [
            {
                "Id": "E1",
                "PathPrefix": "/docs",
                "Protected": ["/api/*"],
                "QueryStrings": "false",
                "IndexDocument": "index.html",
            }
        ],
        "Budget": "30",
        "WaitSeconds": "0",
        "GracePeriodDays": "7",
        "RemovalPolicy": "destroy",
        "ConfigKey": "config.json",
        "ConfigJson": '{"api": "x"}',
        **more,
    }


def test_content_from_create_to_delete(
    world: World, cloudfront: CloudFront, told: list[dict[str, Any]]
) -> None:
    content.handler(event("Create", 1, asked(world, FILES)), FakeContext())
    assert told[-1]["status"] == "SUCCESS"
    assert told[-1]["id"] == f"{world.bucket}/site/#Test"
    assert told[-1]["data"]["Uploaded"] == 3
    assert world.stored()["config.json"].body == b'{"api": "x"}\n'
    assert cloudfront.dropped("E1") == []
    changed = {**FILES, "index.html": b"two"}
    content.handler(event("Update", 2, asked(world, changed)), FakeContext())
    assert told[-1]["data"]["PathsBilled"] == 3
    assert cloudfront.dropped("E1") == ["/docs", "/docs/", "/docs/index.html"]
    kept = asked(world, changed, RemovalPolicy="retain")
    content.handler(event("Delete", 3, kept), FakeContext())
    assert len(world.stored()) == 3
    content.handler(event("Delete", 4, asked(world, changed)), FakeContext())
    assert told[-1]["data"] == {"Removed": 3}
    assert world.stored("") == {}
    assert len(cloudfront.dropped("E1")) == 3


def test_a_failure_is_told(world: World, told: list[dict[str, Any]]) -> None:
    wrong = asked(world, FILES)
    wrong["Destination"]["Bucket"] = "no-such-bucket-at-all"
    content.handler(event("Create", 1, wrong), FakeContext())
    assert told[-1]["status"] == "FAILED"
    assert "NoSuchBucket" in told[-1]["reason"]


def test_without_time_it_hands_over(
    world: World, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[dict[str, Any]] = []

    class Lambda:
        def invoke(self, **arguments: Any) -> None:  # noqa: ANN401
            calls.append(arguments)

    make = boto3.client
    monkeypatch.setattr(
        boto3,
        "client",
        lambda name, **settings: Lambda() if name == "lambda" else make(name, **settings),
    )
    content.handler(event("Create", 1, asked(world, FILES)), FakeContext(1000))
    assert told == []
    (call,) = calls
    assert (call["FunctionName"], call["InvocationType"]) == ("function", "Event")
    content.handler(json.loads(call["Payload"]), FakeContext())
    assert told[-1]["status"] == "SUCCESS"
    assert len(world.stored()) == 3
    payload = {**json.loads(call["Payload"]), "HandOver": 12}
    changed = asked(world, {"x": b"y"})
    content.handler({**payload, "ResourceProperties": changed}, FakeContext(1000))
    assert told[-1]["status"] == "FAILED"
    assert "not deployed after 13 calls" in told[-1]["reason"]


def test_an_invalidation(cloudfront: CloudFront, told: list[dict[str, Any]]) -> None:
    first = {"Distributions": ["E1"], "Paths": ["/x*"], "Trigger": "1", "WaitSeconds": "5"}
    invalidation.handler(event("Create", 1, first), FakeContext())
    invalidation.handler(event("Create", 1, first), FakeContext())  # Lambda repeats a call
    assert cloudfront.dropped("E1") == ["/x*"]
    waits = {**first, "WaitSeconds": "0"}
    invalidation.handler(event("Update", 2, waits, OldResourceProperties=first), FakeContext())
    assert cloudfront.dropped("E1") == ["/x*"]
    second = {**waits, "Trigger": "2"}
    invalidation.handler(event("Update", 3, second, OldResourceProperties=waits), FakeContext())
    invalidation.handler(event("Update", 4, first, OldResourceProperties=second), FakeContext())
    assert cloudfront.dropped("E1") == ["/x*"] * 3  # going back is an invalidation of its own
    invalidation.handler(event("Delete", 5, first), FakeContext())
    assert len(cloudfront.dropped("E1")) == 3
    assert {answer["status"] for answer in told} == {"SUCCESS"}
    invalidation.handler(event("Create", 6, {**first, "Distributions": ["E9"]}), FakeContext())
    assert told[-1]["status"] == "FAILED"
    assert "E9: NoSuchDistribution" in told[-1]["reason"]
