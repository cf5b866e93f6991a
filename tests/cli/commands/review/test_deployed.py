"""`serverless-stack review --deployed`, with the CloudFormation API of the local cloud."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from serverless_stack.local.cloud import LocalCloud
from tests.cli.reviews import QUEUE, TOPIC, changed, review, write

pytestmark = pytest.mark.server


@pytest.fixture
def old(tmp_path: Path) -> str:
    return write(tmp_path / "old.json", Jobs=QUEUE, News=TOPIC)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a local cloud with two stacks, one as JSON and one as YAML."""
    folder = tmp_path_factory.mktemp("deployed")
    (folder / "cdk.json").write_text('{"app": "python3 app.py"}')
    binaries = Path(__file__).parents[4] / "node_modules" / ".bin"
    with pytest.MonkeyPatch.context() as machine:
        machine.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
        with LocalCloud.start(folder) as cloud:
            environment = dict(cloud.environment())
            formation = boto3.client(
                "cloudformation",
                endpoint_url=cloud.endpoint_url,
                region_name="us-east-1",
                aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            )
            body = json.dumps({"Resources": {"Jobs": QUEUE, "News": TOPIC}})
            formation.create_stack(StackName="Shop", TemplateBody=body)
            text = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n"
            formation.create_stack(StackName="Yaml", TemplateBody=text)
            for name in ("Shop", "Yaml"):
                until_complete(formation, name)
            yield environment


def until_complete(formation: Any, name: str) -> None:  # noqa: ANN401 - a client of boto3
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        (stack,) = formation.describe_stacks(StackName=name)["Stacks"]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return
        time.sleep(0.05)
    pytest.fail(f"{name} is {stack['StackStatus']}")


@pytest.fixture
def in_account(account: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in account.items():
        monkeypatch.setenv(name, value)


@pytest.mark.xdist_group("review-of-deployed")
@pytest.mark.usefixtures("in_account")
def test_a_deployed_stack(tmp_path: Path, old: str) -> None:
    assert review("--deployed", "Shop", old).exit_code == 0
    new = write(tmp_path / "new.json", Jobs=changed(QUEUE, QueueName="other"), News=TOPIC)
    result = review("--deployed", "Shop", new)
    assert result.exit_code == 3
    assert f"deployed -> {new}" in result.stdout.replace("\n", "")
    assert "Properties.QueueName: jobs -> other" in result.stdout


@pytest.mark.xdist_group("review-of-deployed")
@pytest.mark.usefixtures("in_account")
def test_several_deployed_stacks(tmp_path: Path) -> None:
    write(tmp_path / "Shop.json", Jobs=QUEUE, News=TOPIC)
    write(tmp_path / "Yaml.json", Jobs={"Type": "AWS::SQS::Queue"})
    write(tmp_path / "Other.json", Jobs=QUEUE)
    both = ["--deployed", "Shop", "--deployed", "Yaml"]
    assert review(*both, str(tmp_path)).exit_code == 0
    write(tmp_path / "Yaml.json", Else=TOPIC)
    result = review(*both, str(tmp_path), "--format", "json")
    assert result.exit_code == 3
    assert [stack["name"] for stack in json.loads(result.stdout)["stacks"]] == ["Yaml", "Shop"]


@pytest.mark.xdist_group("review-of-deployed")
@pytest.mark.usefixtures("in_account")
def test_a_stack_that_is_not_deployed(old: str) -> None:
    result = review("--deployed", "Nowhere", old, "--region", "us-east-1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: the stack is not deployed in us-east-1: " in result.stderr


def test_without_credentials(old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    result = review("--deployed", "Shop", old, "--region", "eu-west-1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there are no AWS credentials: name a profile with `--profile`" in result.stderr
    assert "there is no AWS region: name it with" in review("--deployed", "Shop", old).stderr
    named = review("--deployed", "Shop", old, "--profile", "work").stderr
    assert "The config profile (work) could not be found" in named
