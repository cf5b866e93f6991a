"""The two functions, called as CloudFormation and Lambda call them."""

import functools
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_stack._shared.content.index import to_json
from serverless_stack.functions import invalidation
from serverless_stack.functions.content import handler as content
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

    monkeypatch.setattr("serverless_stack.functions.custom_resource.respond", respond)
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
                "ExcludePaths": ["/api/*"],
                "QueryStrings": "false",
                "IndexDocument": "index.html",
            }
        ],
        "MaxPaths": "30",
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


def test_deleting_needs_no_sources_and_no_bucket(
    world: World, cloudfront: CloudFront, told: list[dict[str, Any]]
) -> None:
    """Assets are cleaned up by their age, and somebody may have deleted the bucket."""
    wanted = asked(world, FILES)
    content.handler(event("Create", 1, wanted), FakeContext())
    for key in ("files.zip", "index.json"):
        world.s3.delete_object(Bucket=world.assets, Key=key)
    content.handler(event("Delete", 2, wanted), FakeContext())
    assert told[-1] == {"id": told[0]["id"], "status": "SUCCESS", "data": {"Removed": 3}}
    gone = {**wanted, "Destination": {"Bucket": "no-such-bucket-at-all", "Prefix": ""}}
    for policy in ("retain", "destroy"):
        content.handler(event("Delete", 3, {**gone, "RemovalPolicy": policy}), FakeContext())
        assert (told[-1]["status"], told[-1]["data"]) == ("SUCCESS", {"Removed": 0})
    assert cloudfront.requests == []


def test_a_deployment_that_is_gone_claims_its_files_no_more(
    world: World, cloudfront: CloudFront, told: list[dict[str, Any]]
) -> None:
    kept = asked(world, FILES, RemovalPolicy="retain")
    content.handler(event("Create", 1, kept), FakeContext())
    content.handler(event("Delete", 2, kept), FakeContext())
    assert world.manifest().released
    assert len(world.stored()) == 3


