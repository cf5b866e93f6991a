from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.local.cdk.assembly import Environment, read_stacks
from serverless_stack.local.errors import LocalCloudError
from tests.local.cdk.assemblies import resource, write_stack

QUALIFIED = "/cdk-bootstrap/mine/version"


def test_environments(tmp_path: Path) -> None:
    write_stack(tmp_path, "Plain", {})
    write_stack(tmp_path, "Region", {}, environment="aws://unknown-account/eu-west-1")
    write_stack(tmp_path, "Account", {}, environment="aws://111111111111/unknown-region")
    write_stack(
        tmp_path,
        "Own",
        {},
        environment="aws://222222222222/ap-southeast-2",
        bootstrapStackVersionSsmParameter=QUALIFIED,
    )
    assert {stack.name: str(stack.environment) for stack in read_stacks(tmp_path)} == {
        "Plain": "000000000000/us-east-1/hnb659fds",
        "Region": "000000000000/eu-west-1/hnb659fds",
        "Account": "111111111111/us-east-1/hnb659fds",
        "Own": "222222222222/ap-southeast-2/mine",
    }


@settings(deadline=None)
@given(
    account=st.from_regex(r"[0-9]{12}", fullmatch=True),
    region=st.sampled_from(["us-east-1", "us-gov-west-1", "cn-north-1"]),
    qualifier=st.from_regex(r"[a-z0-9]{1,10}", fullmatch=True),
)
def test_an_environment_survives_the_state_file(account: str, region: str, qualifier: str) -> None:
    environment = Environment(account, region, qualifier)
    assert Environment.parse(str(environment)) == environment


def test_annotations_are_those_of_the_manifest_and_of_its_further_file(tmp_path: Path) -> None:
    warning = {"type": "aws:cdk:warning", "data": "take care [ack: mine:w]"}
    note = {"type": "aws:cdk:info", "data": "by the way"}
    other = {"type": "aws:cdk:logicalId", "data": "Files"}
    metadata = {"/Shop": [warning, warning, other], "/Shop/Files": [note]}
    write_stack(tmp_path, "Shop", {}, metadata=metadata)
    (stack,) = read_stacks(tmp_path)
    assert stack.annotations == ("Warning at Shop: take care", "Note at Shop/Files: by the way")


def test_stages_and_nested_stacks_are_part_of_it(tmp_path: Path) -> None:
    nested = '{"Resources": {"Deep": {"Type": "AWS::SNS::Topic"}}}'
    (tmp_path / "assembly-Prod").mkdir()
    (tmp_path / "assembly-Prod" / "N.nested.template.json").write_text(nested)
    write_stack(
        tmp_path,
        "Main",
        {"Files": resource("AWS::S3::Bucket", "Prod/Main/Files/Resource")},
        stage="Prod",
        files={"n": "N.nested.template.json", "code": "../asset.code"},
    )
    (stack,) = read_stacks(tmp_path)
    found = [(p, kind) for template in stack.templates for p, kind, _ in template.resources()]
    assert found == [("Prod/Main/Files", "AWS::S3::Bucket"), ("Deep", "AWS::SNS::Topic")]
    assert stack.assets["code"].resolve() == tmp_path / "asset.code"


@pytest.mark.parametrize("content", ["[1]", '{"artifacts": {"A": 1}}', '{"artifacts": []}'])
def test_an_assembly_without_stacks(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    assert read_stacks(tmp_path) == []


@pytest.mark.parametrize("content", [b"{", b"", b"\xff"])
def test_a_broken_assembly(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(LocalCloudError, match="cannot be read"):
        read_stacks(tmp_path)
