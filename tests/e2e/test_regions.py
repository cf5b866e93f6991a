"""A bucket and a distribution of two regions, and what CloudFront needs in a third, us-east-1.

`examples/regions`, deployed by the real CDK command line.
"""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from serverless_stack.cli.main import application
from serverless_stack.local.cloud import LocalCloud
from tests.e2e.examples import deployed_example

pytestmark = pytest.mark.xdist_group("regions")


class Regions:
    """The deployed example, with a page in its bucket."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.environment = cloud.environment()
        (bucket,) = [
            name
            for kind, name in self.resources("Files", "eu-central-1")
            if kind == "AWS::S3::Bucket"
        ]
        self.client("s3", "eu-central-1").put_object(
            Bucket=bucket, Key="x.html", Body=b"page", ContentType="text/html"
        )
        (self.domain,) = self.outputs("Front", "eu-west-1").values()

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401 - not all stubs exist
        return boto3.client(  # type: ignore[call-overload]
            service,
            region_name=region,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    def resources(self, stack: str, region: str) -> list[tuple[str, str]]:
        found = self.client("cloudformation", region).describe_stack_resources(StackName=stack)
        return [
            (item["ResourceType"], item["PhysicalResourceId"]) for item in found["StackResources"]
        ]

    def outputs(self, stack: str, region: str) -> dict[str, str]:
        client = self.client("cloudformation", region)
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
        return {
            item["OutputKey"]: item["OutputValue"]
            for item in found["Outputs"]
            if item["OutputKey"] == "DomainName" or stack != "Front"
        }

    def get(self, **headers: str) -> tuple[int, bytes]:
        """Return the answer to a request, from an address of one's own by default."""
        address = self.environment["AWS_ENDPOINT_URL"].removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=10)
        sent = {"Host": self.domain, "X-Forwarded-Proto": "https"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", "/x.html", headers={**sent, **named})
        response = connection.getresponse()
        try:
            return response.status, response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Regions]:
    with deployed_example("regions", tmp_path_factory.mktemp("regions")) as cloud:
        yield Regions(cloud)


def test_the_distribution_serves_the_bucket_of_another_region(regions: Regions) -> None:
    assert regions.get() == (200, b"page")


def test_the_distribution_has_what_is_in_us_east_1(regions: Regions) -> None:
    kinds = dict(regions.resources("Front-eu-west-1-global", "us-east-1"))
    cloudfront = regions.client("cloudfront", "us-east-1")
    (item,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    assert item["WebACLId"].split(":")[2:4] == ["wafv2", "us-east-1"]
    assert (
        item["ViewerCertificate"]["ACMCertificateArn"]
        == (kinds["AWS::CertificateManager::Certificate"])
    )
    assert item["Aliases"]["Items"] == ["example.com", "www.example.com"]


def test_the_log_and_the_alarms_are_those_of_the_distribution(regions: Regions) -> None:
    cloudfront = regions.client("cloudfront", "us-east-1")
    (item,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    logs = regions.client("logs", "us-east-1")
    (source,) = logs.describe_delivery_sources()["deliverySources"]
    assert source["resourceArns"] == [item["ARN"]]
    alarms = regions.client("cloudwatch", "us-east-1").describe_alarms()["MetricAlarms"]
    assert {alarm["MetricName"] for alarm in alarms} == {"5xxErrorRate", "OriginLatency"}
    for alarm in alarms:
        assert {"Name": "DistributionId", "Value": item["Id"]} in alarm["Dimensions"]


def test_each_name_has_its_records(regions: Regions) -> None:
    route53 = regions.client("route53", "eu-central-1")
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    aliases = {(each["Name"], each["Type"]) for each in records if "AliasTarget" in each}
    names = ("example.com.", "www.example.com.")
    assert aliases == {(name, kind) for name in names for kind in ("A", "AAAA", "HTTPS")}


def test_countries_and_rates_are_refused(regions: Regions) -> None:
    assert regions.get(x_serverless_stack_viewer_country="AQ")[0] == 403
    statuses = [regions.get(x_serverless_stack_viewer_address="192.0.2.1")[0] for _ in range(101)]
    assert statuses == [200] * 100 + [403]
    assert regions.get()[0] == 200


def test_a_change_is_staged_and_promoted(
    regions: Regions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in regions.environment.items():
        monkeypatch.setenv(name, value)
    changes = tmp_path / "changes.json"
    page = {"ErrorCode": 403, "ResponsePagePath": "/x.html", "ResponseCode": "200"}
    pages = {"Quantity": 1, "Items": [{**page, "ErrorCachingMinTTL": 0}]}
    changes.write_text(json.dumps({"CustomErrorResponses": pages}))

    def run(*arguments: str) -> str:
        command = ["cdn", *arguments, "--region", "eu-west-1"]
        result = CliRunner().invoke(application(), command)
        assert result.exit_code == 0, result.output
        return result.output

    penguin = {"x_serverless_stack_viewer_country": "AQ"}
    run("stage", "Front/Cdn", "--header", "aws-cf-cd-try=1", "--changes", str(changes))
    assert regions.get(**penguin)[0] == 403
    assert regions.get(**penguin, aws_cf_cd_try="1") == (200, b"page")
    run("promote", "Front/Cdn")
    assert regions.get(**penguin) == (200, b"page")
    assert "deleting" in run("discard", "Front/Cdn")


def test_everything_is_destroyed(regions: Regions) -> None:
    regions.cloud.destroy()
    for region in ("eu-central-1", "eu-west-1", "us-east-1"):
        client = regions.client("cloudformation", region)
        stacks = client.describe_stacks()["Stacks"]
        assert [s["StackName"] for s in stacks if s["StackName"] != "CDKToolkit"] == []
    assert regions.client("wafv2", "us-east-1").list_web_acls(Scope="CLOUDFRONT")["WebACLs"] == []