class Calls:
    """Lambda, as far as a function calls itself, and the time that its calls have."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.payloads: list[dict[str, Any]] = []
        self.now = 1_000_000.0
        self.slept = 0
        make = boto3.client
        patch.setattr(
            boto3,
            "client",
            lambda name, **more: self if name == "lambda" else make(name, **more),
        )
        patch.setattr("time.time", lambda: self.now)
        patch.setattr("time.sleep", self.sleep)

    def invoke(self, **arguments: Any) -> None:  # noqa: ANN401
        self.payloads.append(json.loads(arguments["Payload"]))

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1

    def context(self, seconds: float) -> FakeContext:
        calls, end = self, self.now + seconds

        class Passing(FakeContext):
            def get_remaining_time_in_millis(self) -> int:
                return int((end - calls.now) * 1000)

        return Passing()


def fronts(*names: str) -> list[dict[str, Any]]:
    return [
        {
            "Id": name,
            "PathPrefix": "",
            "ExcludePaths": [],
            "QueryStrings": "false",
            "IndexDocument": "index.html",
        }
        for name in names
    ]


def test_every_distribution_is_told_before_any_is_waited_for(
    world: World,
    cloudfront: CloudFront,
    told: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = {"Distributions": fronts("E1", "E2"), "WaitSeconds": "300"}
    content.handler(event("Create", 1, asked(world, FILES, **two)), FakeContext())
    cloudfront.polls_to_complete = 2
    Calls(monkeypatch)
    changed = asked(world, {**FILES, "index.html": b"two"}, **two)
    content.handler(event("Update", 2, changed), FakeContext())
    assert told[-1]["data"]["PathsBilled"] == 4
    assert cloudfront.requests[:2] == ["POST", "POST"]
    assert "GET" in cloudfront.requests


def test_a_refusal_does_not_keep_other_distributions_from_being_told(
    world: World, cloudfront: CloudFront, told: list[dict[str, Any]]
) -> None:
    content.handler(event("Create", 1, asked(world, FILES)), FakeContext())
    wrong = {"Distributions": fronts("E9", "E1", "E8")}
    changed = asked(world, {**FILES, "index.html": b"two"}, **wrong)
    content.handler(event("Update", 2, changed), FakeContext())
    assert told[-1]["status"] == "FAILED"
    assert "E9: NoSuchDistribution" in told[-1]["reason"]
    assert "E8: NoSuchDistribution" in told[-1]["reason"]
    assert cloudfront.dropped("E1") == ["/", "/index.html"]


def test_waiting_longer_than_a_call_may_take_goes_on_in_another_one(
    world: World,
    cloudfront: CloudFront,
    told: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content.handler(event("Create", 1, asked(world, FILES)), FakeContext())
    cloudfront.polls_to_complete = -1
    calls = Calls(monkeypatch)
    began = calls.now
    waits = {"WaitSeconds": "1800"}
    changed = asked(world, {**FILES, "index.html": b"two"}, **waits)
    content.handler(event("Update", 2, changed), calls.context(900))
    content.handler(calls.payloads.pop(), calls.context(900))
    with pytest.warns(UserWarning, match="of E1 is not completed yet"):
        content.handler(calls.payloads.pop(), calls.context(900))
    assert told[-1]["status"] == "SUCCESS"
    assert told[-1]["data"]["PathsBilled"] == 3
    assert calls.now - began == pytest.approx(1800, abs=30)
    assert cloudfront.requests.count("POST") == 3  # three calls, and one invalidation
    assert len(cloudfront.distributions["E1"]) == 1


def test_other_settings_for_the_same_content_are_another_invalidation(
    world: World, cloudfront: CloudFront, told: list[dict[str, Any]]
) -> None:
    """A deployment that failed is repeated with fewer paths, without a rollback between."""
    content.handler(event("Create", 1, asked(world, FILES)), FakeContext())
    changed = {**FILES, "index.html": b"two"}
    wrong = [*asked(world, changed)["Distributions"], *fronts("E9")]
    content.handler(event("Update", 2, asked(world, changed, Distributions=wrong)), FakeContext())
    assert told[-1]["status"] == "FAILED"
    less = asked(world, changed, MaxPaths="1")
    content.handler(event("Update", 3, less), FakeContext())
    assert told[-1]["status"] == "SUCCESS"
    assert cloudfront.dropped("E1")[-1] == "/docs*"


def test_a_failure_is_told(world: World, told: list[dict[str, Any]]) -> None:
    wrong = asked(world, FILES)
    wrong["Destination"]["Bucket"] = "no-such-bucket-at-all"
    content.handler(event("Create", 1, wrong), FakeContext())
    assert told[-1]["status"] == "FAILED"
    assert "NoSuchBucket" in told[-1]["reason"]


PROPERTIES: list[Any] = [
    {},
    None,
    "x",
    {"Destination": "b"},
    {"Destination": {"Bucket": "b"}},
    {"Destination": {"Bucket": "b", "Prefix": ""}, "Owner": "o"},
]


@pytest.mark.parametrize("properties", PROPERTIES)
@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_properties_of_another_version_are_answered(
    told: list[dict[str, Any]],
    kind: str,
    properties: Any,  # noqa: ANN401
) -> None:
    for handler in (content.handler, invalidation.handler):
        told.clear()
        handler(event(kind, 1, properties, PhysicalResourceId="before"), FakeContext())
        assert len(told) == 1
    for handler in (content.handler, invalidation.handler):
        handler(event("Delete", 1, properties, PhysicalResourceId="before"), FakeContext())
        assert told[-1]["status"] == "SUCCESS"  # else the stack could never be deleted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "x", "-1", "true", "a/*"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["Bucket", "Prefix", "Id", "Pattern", "x"]), inner)
    ),
    max_leaves=4,
)
RIGHT = {
    "Tags": [{"Pattern": "*.html", "Tags": ["page"]}],
    "KeepsBuilds": "true",
    "Sources": [],
    "Destination": {"Bucket": "no bucket", "Prefix": "site/"},
    "ManifestKey": ".serverless-stack/site/Test.json.gz",
    "Owner": "Test",
    "CacheControl": [{"Pattern": "assets/*", "CacheControl": "immutable"}],
    "Documents": ["*.html"],
    "Distributions": [],
    "MaxPaths": "30",
    "WaitSeconds": "0",
    "GracePeriodDays": "7",
    "RemovalPolicy": "destroy",
    "Paths": ["/*"],
    "Trigger": "1",
}


CLIENT = functools.cache(lambda: boto3.client("s3"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(["Create", "Update", "Delete", "Other"]),
    junk=st.dictionaries(st.sampled_from([*RIGHT, "Unknown"]), JSON, max_size=4),
    left_out=st.sets(st.sampled_from([*RIGHT])),
    old=JSON,
)
def test_any_properties_are_answered(
    use_aws: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    told: list[dict[str, Any]],
    kind: str,
    junk: dict[str, Any],
    left_out: set[str],
    old: Any,  # noqa: ANN401
) -> None:
    monkeypatch.setattr(content, "s3_client", lambda _threads: CLIENT())
    properties = {name: each for name, each in {**RIGHT, **junk}.items() if name not in left_out}
    for handler in (content.handler, invalidation.handler):
        told.clear()
        handler(event(kind, 1, properties, OldResourceProperties=old), FakeContext())
        assert len(told) == 1
        if kind == "Delete" and "Destination" not in junk:
            assert told[0]["status"] == "SUCCESS"


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


def test_an_invalidation_by_tag(cloudfront: CloudFront, told: list[dict[str, Any]]) -> None:
    first = {"Distributions": ["E1"], "Paths": ["/x"], "Trigger": "1", "WaitSeconds": "0"}
    tagged = {**first, "Tags": ["Red", "product-42"]}
    invalidation.handler(event("Create", 1, first), FakeContext())
    invalidation.handler(event("Update", 2, tagged, OldResourceProperties=first), FakeContext())
    invalidation.handler(event("Update", 3, tagged, OldResourceProperties=tagged), FakeContext())
    assert cloudfront.dropped("E1") == ["/x", "/x", "#Red", "#product-42"]
    assert [answer["data"]["PathsBilled"] for answer in told] == [1, 3, 0]
