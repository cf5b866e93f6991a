"""The API of a construct in a deployed stack."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from serverless_stack.operations.releases import find_api
from serverless_stack.operations.releases.apis import logical_id

Client = Any


def test_a_logical_id_is_that_of_cdk() -> None:
    """As in the snapshots of `ProxyApi`."""
    assert logical_id(["Api", "RestApi", "Resource"]) == "ApiRestApiE35FEAFE"


@pytest.fixture
def client() -> Client:
    return boto3.client(
        "cloudformation", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


def found(client: Client, place: str, *apis: str) -> str:
    items = [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": f"id-{name}",
            "ResourceType": "AWS::ApiGateway::RestApi",
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": "2026-01-01T00:00:00Z",
        }
        for name in apis
    ]
    with Stubber(client) as answers:
        asked = {"StackName": place.partition("/")[0]}
        answers.add_response("list_stack_resources", {"StackResourceSummaries": items}, asked)
        return find_api(client, place)


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("Shop/Api", ["Api", "RestApi", "Resource"]),
        ("Shop/Back/Api", ["Back", "Api", "RestApi", "Resource"]),
        ("Shop/Raw", ["Raw", "Resource"]),
    ],
)
def test_an_api_is_found_by_the_path_of_its_construct(
    client: Client, place: str, path: list[str]
) -> None:
    name = logical_id(path)
    assert found(client, place, "Other12345678", name) == f"id-{name}"


def test_the_only_api_of_a_stack_needs_no_path(client: Client) -> None:
    assert found(client, "Shop", "ApiRestApi12345678") == "id-ApiRestApi12345678"


@pytest.mark.parametrize(
    ("place", "apis", "message"),
    [
        ("Shop/Apo", ["ApiRestApi12345678"], "did you mean Shop/Api?"),
        ("Shop", ["OneRestApi12345678", "TwoRestApi12345678"], "it has One, Two"),
        ("Shop/Api", [], "got: Shop without one"),
    ],
)
def test_other_apis_are_refused(client: Client, place: str, apis: list[str], message: str) -> None:
    with pytest.raises(ValueError, match="must have") as caught:
        found(client, place, *apis)
    assert message in str(caught.value)


def test_a_stack_must_be_named(client: Client) -> None:
    with pytest.raises(ValueError, match="STACK/CONSTRUCT, such as Shop/Api, got: '/Api'"):
        find_api(client, "/Api")
