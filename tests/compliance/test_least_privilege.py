"""Compare the permissions of functions with the calls in their code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compliance.aws_calls import needed, python_files
from tests.compliance.tools import REPOSITORY, Assembly

pytestmark = pytest.mark.xdist_group("compliance")

PACKAGE = REPOSITORY / "serverless_stack"
CODE = {
    "Function": (PACKAGE / "runtime", REPOSITORY / "examples/shop/handler"),
    "Content": (
        PACKAGE / "functions/content",
        PACKAGE / "functions/custom_resource.py",
        PACKAGE / "operations/content",
        PACKAGE / "operations/invalidation",
    ),
    "RedisRotation": (PACKAGE / "functions/rotation",),
}
# Earlier versions are used only with `versions`.
_VERSIONS = {"s3:DeleteObjectVersion", "s3:GetObjectVersion", "s3:ListBucketVersions"}
# `ensure_bucket` is for tests and tools: a connected function has a bucket.
_CREATION = {"s3:CreateBucket", "s3:HeadBucket", "s3:PutPublicAccessBlock"}
# Only the command line asks whether a distribution has cache tags.
_COMMANDS = {"cloudfront:GetDistributionConfig"}
NOT_GRANTED = {
    ("Dev", "Function"): _VERSIONS | _CREATION,
    ("Production", "Function"): _VERSIONS | _CREATION,
    ("Regulated", "Function"): _VERSIONS | _CREATION,
    # The code also rotates passwords of users; this cache has a token.
    ("Regulated", "RedisRotation"): {"elasticache:DescribeUsers", "elasticache:ModifyUser"},
    # Files are deleted only where the profile destroys data.
    ("Dev", "Content"): _COMMANDS,
    ("Production", "Content"): {"s3:DeleteObject"} | _COMMANDS,
    ("Regulated", "Content"): {"s3:DeleteObject"} | _COMMANDS,
}
# Actions of Lambda itself with the role: logs, traces, network, queue and key.
PLATFORM = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def documents(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    properties = resource.get("Properties", {})
    yield from (policy["PolicyDocument"] for policy in properties.get("Policies", []))
    if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        yield properties["PolicyDocument"]


def granted(template: Path, role: str) -> set[str]:
    """Return the actions that the role of a function is allowed, inline or not."""
    resources = json.loads(template.read_text())["Resources"]
    (name,) = [
        name
        for name, resource in resources.items()
        if name.startswith(f"{role}Role") and resource["Type"] == "AWS::IAM::Role"
    ]
    actions: set[str] = set()
    for logical_id, resource in resources.items():
        if logical_id != name and {"Ref": name} not in resource.get("Properties", {}).get(
            "Roles", []
        ):
            continue
        for document in documents(resource):
            for statement in document["Statement"]:
                if statement["Effect"] == "Deny":
                    continue
                allowed = statement["Action"]
                actions |= {allowed} if isinstance(allowed, str) else set(allowed)
    return actions


@pytest.mark.parametrize(
    ("stack", "role"),
    [
        ("Dev", "Function"),
        ("Dev", "Content"),
        ("Production", "Function"),
        ("Production", "Content"),
        ("Regulated", "Function"),
        ("Regulated", "Content"),
        ("Regulated", "RedisRotation"),
    ],
)
def test_granted_actions_are_the_used_ones(assembly: Assembly, stack: str, role: str) -> None:
    allowed = granted(assembly.template(stack), role) - PLATFORM
    used = needed(python_files(*CODE[role])) - NOT_GRANTED.get((stack, role), set())
    assert allowed - used == set(), "granted and not used"
    assert used - allowed == set(), "used and not granted"


@pytest.mark.parametrize("stack", ["Production", "Regulated", "Decided"])
def test_no_action_has_a_wildcard(assembly: Assembly, stack: str) -> None:
    resources = json.loads(assembly.template(stack).read_text())["Resources"]
    wildcards = {
        action
        for resource in resources.values()
        for document in documents(resource)
        for statement in document["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
        if "*" in action
    }
    assert wildcards == set()


def test_all_forms_of_calls_are_found(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text(
        "import boto3\n"
        "s3 = boto3.client('s3')\n"
        "s3.get_object(Bucket='b', Key='k', VersionId='v')\n"
        "s3.head_object(Bucket='b', Key='k')\n"
        "s3.generate_presigned_url('put_object', Params={})\n"
        "s3.get_paginator('list_objects_v2')\n"
        "s3.upload_file('f', 'b', 'k')\n"
        "orders.get('put_bucket_acl')\n"
    )
    assert needed([code]) == {
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:ListBucket",
        "s3:AbortMultipartUpload",
    }
