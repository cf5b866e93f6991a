"""Properties that MiniStack drops from a template."""

import string
from typing import Any

import pytest

from tests.local.emulator.conftest import Emulator, function, rest_api
from tests.local.emulator.test_ec2 import VPC, group

HANDLER = "def handler(event, context): return {}"


def test_function_in_a_vpc(cloud: Emulator) -> None:
    def resources(**more: object) -> dict[str, Any]:
        return {**VPC, "Caller": group("caller"), **function(HANDLER, **more)}

    inside = {"SubnetIds": [{"Ref": "Subnet"}], "SecurityGroupIds": [{"Ref": "Caller"}]}
    references = {"Name": {"Ref": "Function"}, "Vpc": {"Ref": "Vpc"}, "Group": {"Ref": "Caller"}}

    def config() -> dict[str, Any]:
        found: dict[str, Any] = cloud.client("lambda").get_function_configuration(
            FunctionName=ids["Name"]
        )
        return found

    ids = cloud.deploy("declared-vpc", resources(VpcConfig=inside), **references)
    found = config()["VpcConfig"]
    assert (found["VpcId"], found["SecurityGroupIds"]) == (ids["Vpc"], [ids["Group"]])
    assert len(found["SubnetIds"]) == 1

    cloud.deploy("declared-vpc", resources(VpcConfig=inside, MemorySize=256), **references)
    assert config()["VpcConfig"] == found
    cloud.deploy("declared-vpc", resources(), **references)
    assert config()["VpcConfig"]["SubnetIds"] == []


@pytest.mark.parametrize(
    ("declared", "types"),
    [({}, ["EDGE"]), ({"EndpointConfiguration": {"Types": ["REGIONAL"]}}, ["REGIONAL"])],
)
def test_endpoint_types(cloud: Emulator, declared: dict[str, Any], types: list[str]) -> None:
    resources = {**function(HANDLER), **rest_api()}
    resources["Api"]["Properties"].update(declared)
    name = f"declared-{types[0].lower()}"
    api_id = cloud.deploy(name, resources, Id={"Ref": "Api"})["Id"]
    found = cloud.client("apigateway").get_rest_api(restApiId=api_id)
    assert found["endpointConfiguration"]["types"] == types


def secret(**generated: object) -> dict[str, Any]:
    return {
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"GenerateSecretString": {"PasswordLength": 200, **generated}},
        }
    }


def test_ref_of_a_secret_is_its_arn(cloud: Emulator) -> None:
    arn = cloud.deploy("declared-arn", secret(), Arn={"Ref": "Secret"})["Arn"]
    secrets = cloud.client("secretsmanager")
    assert arn.startswith("arn:aws:secretsmanager:us-east-1:000000000000:secret:")
    first = secrets.get_secret_value(SecretId=arn)["SecretString"]

    described = secret()
    described["Secret"]["Properties"]["Description"] = "changed"
    assert cloud.deploy("declared-arn", described, Arn={"Ref": "Secret"})["Arn"] == arn
    assert secrets.describe_secret(SecretId=arn)["Description"] == "changed"
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == first

    assert cloud.destroy("declared-arn") == "DELETE_COMPLETE"
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.describe_secret(SecretId=arn)


@pytest.mark.parametrize(
    "excluded",
    [
        {"ExcludePunctuation": True},
        {"ExcludeNumbers": True, "ExcludeUppercase": True, "ExcludePunctuation": True},
        {"ExcludeCharacters": "abc", "ExcludeUppercase": "true"},
    ],
    ids="-".join,
)
def test_characters_of_a_secret(cloud: Emulator, excluded: dict[str, Any]) -> None:
    name = f"declared-secret-{'-'.join(excluded)}"
    arn = cloud.deploy(name, secret(**excluded), Arn={"Ref": "Secret"})["Arn"]
    value = set(cloud.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    kinds = {
        "ExcludeNumbers": string.digits,
        "ExcludePunctuation": string.punctuation,
        "ExcludeUppercase": string.ascii_uppercase,
    }
    for kind, chars in kinds.items():
        assert bool(value & set(chars)) != (kind in excluded)
    assert not value & set(excluded.get("ExcludeCharacters", ""))
