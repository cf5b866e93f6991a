"""Functions, layers, permissions to call, log groups."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tests.e2e.account import Account
from tests.e2e.resources.registry import Properties, Resource, gives, only, reads


@reads("AWS::Lambda::Function")
def function(account: Account, resource: Resource) -> Properties:
    found: Mapping[str, Any] = account.lambda_.get_function_configuration(
        FunctionName=resource.physical_id
    )
    return {
        **found,
        "Code": _code(account, resource.properties["Code"], found["CodeSha256"]),
        "Layers": [layer["Arn"] for layer in found.get("Layers", [])],
    }


@gives("AWS::Lambda::Function", "Arn")
def function_arn(account: Account, name: str) -> str:
    return account.lambda_.get_function_configuration(FunctionName=name)["FunctionArn"]


@reads("AWS::Lambda::Permission")
def permission(account: Account, resource: Resource) -> Properties:
    name = str(resource.properties["FunctionName"])
    policy = json.loads(account.lambda_.get_policy(FunctionName=name)["Policy"])
    source = resource.properties["SourceArn"]
    ours = [
        statement
        for statement in policy["Statement"]
        if statement["Condition"]["ArnLike"]["AWS:SourceArn"] == source
    ]
    found = only(ours, resource.physical_id)
    return {
        "Action": found["Action"],
        "FunctionName": found["Resource"],
        "Principal": found["Principal"]["Service"],
        "SourceArn": source,
    }


@reads("AWS::Logs::LogGroup")
def log_group(account: Account, resource: Resource) -> Properties:
    groups = account.logs.describe_log_groups(logGroupNamePrefix=resource.physical_id)["logGroups"]
    named = [group for group in groups if group["logGroupName"] == resource.physical_id]
    found = only(named, resource.physical_id)
    return {
        "LogGroupName": found["logGroupName"],
        "RetentionInDays": found.get("retentionInDays"),
    }


@gives("AWS::Logs::LogGroup", "Arn")
def log_group_arn(account: Account, name: str) -> str:
    groups = account.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return str(only([g for g in groups if g["logGroupName"] == name], name)["arn"])


def _code(account: Account, asked: Mapping[str, str], digest: str) -> Properties:
    """The asset, if the code that runs has its bytes; else the digest of what runs instead."""
    asset = account.s3.get_object(Bucket=asked["S3Bucket"], Key=asked["S3Key"])["Body"].read()
    same = base64.b64encode(hashlib.sha256(asset).digest()).decode() == digest
    return dict(asked) if same else {"CodeSha256": digest}
