import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from serverless_stack.local.cdk import bootstrap
from serverless_stack.local.cdk.assembly import Environment
from serverless_stack.local.cdk.commands import bootstrap_arguments
from serverless_stack.local.cdk.runner import CdkRunner
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.progress import Phases, SilentReport
from serverless_stack.local.toolchain import prerequisites
from serverless_stack.local.toolchain.cdk import Cdk
from tests.local.cdk.assemblies import write_stack

BY_CLI, BY_TEMPLATE = Environment(), Environment(region="eu-central-1")


@pytest.fixture
def template(assembly_app: Path) -> str:
    _node, cdk = prerequisites.check_app(assembly_app)
    text = bootstrap.template_for(assembly_app, cdk)
    assert text is not None
    return text


def stack_in(cloud: LocalCloud, environment: Environment) -> dict[str, object]:
    """Return what the bootstrap stack of an environment has, without its region."""
    client: Any = boto3.client(
        "cloudformation",
        endpoint_url=cloud.endpoint_url,
        region_name=environment.region,
        aws_access_key_id=cloud.environment()["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=cloud.environment()["AWS_SECRET_ACCESS_KEY"],
    )
    name = bootstrap.stack_name(environment)
    (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    resources = client.describe_stack_resources(StackName=name)["StackResources"]
    described = {
        "status": stack["StackStatus"],
        "parameters": {
            each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]
        },
        "outputs": {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]},
        "capabilities": stack["Capabilities"],
        "resources": sorted(
            (each["LogicalResourceId"], each["ResourceType"], each["ResourceStatus"])
            for each in resources
        ),
    }
    text = json.dumps(described).replace(environment.region, "REGION")
    return dict(json.loads(text))


def test_the_stack_is_that_of_the_cli(assembly_app: Path, template: str) -> None:
    with LocalCloud.start(assembly_app) as cloud:
        assembly = assembly_app / "assembly"
        write_stack(assembly, "Shop", {})
        report = SilentReport()
        runner = CdkRunner(assembly_app, cloud.name, report, Phases(report))
        runner.run(bootstrap_arguments(assembly, BY_CLI))
        assert bootstrap.create(cloud.state, BY_TEMPLATE, template)
        assert stack_in(cloud, BY_TEMPLATE) == stack_in(cloud, BY_CLI)
        # A stack that is there is for the CLI: it updates it.
        assert not bootstrap.create(cloud.state, BY_CLI, template)
        own = Environment(qualifier="mine")
        assert bootstrap.create(cloud.state, own, template)
        outputs = stack_in(cloud, own)["outputs"]
        assert isinstance(outputs, dict)
        assert outputs["BucketName"] == "cdk-mine-assets-000000000000-REGION"
        assert not bootstrap.create(cloud.state, Environment(region="eu-west-1"), "no template")


def test_settings_of_the_bootstrap_stack_are_for_the_cli(
    assembly_app: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    _node, cdk = prerequisites.check_app(assembly_app)
    settings = assembly_app / "cdk.json"
    for custom in (
        {"toolkitStackName": "Mine"},
        {"toolkitBucket": {"bucketName": "mine"}},
        {"context": {"@aws-cdk/core:bootstrapQualifier": "mine"}},
    ):
        settings.write_text(json.dumps({"app": "python app.py", **custom}))
        assert bootstrap.template_for(assembly_app, cdk) is None
    settings.write_text(json.dumps({"app": "python app.py"}))
    assert bootstrap.template_for(assembly_app, cdk) is not None
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".cdk.json").write_text(json.dumps({"toolkitStackName": "Mine"}))
    assert bootstrap.template_for(assembly_app, cdk) is None


def test_a_cli_without_its_template_bootstraps_itself(assembly_app: Path, tmp_path: Path) -> None:
    program = tmp_path / "package" / "bin" / "cdk"
    assert bootstrap.template_for(assembly_app, Cdk((str(program),), "2.0.0")) is None
    template = tmp_path / "package" / "lib" / "api" / "bootstrap" / "bootstrap-template.yaml"
    template.parent.mkdir(parents=True)
    template.write_text("Resources: {}")
    assert bootstrap.template_for(assembly_app, Cdk((str(program),), "2.0.0")) == "Resources: {}"
    template.write_text("#" * 51_201)  # too long for a request
    assert bootstrap.template_for(assembly_app, Cdk((str(program),), "2.0.0")) is None
