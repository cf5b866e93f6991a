"""Deliveries of a distribution's log in templates."""

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.conftest import KEY, Emulator

DISTRIBUTION = "arn:aws:cloudfront::000000000000:distribution/E1"


def resources(path: str) -> dict[str, object]:
    return {
        "Source": {
            "Type": "AWS::Logs::DeliverySource",
            "Properties": {"Name": "site", "LogType": "ACCESS_LOGS", "ResourceArn": DISTRIBUTION},
        },
        "Target": {
            "Type": "AWS::Logs::DeliveryDestination",
            "Properties": {
                "Name": "site",
                "OutputFormat": "w3c",
                "DestinationResourceArn": "arn:aws:s3:::logs",
            },
        },
        "Delivery": {
            "Type": "AWS::Logs::Delivery",
            "Properties": {
                "DeliverySourceName": {"Ref": "Source"},
                "DeliveryDestinationArn": {"Fn::GetAtt": ["Target", "Arn"]},
                "S3SuffixPath": path,
                "S3EnableHiveCompatiblePath": True,
            },
        },
    }


def test_a_delivery_is_created_changed_and_deleted(cloud: Emulator) -> None:
    client = cloud.client("logs")
    for path in ("{yyyy}", "{DistributionId}/{yyyy}"):
        found = cloud.deploy("delivery", resources(path), Id={"Ref": "Delivery"})["Id"]
        delivery = client.get_delivery(id=found)["delivery"]
        assert delivery["s3DeliveryConfiguration"]["suffixPath"] == path
        assert delivery["deliveryDestinationType"] == "S3"
    assert client.get_delivery_source(name="site")["deliverySource"]["service"] == "cloudfront"
    assert cloud.destroy("delivery") == "DELETE_COMPLETE"
    assert client.describe_deliveries()["deliveries"] == []
    assert client.describe_delivery_sources()["deliverySources"] == []


def test_a_distribution_is_a_source_in_us_east_1_only(cloud: Emulator) -> None:
    client = boto3.client(
        "logs",
        endpoint_url=f"http://127.0.0.1:{cloud.gateway}",
        region_name="eu-central-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
    )
    with pytest.raises(ClientError, match="not supported for this LogType in region eu-central-1"):
        client.put_delivery_source(name="x", resourceArn=DISTRIBUTION, logType="ACCESS_LOGS")
