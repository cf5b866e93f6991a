"""Deployments of what other people's CDK apps have."""

import json
import stat
from pathlib import Path

import boto3
import pytest

from serverless_stack.local.cdk.stacks import list_stacks
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.errors import CommandError, LocalCloudError, UnmodelledError
from serverless_stack.local.progress import SilentReport


class Notes(SilentReport):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, text: str) -> None:
        self.texts.append(text)


def test_several_environments_and_clients_of_the_sdk(foreign_app: Path) -> None:
    notes = Notes()
    with LocalCloud.start(foreign_app, report=notes) as cloud:
        result = cloud.deploy(
            ["Here", "There"], context={"stage": "test"}, parameters={"There:Given": "a=b"}
        )
        assert [phase.name for phase in result.phases] == [
            "synth",
            "AWS SDK",
            "bootstrap",
            "bootstrap",
            "deploy",
        ]
        assert notes.texts == ["Warning at Here: the stage is test"]
        assert [(each.environment, each.name) for each in list_stacks(cloud.state)] == [
            ("000000000000/us-east-1", "CDKToolkit"),
            ("000000000000/us-east-1", "Here"),
            ("111111111111/eu-central-1", "CDKToolkit-mine"),
            ("111111111111/eu-central-1", "There"),
        ]
        client = boto3.client(
            "lambda",
            endpoint_url=cloud.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=cloud.environment()["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=cloud.environment()["AWS_SECRET_ACCESS_KEY"],
        )
        answer = client.invoke(FunctionName="node", Payload=json.dumps({"name": "here"}))
        assert json.loads(answer["Payload"].read()) == "found"
        again = cloud.deploy(["Here"])
        assert [phase.name for phase in again.phases] == ["synth", "deploy"]
        assert stat.S_IMODE((cloud.home / "aws-credentials").stat().st_mode) == 0o600


def test_what_cannot_be_deployed_is_told_before_anything_is(foreign_app: Path) -> None:
    with LocalCloud.start(foreign_app) as cloud:
        with pytest.raises(UnmodelledError, match=r"no error of the app") as caught:
            cloud.deploy()
        assert caught.value.resources == ("AWS::Kendra::Index (Unknown/It)",)
        with pytest.raises(LocalCloudError, match=r"no stack `Heer`, did you mean `Here`\?"):
            cloud.deploy(["Heer"])
        assert list_stacks(cloud.state) == []
        with pytest.raises(CommandError, match=r"Files \(AWS::S3::Bucket\): .* already exists"):
            cloud.deploy(["Taken"])
