from pathlib import Path
from typing import Any

import pytest

from serverless_stack.local.cdk.assembly import read_stacks
from serverless_stack.local.cdk.coverage import ignored, unmodelled
from tests.local.cdk.assemblies import resource, write_stack

TYPES = {"AWS::S3::Bucket": True, "AWS::Lambda::Function": True, "AWS::Budgets::Budget": False}


def test_everything_that_prevents_the_deployment_is_told_together(tmp_path: Path) -> None:
    resources = {
        "Files": resource("AWS::S3::Bucket", "Shop/Files"),
        "Custom": resource("Custom::Anything", "Shop/Custom"),
        "Index": resource("AWS::Kendra::Index", "Shop/Index/Resource"),
        "Image": resource("AWS::Lambda::Function", "Shop/Image/Resource", PackageType="Image"),
    }
    write_stack(tmp_path, "Shop", resources, docker={"d": {}})
    write_stack(tmp_path, "Task", {}, docker={"d": {}})
    assert unmodelled(read_stacks(tmp_path), TYPES) == [
        "AWS::Kendra::Index (Shop/Index)",
        "functions of container images (Shop/Image)",
        "container images, which Docker builds (Task)",
    ]


def distribution(**config: object) -> dict[str, Any]:
    return resource("AWS::CloudFront::Distribution", "Shop/Cdn", DistributionConfig=config)


def function(runtime: object) -> dict[str, Any]:
    return resource("AWS::Lambda::Function", "Shop/Function", Runtime=runtime)


@pytest.mark.parametrize(
    ("described", "start"),
    [
        (distribution(CacheBehaviors=[{"TrustedSigners": ["self"]}]), "signers of AWS accounts"),
        (distribution(WebACLId="arn"), "AWS WAF"),
        (distribution(ViewerMtlsConfig={"Mode": "required"}), "client certificates of viewers"),
        (function("ruby3.4"), "the runtime ruby3.4"),
        (
            resource(
                "AWS::ApiGateway::Method",
                "Shop/Function",
                Integration={"ResponseTransferMode": "STREAM"},
            ),
            "response streaming",
        ),
        (
            resource(
                "AWS::Lambda::Function",
                "Shop/Function",
                SnapStart={"ApplyOn": "PublishedVersions"},
            ),
            "SnapStart",
        ),
        (
            resource(
                "AWS::Lambda::Alias",
                "Shop/Function",
                ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 1},
            ),
            "provisioned concurrency",
        ),
    ],
)
def test_what_is_deployed_without_effect(
    tmp_path: Path, described: dict[str, Any], start: str
) -> None:
    write_stack(tmp_path, "Shop", {"It": described})
    (line,) = ignored(read_stacks(tmp_path), TYPES)
    assert line.startswith(start)
    assert line.endswith((" (Shop/Cdn)", " (Shop/Function)"))


@pytest.mark.parametrize(
    "described",
    [
        distribution(DefaultCacheBehavior={"TrustedKeyGroups": []}, CacheBehaviors=None),
        distribution(DefaultCacheBehavior={"LambdaFunctionAssociations": [{}]}),
        distribution(Restrictions={"GeoRestriction": {"RestrictionType": "whitelist"}}),
        distribution(OriginGroups={"Items": [{}]}),
        function("nodejs22.x"),
        function({"Ref": "Runtime"}),
        resource("AWS::CloudFront::Function", FunctionConfig={"KeyValueStoreAssociations": [{}]}),
    ],
)
def test_what_is_modelled_is_not_told(tmp_path: Path, described: dict[str, Any]) -> None:
    write_stack(tmp_path, "Shop", {"It": described})
    assert ignored(read_stacks(tmp_path), TYPES) == []


def test_records_are_named(tmp_path: Path) -> None:
    write_stack(tmp_path, "Shop", {"It": resource("AWS::Budgets::Budget", "Shop/It/Resource")})
    (stack,) = read_stacks(tmp_path)
    assert unmodelled([stack], TYPES) == []
    assert ignored([stack], TYPES) == ["AWS::Budgets::Budget: a record without effect (Shop/It)"]
