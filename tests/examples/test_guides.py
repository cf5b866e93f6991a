"""The examples of the guides: caching in short, a pipeline, a VPC, and migrations."""

import contextlib
import runpy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_cdk import cx_api as cxapi

EXAMPLES = Path(__file__).parents[2] / "examples"
Json = dict[str, Any]


@cache
def assembly(folder: str, name: str) -> cxapi.CloudAssembly:
    """Run an example in its folder, as a reader would."""
    with contextlib.chdir(EXAMPLES / folder):
        app = runpy.run_path(name)["app"]
    result: cxapi.CloudAssembly = app.synth()
    return result


def resources(folder: str, name: str, kind: str) -> list[Json]:
    (stack,) = assembly(folder, name).stacks
    return [each for each in stack.template["Resources"].values() if each["Type"] == kind]


@pytest.mark.parametrize("name", ["lazy_loading", "write_through", "key_names"])
def test_caching_in_short(name: str) -> None:
    """The examples have assertions of their own."""
    assert "assert " in (EXAMPLES / f"{name}.py").read_text("utf-8")
    runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_the_pipeline_deploys_both_stages() -> None:
    delivery = assembly("pipeline", "app.py")
    (pipeline,) = [
        each
        for each in delivery.get_stack_by_name("Delivery").template["Resources"].values()
        if each["Type"] == "AWS::CodePipeline::Pipeline"
    ]
    stages = pipeline["Properties"]["Stages"]
    assert [stage["Name"] for stage in stages] == [
        "Source",
        "Build",
        "UpdatePipeline",
        "Assets",
        "Test",
        "Production",
    ]
    assert "Answers" in [action["Name"] for action in stages[4]["Actions"]]
    assert stages[5]["Actions"][0]["ActionTypeId"]["Category"] == "Approval"


def test_the_stages_have_their_accounts_and_profiles() -> None:
    delivery = assembly("pipeline", "app.py")
    found = {}
    for stage in delivery.nested_assemblies:
        (stack,) = stage.nested_assembly.stacks
        buckets = [
            each
            for each in stack.template["Resources"].values()
            if each["Type"] == "AWS::S3::Bucket"
        ]
        found[stack.stack_name] = (
            stack.environment.account,
            {each["DeletionPolicy"] for each in buckets},
        )
    assert found == {
        "Test-Shop": ("222222222222", {"Delete"}),
        "Production-Shop": ("333333333333", {"Retain"}),
    }


def test_the_existing_vpc_is_used() -> None:
    kinds = [
        r["Type"]
        for r in assembly("..", "examples/existing_vpc.py").stacks[0].template["Resources"].values()
    ]
    assert "AWS::EC2::VPC" not in kinds
    (function,) = resources("..", "examples/existing_vpc.py", "AWS::Lambda::Function")
    subnets = function["Properties"]["VpcConfig"]["SubnetIds"]
    assert subnets == ["subnet-0aaaaaaaaaaaaaaaa", "subnet-0bbbbbbbbbbbbbbbb"]
    (group,) = resources("..", "examples/existing_vpc.py", "AWS::ElastiCache::SubnetGroup")
    assert group["Properties"]["SubnetIds"] == [
        "subnet-0cccccccccccccccc",
        "subnet-0dddddddddddddddd",
    ]


def test_after_the_migration_the_routes_are_the_same() -> None:
    paths = resources("migration", "with_routes.py", "AWS::ApiGateway::Resource")
    assert {each["Properties"]["PathPart"] for each in paths} == {"orders", "{id}"}
    methods = resources("migration", "with_routes.py", "AWS::ApiGateway::Method")
    assert sorted(each["Properties"]["HttpMethod"] for each in methods) == ["GET", "POST"]


def test_after_the_migration_the_old_table_is_used() -> None:
    assert resources("migration", "with_routes.py", "AWS::DynamoDB::Table") == []
    functions = [
        each["Properties"].get("Environment", {}).get("Variables", {})
        for each in resources("migration", "with_routes.py", "AWS::Lambda::Function")
    ]
    assert [each["TABLE_NAME"] for each in functions if "TABLE_NAME" in each] == ["shop-orders"] * 3


def test_after_the_migration_from_patterns_there_is_every_part() -> None:
    for kind in ("ApiGateway::RestApi", "CloudFront::Distribution", "DynamoDB::GlobalTable"):
        assert len(resources("migration", "with_parts.py", f"AWS::{kind}")) == 1, kind


class Loader(yaml.SafeLoader):
    """YAML with the short forms of CloudFormation's functions."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: {suffix: node.value})


@pytest.mark.parametrize("name", ["serverless.yml", "template.yaml"])
def test_what_was_there_before_names_the_same_handlers(name: str) -> None:
    before = yaml.load((EXAMPLES / "migration" / name).read_text("utf-8"), Loader)
    declared = before.get("functions") or {
        key: each["Properties"]
        for key, each in before["Resources"].items()
        if each["Type"] == "AWS::Serverless::Function"
    }
    handlers = {
        (each.get("handler") or each["Handler"]).rpartition(".")[2] for each in declared.values()
    }
    source = (EXAMPLES / "migration" / "handlers" / "orders.py").read_text("utf-8")
    assert {"read", "create"} <= handlers
    assert all(f"def {handler}(" in source for handler in handlers)
