"""`serverless-stack cdn` against the local CloudFront: staged, promoted and discarded."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from serverless_stack.cli.main import application
from serverless_stack.operations.staging import (
    Clients,
    StagingError,
    Step,
    Traffic,
    discard,
    promote,
    read_release,
    stage,
)
from tests.local.emulator.conftest import KEY, Emulator, Reply

STACK = "staged"
HEADER = "aws-cf-cd-try"
TRAFFIC = Traffic(header=HEADER, value="yes")
CACHE_NOTHING = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
READ: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Action": "s3:GetObject",
    "Resource": {"Fn::Sub": "${Pages.Arn}/*"},
    "Condition": {
        "StringEquals": {
            "AWS:SourceArn": {
                "Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Cdn}"
            }
        }
    },
}
RESOURCES: dict[str, Any] = {
    "Pages": {"Type": "AWS::S3::Bucket"},
    "Policy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": {"Ref": "Pages"}, "PolicyDocument": {"Statement": [READ]}},
    },
    "Access": {
        "Type": "AWS::CloudFront::OriginAccessControl",
        "Properties": {
            "OriginAccessControlConfig": {
                "Name": "staged",
                "OriginAccessControlOriginType": "s3",
                "SigningBehavior": "always",
                "SigningProtocol": "sigv4",
            }
        },
    },
    "Cdn": {
        "Type": "AWS::CloudFront::Distribution",
        "Properties": {
            "DistributionConfig": {
                "Enabled": True,
                "Comment": "site",
                "HttpVersion": "http2",
                "Aliases": ["example.com"],
                "Origins": [
                    {
                        "Id": "pages",
                        "DomainName": {"Fn::GetAtt": ["Pages", "RegionalDomainName"]},
                        "OriginPath": "/one",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                        "OriginAccessControlId": {"Ref": "Access"},
                    }
                ],
                "DefaultCacheBehavior": {
                    "TargetOriginId": "pages",
                    "ViewerProtocolPolicy": "allow-all",
                    "CachePolicyId": CACHE_NOTHING,
                },
            }
        },
    },
}


class World:
    """A distribution that serves the folder `/one` of a bucket, which has `/two` as well."""

    def __init__(self, cloud: Emulator) -> None:
        outputs = {
            "Id": {"Ref": "Cdn"},
            "Domain": {"Fn::GetAtt": ["Cdn", "DomainName"]},
            "Bucket": {"Ref": "Pages"},
        }
        made = cloud.deploy(STACK, RESOURCES, **outputs)
        self.cloud = cloud
        self.id, self.domain, self.bucket = made["Id"], made["Domain"], made["Bucket"]
        self.cloudfront = cloud.client("cloudfront")
        self.clients = Clients(self.cloudfront, cloud.client("s3"))
        self.lines: list[str] = []
        self.step = Step(self.lines.append, sleep=lambda seconds: None)
        for folder in ("one", "two"):
            self.clients.s3.put_object(Bucket=self.bucket, Key=f"{folder}/x", Body=folder.encode())

    def get(self, **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.cloud.request(
            "GET", self.cloud.at_gateway("/x"), {"Host": self.domain, **named}
        )

    def bodies(self) -> tuple[bytes, bytes]:
        """Return the page of a request without and with the header."""
        return self.get().body, self.get(**{HEADER: "yes"}).body

    def policy(self) -> str:
        return self.clients.s3.get_bucket_policy(Bucket=self.bucket)["Policy"]

    def changes(self) -> dict[str, Any]:
        origins = self.cloudfront.get_distribution_config(Id=self.id)["DistributionConfig"]
        (origin,) = origins["Origins"]["Items"]
        return {"Origins": {"Quantity": 1, "Items": [{**origin, "OriginPath": "/two"}]}}


@pytest.fixture(scope="module")
def world(cloud: Emulator) -> World:
    return World(cloud)


def test_a_change_is_staged_promoted_and_discarded(world: World) -> None:
    before = world.policy()
    assert world.bodies() == (b"one", b"one")

    release = stage(world.clients, world.id, TRAFFIC, world.changes(), world.step)
    assert world.bodies() == (b"one", b"two")
    assert release.is_attached
    assert release.staging is not None
    assert not release.staging.config.get("Aliases")
    assert release.staging.arn in world.policy()
    direct = world.cloud.request(
        "GET", world.cloud.at_gateway("/x"), {"Host": release.staging.domain, HEADER: "yes"}
    )
    assert direct.status == 403

    lines = len(world.lines)
    again = stage(world.clients, world.id, TRAFFIC, None, world.step)
    assert again == release
    assert world.lines[lines:] == []

    promoted = promote(world.clients, world.id, world.step)
    assert world.bodies()[0] == b"two"
    assert promoted.primary.config["Aliases"]["Items"] == ["example.com"]
    with pytest.raises(StagingError, match="already has the configuration"):
        promote(world.clients, world.id, world.step)

    gone = discard(world.clients, world.id, world.step)
    assert (gone.staging, gone.policy, gone.primary.policy_id) == (None, None, "")
    assert json.loads(world.policy()) == json.loads(before)
    with pytest.raises(StagingError, match="no staging distribution"):
        discard(world.clients, world.id, world.step)


class Stopped(Exception):
    """A run was stopped."""


@pytest.mark.parametrize("lines", [1, 2, 3, 4])
def test_a_stopped_run_is_completed_by_another(world: World, lines: int) -> None:
    def run(stop_after: int | None) -> None:
        seen: list[str] = []

        def report(line: str) -> None:
            if len(seen) == stop_after:
                raise Stopped
            seen.append(line)

        step = Step(report, sleep=lambda seconds: None)
        change = {"Comment": f"after {lines}"}
        stage(world.clients, world.id, TRAFFIC, change, step)

    with pytest.raises(Stopped):
        run(lines)
    run(None)
    release = read_release(world.cloudfront, world.id)
    assert release.staging is not None
    assert release.staging.config["Comment"] == f"after {lines}"
    staging = [
        item
        for item in world.cloudfront.list_distributions()["DistributionList"]["Items"]
        if item["Staging"]
    ]
    assert len(staging) == 1
    steps = iter(range(2))

    def stop(line: str) -> None:
        if next(steps, None) is None:
            raise Stopped

    with pytest.raises(Stopped):
        discard(world.clients, world.id, Step(stop))
    assert discard(world.clients, world.id, world.step).staging is None


def test_a_share_of_the_requests(world: World) -> None:
    traffic = Traffic(weight=0.15, sticky_seconds=300)
    stage(world.clients, world.id, traffic, {"Enabled": False}, world.step)
    statuses = {world.get().status for _ in range(150)}  # all alike once in 10^10
    discard(world.clients, world.id, world.step)
    assert statuses == {200, 403}


def test_what_somebody_else_has_changed_is_left_alone(world: World) -> None:
    client = world.cloudfront

    class Late:
        """A client that changes the distribution after it was read."""

        def __getattr__(self, name: str) -> object:
            if name == "copy_distribution":
                found = client.get_distribution_config(Id=world.id)
                client.update_distribution(
                    Id=world.id,
                    IfMatch=found["ETag"],
                    DistributionConfig=found["DistributionConfig"],
                )
            return getattr(client, name)

    clients = Clients(Late(), world.clients.s3)  # type: ignore[arg-type]
    with pytest.raises(StagingError, match="changed by somebody else"):
        stage(clients, world.id, TRAFFIC, None, world.step)


def test_http3_is_refused(world: World) -> None:
    found = world.cloudfront.get_distribution_config(Id=world.id)
    config = {**found["DistributionConfig"], "HttpVersion": "http2and3"}
    made = world.cloudfront.update_distribution(
        Id=world.id, IfMatch=found["ETag"], DistributionConfig=config
    )
    with pytest.raises(StagingError, match="pass `http3=False` to the Cdn, deploy it"):
        stage(world.clients, world.id, TRAFFIC, None, world.step)
    copy = {"PrimaryDistributionId": world.id, "Staging": True, "CallerReference": "x"}
    with pytest.raises(ClientError, match="HTTP/3"):
        world.cloudfront.copy_distribution(**copy, IfMatch=made["ETag"])
    world.cloudfront.update_distribution(
        Id=world.id, IfMatch=made["ETag"], DistributionConfig={**config, "HttpVersion": "http2"}
    )


def test_the_commands(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    endpoint = f"http://127.0.0.1:{world.cloud.gateway}"
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    changes = tmp_path / "changes.json"
    changes.write_text('{"Comment": "staged"}')

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(application(), ["cdn", *arguments])
        return result.exit_code, result.output

    place = f"{STACK}/Cdn"  # the only distribution of the stack is found without its path
    staged = ("stage", STACK, "--header", f"{HEADER}=yes", "--changes", str(changes))
    code, text = run(*staged, "--dry-run")
    assert (code, text.count("would ")) == (0, 4)
    assert "would change its configuration" in text
    code, text = run(*staged, "--origin-path", "/one")
    assert code == 0, text
    assert "Some requests get the copy now" in text
    assert "would change nothing" in run(*staged, "--dry-run")[1]
    assert "would change its configuration" in run(*staged, "--origin-path", "/2", "--dry-run")[1]
    code, text = run("promote", STACK, "--json")
    assert (code, json.loads(text)["action"]) == (0, "promote")
    assert run("promote", STACK)[0] == 1
    assert run("discard", STACK)[0] == 0
    assert run("discard", STACK)[0] == 1
    for arguments, message in (
        (("stage", place, "--weight", "0.1"), "must have a distribution at this path"),
        (("stage", STACK), "`--weight` or `--header` must be given, got: neither"),
        (("stage", STACK, "--weight", "0.5"), "at most 0.15, got: 0.5"),
        (("stage", STACK, "--header", "x=1"), "nearest accepted: aws-cf-cd-x"),
    ):
        code, text = run(*arguments)
        assert code == 2
        assert message in " ".join(text.split())


def test_what_cloudfront_refuses(world: World) -> None:
    client = world.cloudfront
    etag = client.get_distribution_config(Id=world.id)["ETag"]
    made = client.copy_distribution(
        PrimaryDistributionId=world.id, Staging=True, IfMatch=etag, CallerReference="by hand"
    )["Distribution"]
    names = {"Quantity": 1, "Items": [made["DomainName"]]}
    config: dict[str, Any] = {"StagingDistributionDnsNames": names, "Enabled": True}
    policy = client.create_continuous_deployment_policy(ContinuousDeploymentPolicyConfig=config)
    policy_id = policy["ContinuousDeploymentPolicy"]["Id"]
    listed = client.list_continuous_deployment_policies()["ContinuousDeploymentPolicyList"]
    assert [i["ContinuousDeploymentPolicy"]["Id"] for i in listed["Items"]] == [policy_id]
    with pytest.raises(ClientError, match="in another policy"):
        client.create_continuous_deployment_policy(ContinuousDeploymentPolicyConfig=config)
    with pytest.raises(ClientError, match="A policy has it"):
        client.delete_distribution(Id=made["Id"], IfMatch="any")
    with pytest.raises(ClientError, match="precondition"):
        client.delete_continuous_deployment_policy(Id=policy_id, IfMatch="other")
    found = client.get_continuous_deployment_policy_config(Id=policy_id)
    assert found["ContinuousDeploymentPolicyConfig"]["Enabled"] is True
    client.delete_continuous_deployment_policy(Id=policy_id, IfMatch=found["ETag"])
    with pytest.raises(ClientError, match="does not exist"):
        client.get_continuous_deployment_policy(Id=policy_id)


def test_a_policy_in_a_template(cloud: Emulator) -> None:
    cdn = RESOURCES["Cdn"]["Properties"]["DistributionConfig"]
    config = {name: value for name, value in cdn.items() if name != "Aliases"}
    weight = {"Weight": 0.1, "SessionStickinessConfig": {"IdleTTL": 300, "MaximumTTL": 600}}
    resources = {
        **{name: RESOURCES[name] for name in ("Pages", "Access")},
        "Staging": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {"DistributionConfig": {**config, "Staging": True}},
        },
        "Traffic": {
            "Type": "AWS::CloudFront::ContinuousDeploymentPolicy",
            "Properties": {
                "ContinuousDeploymentPolicyConfig": {
                    "Enabled": True,
                    "StagingDistributionDnsNames": [{"Fn::GetAtt": ["Staging", "DomainName"]}],
                    "TrafficConfig": {"Type": "SingleWeight", "SingleWeightConfig": weight},
                }
            },
        },
    }
    client = cloud.client("cloudfront")
    for share in (0.1, 0.05):
        weight["Weight"] = share
        made = cloud.deploy("policy", resources, Id={"Ref": "Traffic"})["Id"]
        found = client.get_continuous_deployment_policy_config(Id=made)
        traffic = found["ContinuousDeploymentPolicyConfig"]["TrafficConfig"]
        assert traffic["SingleWeightConfig"]["Weight"] == share
    assert cloud.destroy("policy") == "DELETE_COMPLETE"
    weight["Weight"] = 0.2
    with pytest.raises(AssertionError, match=r"between 0 and 0\.15"):
        cloud.deploy("policy", resources)
