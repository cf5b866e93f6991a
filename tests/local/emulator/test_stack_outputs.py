"""Values that stacks of two regions exchange."""

import json

import boto3
import pytest

from tests.local.emulator.conftest import KEY, Emulator

OUTPUT = {"StackName": "of-us-east-1", "OutputName": "Name", "Region": "us-east-1"}


@pytest.fixture(scope="module")
def produced(cloud: Emulator) -> str:
    record = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}
    return cloud.deploy("of-us-east-1", {"Made": record}, Name={"Ref": "Made"})["Name"]


def test_an_output_of_another_region(cloud: Emulator, produced: str) -> None:
    client = boto3.client(
        "cloudformation",
        endpoint_url=f"http://127.0.0.1:{cloud.gateway}",
        region_name="eu-central-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
    )
    value = {"Fn::Join": ["", ["of ", {"Fn::GetStackOutput": OUTPUT}]]}
    record = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    outputs = {"Whole": {"Value": {"Fn::GetStackOutput": OUTPUT}}}
    template = {"Resources": {"Used": record}, "Outputs": outputs}
    client.create_stack(StackName="reader", TemplateBody=json.dumps(template))
    client.get_waiter("stack_create_complete").wait(
        StackName="reader", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    (stack,) = client.describe_stacks(StackName="reader")["Stacks"]
    assert [item["OutputValue"] for item in stack["Outputs"]] == [produced]
    client.delete_stack(StackName="reader")


def test_an_output_of_the_same_region(cloud: Emulator, produced: str) -> None:
    near = {name: value for name, value in OUTPUT.items() if name != "Region"}
    record = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": {"Fn::GetStackOutput": near}},
    }
    name = cloud.deploy("near", {"Used": record}, Name={"Ref": "Used"})["Name"]
    found = cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert found == produced
    record["Properties"]["Value"] = {"Fn::GetStackOutput": {**near, "OutputName": "Other"}}  # type: ignore[index]
    with pytest.raises(AssertionError, match="'Other' not found"):
        cloud.deploy("near", {"Used": record})
