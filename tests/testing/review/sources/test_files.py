"""Cloud assemblies with stages and nested stacks, and plain folders."""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs

from serverless_stack.testing.review.sources import files
from serverless_stack.testing.template_text import SourceError

TEMPLATE = {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}}}


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("cdk.out")))
    shop = cdk.Stack(app, "Shop", stack_name="the-shop")
    sqs.Queue(shop, "Jobs")
    inner = cdk.NestedStack(shop, "Inner")
    sqs.Queue(inner, "InnerJobs")
    innermost = cdk.NestedStack(inner, "Innermost")
    sqs.Queue(innermost, "InnermostJobs")
    stage = cdk.Stage(app, "Prod", env=cdk.Environment(account="1" * 12, region="eu-west-1"))
    sqs.Queue(cdk.Stack(stage, "Shop"), "Jobs")
    deeper = cdk.Stage(stage, "Deeper")
    sqs.Queue(cdk.Stack(deeper, "Data"), "Jobs")
    return Path(app.synth().directory)


def test_all_stacks_of_an_assembly(assembly: Path) -> None:
    found = {stack.name: stack for stack in files.read(assembly)}
    names = sorted(name for name in found if "/" not in name)
    assert names == ["Prod-Deeper-Data", "Prod-Shop", "the-shop"]
    assert found["Prod-Shop"].environment == f"aws://{'1' * 12}/eu-west-1"
    assert found["the-shop"].environment == "aws://unknown-account/unknown-region"


def test_nested_stacks_of_an_assembly(assembly: Path) -> None:
    nested = [stack for stack in files.read(assembly) if "/" in stack.name]
    queues = [
        [logical_id[:-8] for logical_id in resources if "Jobs" in logical_id]
        for stack in nested
        if isinstance(resources := stack.template["Resources"], dict)
    ]
    assert queues == [["InnerJobs"], ["InnermostJobs"]]
    assert [stack.name.split("NestedStack")[0] for stack in nested] == ["the-shop/Inner"] * 2
    assert nested[1].name.startswith(f"{nested[0].name}/Innermost")


def test_a_folder_of_templates(tmp_path: Path) -> None:
    (tmp_path / "data.template.json").write_text(json.dumps(TEMPLATE))
    (tmp_path / "web.yaml").write_text("Resources: {Jobs: {Type: AWS::SQS::Queue}}")
    (tmp_path / "package.json").write_text('{"name": "shop"}')
    (tmp_path / "README.md").write_text("Resources:")
    (tmp_path / "folder.yaml").mkdir()
    found = {stack.name: stack.template for stack in files.read(tmp_path)}
    assert found == {"data": TEMPLATE, "web": TEMPLATE}


def test_one_template_has_no_name(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(TEMPLATE))
    (stack,) = files.read(path)
    assert (stack.name, stack.template) == ("", TEMPLATE)


def test_a_folder_without_a_template(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^there is no stack in .*: use a folder that `cdk"):
        files.read(tmp_path)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("{", "manifest.json is not JSON"),
        ('{"artifacts": {}}', "there is no stack in "),
        (
            json.dumps(
                {
                    "artifacts": {
                        "A": {
                            "type": "aws:cloudformation:stack",
                            "properties": {"templateFile": "A.template.json"},
                        }
                    }
                }
            ),
            "A.template.json cannot be read: No such file",
        ),
    ],
)
def test_a_broken_assembly(tmp_path: Path, manifest: str, message: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(SourceError) as caught:
        files.read(tmp_path)
    assert message in str(caught.value)


def test_a_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match=r"a\.json is not a text in UTF-8"):
        files.read(path)


def test_a_stack_without_resources(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    cdk.CfnOutput(cdk.Stack(app, "Empty"), "Said", value="nothing")
    app.synth()
    (stack,) = files.read(tmp_path)
    assert (stack.name, stack.template["Resources"]) == ("Empty", {})
