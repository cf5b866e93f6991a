"""Deployed stacks, with stubbed answers of boto3; tests/cli has a real cloud."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)
from botocore.stub import Stubber

from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.review.sources import deployed
from serverless_stack.testing.review.sources.deployed import Account, read_deployed
from serverless_stack.testing.template_text import SourceError

QUEUE = {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}}
NESTED = {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "..."}}}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client(
        "cloudformation",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    monkeypatch.setattr(deployed, "_client", lambda account: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answer(cloud: Stubber, name: str, stage: str, body: object) -> None:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    cloud.add_response(
        "get_template", {"TemplateBody": text}, {"StackName": name, "TemplateStage": stage}
    )


def read(*new: Stack, name: str = "Shop") -> list[Stack]:
    return read_deployed([name], new, Account())


def test_json_is_read_as_submitted(cloud: Stubber) -> None:
    answer(cloud, "Shop", "Original", {"Resources": QUEUE})
    assert read() == [Stack("Shop", {"Resources": QUEUE})]


def test_yaml_comes_as_text(cloud: Stubber) -> None:
    answer(cloud, "Shop", "Original", "Resources: {A: {Type: !Ref B}}")
    assert read() == [Stack("Shop", {"Resources": {"A": {"Type": {"Ref": "B"}}}})]


@pytest.mark.parametrize("name", ["Shop", ""])
def test_a_transform_that_both_templates_have(cloud: Stubber, name: str) -> None:
    template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": QUEUE}
    answer(cloud, "Shop", "Original", template)
    assert read(Stack(name, template))[0].template == template


def test_a_transform_that_only_the_deployed_template_has(cloud: Stubber) -> None:
    answer(cloud, "Shop", "Original", {"Transform": "Mine", "Resources": {}})
    answer(cloud, "Shop", "Processed", {"Resources": QUEUE})
    assert read(Stack("Shop", {"Resources": QUEUE}))[0].template == {"Resources": QUEUE}


def test_nested_stacks_are_read_too(cloud: Stubber) -> None:
    answer(cloud, "Shop", "Original", {"Resources": NESTED})
    detail: dict[str, Any] = {
        "LogicalResourceId": "Inner",
        "ResourceType": "AWS::CloudFormation::Stack",
        "LastUpdatedTimestamp": 0,
        "ResourceStatus": "CREATE_COMPLETE",
        "PhysicalResourceId": "arn:inner",
    }
    cloud.add_response(
        "describe_stack_resource",
        {"StackResourceDetail": detail},
        {"StackName": "Shop", "LogicalResourceId": "Inner"},
    )
    answer(cloud, "arn:inner", "Original", {"Resources": QUEUE})
    assert [stack.name for stack in read()] == ["Shop", "Shop/Inner"]


def test_characters_that_cloudformation_lost_are_no_change(cloud: Stubber) -> None:
    def described(*texts: str) -> dict[str, object]:
        return {"Resources": {"A": {"Type": "T", "Properties": {"Texts": list(texts)}}}}

    answer(cloud, "Shop", "Original", described("Gr??e", "really?", "a?"))
    (stack,) = read(Stack("Shop", described("Grüße", "really!", "a?")))
    assert stack.template == described("Grüße", "really?", "a?")


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (
            "ValidationError",
            "Stack with id Shop does not exist",
            "the stack is not deployed: Stack with id Shop does not exist; name another one, "
            "or its account and region with `--profile` and `--region`",
        ),
        (
            "AccessDenied",
            "not authorized to perform: cloudformation:GetTemplate",
            "CloudFormation refused: not authorized to perform: cloudformation:GetTemplate "
            "(AccessDenied)",
        ),
    ],
)
def test_errors_of_cloudformation(cloud: Stubber, code: str, message: str, expected: str) -> None:
    cloud.add_client_error("get_template", code, message)
    with pytest.raises(SourceError) as caught:
        read()
    assert str(caught.value) == expected
    assert isinstance(caught.value.__cause__, ClientError)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            NoCredentialsError(),
            "there are no AWS credentials: name a profile with `--profile`, ",
        ),
        (NoRegionError(), "there is no AWS region: name it with `--region`"),
        (ProfileNotFound(profile="x"), "CloudFormation cannot be reached in eu-west-1: The config"),
        (
            EndpointConnectionError(endpoint_url="http://x"),
            "CloudFormation cannot be reached in eu-west-1: Could not connect to the endpoint",
        ),
    ],
)
def test_errors_of_boto3(error: Exception, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(account: Account) -> None:
        raise error

    monkeypatch.setattr(deployed, "_client", fail)
    with pytest.raises(SourceError) as caught:
        read_deployed(["Shop"], [], Account(region="eu-west-1"))
    assert str(caught.value).startswith(expected)
