"""What is refused before CloudFront is asked, and changes of configurations and policies."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from serverless_stack.operations.releases.apis import logical_id
from serverless_stack.operations.staging import Traffic, Version, find_distribution
from serverless_stack.operations.staging.buckets import allow, bucket_names
from serverless_stack.operations.staging.steps import merged


def client_of(service: str) -> Any:  # noqa: ANN401 - not all stubs are dependencies
    return boto3.client(  # type: ignore[call-overload]
        service, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "`--weight` or `--header` must be given, got: neither"),
        ({"weight": 0.1, "header": "aws-cf-cd-x", "value": "1"}, "got: both"),
        ({"weight": 0.0}, "more than 0 and at most 0.15, got: 0"),
        ({"weight": 0.2}, "more than 0 and at most 0.15, got: 0.2"),
        ({"weight": float("nan")}, "got: nan"),
        ({"header": "beta", "value": "1"}, "(nearest accepted: aws-cf-cd-beta)"),
        ({"header": "aws-cf-cd-x"}, "a value of 1 to 1,783, got: 11 and 0"),
        ({"header": "aws-cf-cd-" + "x" * 247, "value": "1"}, "got: 257 and 1"),
        ({"weight": 0.1, "sticky_seconds": 299}, "between 300 and 3600 seconds, got: 299"),
        ({"header": "aws-cf-cd-x", "value": "1", "sticky_seconds": 300}, "must go with `--weight`"),
    ],
)
def test_refused_traffic(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="--") as caught:
        Traffic(**arguments)
    assert message in str(caught.value)


def test_the_traffic_in_the_form_of_the_api() -> None:
    assert Traffic(0.15, sticky_seconds=300).config == {
        "Type": "SingleWeight",
        "SingleWeightConfig": {
            "Weight": 0.15,
            "SessionStickinessConfig": {"IdleTTL": 300, "MaximumTTL": 300},
        },
    }
    assert Traffic(header="aws-cf-cd-x", value="1").config == {
        "Type": "SingleHeader",
        "SingleHeaderConfig": {"Header": "aws-cf-cd-x", "Value": "1"},
    }


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({}, {"a": {"b": 1, "c": [1, 2]}}),
        ({"a": {"b": 2}}, {"a": {"b": 2, "c": [1, 2]}}),
        ({"a": {"c": [3]}}, {"a": {"b": 1, "c": [3]}}),
        ({"a": {"b": None}, "d": {"e": {"f": None}}}, {"a": {"c": [1, 2]}, "d": {"e": {}}}),
        ({"a": "text"}, {"a": "text"}),
    ],
)
def test_a_merge_patch(patch: dict[str, Any], expected: dict[str, Any]) -> None:
    config = {"a": {"b": 1, "c": [1, 2]}}
    assert merged(config, patch) == expected
    assert config == {"a": {"b": 1, "c": [1, 2]}}


def version(arn: str, *domains: str) -> Version:
    origins = [{"DomainName": domain, "S3OriginConfig": {}} for domain in domains]
    api = {"DomainName": "x.execute-api.eu-west-1.amazonaws.com", "CustomOriginConfig": {}}
    config = {"Origins": {"Items": [*origins, api]}}
    return Version("E", arn, "d.cloudfront.net", "1", "Deployed", config)


def test_the_buckets_of_a_distribution() -> None:
    found = version(
        "a", "b.s3.eu-west-1.amazonaws.com", "a.b.s3.amazonaws.com", "b.s3.amazonaws.com"
    )
    assert bucket_names(found) == ["a.b", "b"]


def test_other_statements_of_a_bucket_policy_stay_as_they_are() -> None:
    client = client_of("s3")

    def policy(*arns: str) -> str:
        own = list(arns) if len(arns) > 1 else arns[0]
        statements = [
            {"Sid": "A", "Condition": {"StringEquals": {"AWS:SourceArn": own}}},
            {"Sid": "B", "Condition": {"StringEquals": {"AWS:SourceArn": "other"}}},
            {"Sid": "C", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        ]
        return json.dumps({"Statement": statements})

    primary, staging = version("p"), version("s", "b.s3.amazonaws.com")
    with Stubber(client) as answers:
        answers.add_response("get_bucket_policy", {"Policy": policy("p")}, {"Bucket": "b"})
        put = {"Bucket": "b", "Policy": policy("p", "s")}
        answers.add_response("put_bucket_policy", {}, put)
        assert allow(client, primary, staging) == ["b"]
        answers.add_response("get_bucket_policy", {"Policy": policy("p", "s")}, {"Bucket": "b"})
        assert allow(client, primary, staging) == []
        answers.add_client_error("get_bucket_policy", "NoSuchBucketPolicy")
        assert allow(client, primary, staging) == []
        answers.assert_no_pending_responses()


def test_a_distribution_is_found_by_the_path_of_its_construct() -> None:
    client = client_of("cloudformation")
    name = logical_id(["Site", "Cdn", "Distribution", "Resource"])
    items = [
        {
            "LogicalResourceId": each,
            "PhysicalResourceId": f"id-{each}",
            "ResourceType": "AWS::CloudFront::Distribution",
            "ResourceStatus": "CREATE_COMPLETE",
            "LastUpdatedTimestamp": "2026-01-01T00:00:00Z",
        }
        for each in ("OtherDistribution12345678", name)
    ]
    with Stubber(client) as answers:
        for _ in range(2):
            answers.add_response("list_stack_resources", {"StackResourceSummaries": items})
        assert find_distribution(client, "Shop/Site/Cdn") == f"id-{name}"
        with pytest.raises(ValueError, match="did you mean Shop/Other"):
            find_distribution(client, "Shop/Othr")
