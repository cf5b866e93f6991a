"""Rotation of secrets by functions, and associations of web ACLs."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.conftest import Emulator, function

ROTATE = """
import boto3

def handler(event, context):
    client = boto3.client("secretsmanager")
    secret, version = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        client.put_secret_value(SecretId=secret, ClientRequestToken=version,
                                SecretString="new", VersionStages=["AWSPENDING"])
    if event["Step"] == "testSecret" and client.describe_secret(SecretId=secret)["Description"]:
        raise RuntimeError("refused")
    if event["Step"] == "finishSecret":
        stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
        (current,) = [id for id, names in stages.items() if "AWSCURRENT" in names]
        client.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT",
            MoveToVersionId=version, RemoveFromVersionId=current)
"""


def rotated(description: str = "", **schedule: object) -> dict[str, Any]:
    """Return a secret, the function that rotates it, and a schedule."""
    properties = {
        "SecretId": {"Ref": "Secret"},
        "RotationLambdaARN": {"Fn::GetAtt": ["Function", "Arn"]},
        "RotationRules": {"AutomaticallyAfterDays": 7},
        "RotateImmediatelyOnUpdate": False,
        **schedule,
    }
    secret = {"SecretString": "old", "Description": description}
    return {
        **function(ROTATE),
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": secret},
        "Schedule": {
            "Type": "AWS::SecretsManager::RotationSchedule",
            "Properties": {name: value for name, value in properties.items() if value is not None},
        },
    }


def value_after(cloud: Emulator, secret: str, expected: str) -> str:
    """Return the current value of a secret once it is as expected, or after some seconds."""
    client = cloud.client("secretsmanager")
    value, deadline = "", time.monotonic() + 30
    while value != expected and time.monotonic() < deadline:
        value = client.get_secret_value(SecretId=secret)["SecretString"]
        time.sleep(0.05)
    return value


def test_a_secret_is_rotated_when_it_is_asked_for(cloud: Emulator) -> None:
    client = cloud.client("secretsmanager")
    secret = cloud.deploy("rotated", rotated(), Ref={"Ref": "Secret"})["Ref"]
    described = client.describe_secret(SecretId=secret)
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 7}
    assert client.get_secret_value(SecretId=secret)["SecretString"] == "old"
    client.rotate_secret(SecretId=secret)
    assert value_after(cloud, secret, "new") == "new"
    resources = rotated()
    del resources["Schedule"]
    cloud.deploy("rotated", resources, Ref={"Ref": "Secret"})
    assert not client.describe_secret(SecretId=secret)["RotationEnabled"]


def test_a_schedule_rotates_at_once_unless_it_says_otherwise(cloud: Emulator) -> None:
    resources = rotated(RotateImmediatelyOnUpdate=None)
    secret = cloud.deploy("at-once", resources, Ref={"Ref": "Secret"})["Ref"]
    assert value_after(cloud, secret, "new") == "new"


def test_a_rotation_that_fails_leaves_the_current_value(cloud: Emulator) -> None:
    client = cloud.client("secretsmanager")
    secret = cloud.deploy("failing", rotated("refuse"), Ref={"Ref": "Secret"})["Ref"]
    version = client.rotate_secret(SecretId=secret)["VersionId"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            pending = client.get_secret_value(SecretId=secret, VersionStage="AWSPENDING")
            break
        except client.exceptions.ResourceNotFoundException:
            time.sleep(0.05)  # the version has no value yet
    assert (pending["VersionId"], pending["SecretString"]) == (version, "new")
    assert client.get_secret_value(SecretId=secret)["SecretString"] == "old"


def test_a_version_has_one_value(cloud: Emulator) -> None:
    client = cloud.client("secretsmanager")
    secret = client.create_secret(Name="one-value")["ARN"]
    token = "0" * 32
    for value in ("first", "first"):
        client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=value)
    with pytest.raises(client.exceptions.ResourceExistsException):
        client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString="second")
    assert client.get_secret_value(SecretId=secret)["SecretString"] == "first"


def test_a_function_that_does_not_exist_is_refused(cloud: Emulator) -> None:
    client = cloud.client("secretsmanager")
    arn = client.create_secret(Name="without-function", SecretString="old")["ARN"]
    nobody = "arn:aws:lambda:us-east-1:000000000000:function:nobody"
    with pytest.raises(ClientError, match="cannot invoke the specified Lambda function"):
        client.rotate_secret(SecretId=arn, RotationLambdaARN=nobody)
    client.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def test_a_web_acl_of_a_stage(cloud: Emulator) -> None:
    client = cloud.client("wafv2")
    stage = "arn:aws:apigateway:us-east-1::/restapis/a1/stages/prod"
    rules = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}}
    shown = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    acl = {
        "Type": "AWS::WAFv2::WebACL",
        "Properties": {**rules, "VisibilityConfig": shown, "Name": "guard"},
    }
    association = {
        "Type": "AWS::WAFv2::WebACLAssociation",
        "Properties": {"ResourceArn": stage, "WebACLArn": {"Fn::GetAtt": ["Acl", "Arn"]}},
    }
    cloud.deploy("guarded", {"Acl": acl, "Association": association})
    assert client.get_web_acl_for_resource(ResourceArn=stage)["WebACL"]["Name"] == "guard"
    cloud.deploy("guarded", {"Acl": acl})
    with pytest.raises(ClientError, match="WAFNonexistentItem"):
        client.get_web_acl_for_resource(ResourceArn=stage)
