import graphlib
import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import (
    Cdn,
    LambdaHandler,
    MemcachedCache,
    ProxyApi,
    RedisCache,
    ServerlessStack,
    StorageBucket,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import (
    Json,
    all_of,
    dependencies,
    new_app,
    properties,
    refused,
    require_no_cycle,
    synth,
    variables,
)

PARTS = {
    "handler": LambdaHandler,
    "api": ProxyApi,
    "bucket": StorageBucket,
    "cdn": Cdn,
    "redis": RedisCache,
    "memcached": MemcachedCache,
    "vpc": ec2.Vpc,
}
# A property whose value names a resource for people or AWS, which two stacks would fight over.
PHYSICAL_NAMES = {
    "AWS::CloudFront::Distribution": "Name",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ElastiCache::CacheCluster": "ClusterName",
    "AWS::ElastiCache::ReplicationGroup": "ReplicationGroupId",
    "AWS::ElastiCache::SubnetGroup": "CacheSubnetGroupName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SecretsManager::Secret": "Name",
}


@pytest.fixture(scope="module")
def minimal(code: Path) -> Json:
    return synth(ServerlessStack(new_app(), "Shop", handler=code))


@pytest.fixture(scope="module")
def maximal(code: Path, site: Path) -> Json:
    return synth(
        ServerlessStack(
            new_app(),
            "Shop",
            handler=str(code),
            site=str(site),
            entry="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_12,
            memory_size=512,
            timeout=cdk.Duration.seconds(29),
            environment={"STAGE": "prod"},
            api=True,
            access_log=False,
            bucket=True,
            cdn=True,
            redis=True,
            memcached=True,
            vpc=None,
            removal_policy=cdk.RemovalPolicy.DESTROY,
            env=cdk.Environment(region="eu-central-1"),
            description="A shop",
            termination_protection=True,
        )
    )


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_every_part_is_an_attribute(app: cdk.App, code: Path) -> None:
    shop = ServerlessStack(app, "Shop", handler=code)
    for name, kind in PARTS.items():
        assert isinstance(getattr(shop, name), kind)


def test_construct_ids_are_a_contract(app: cdk.App, code: Path, site: Path) -> None:
    """Renaming one of them replaces what users have deployed."""
    shop = ServerlessStack(app, "Shop", handler=code, site=site)
    own = {name: getattr(shop, name) for name in ("handler", "api", "bucket", "cdn", "content")}
    caches = {name: getattr(shop, name) for name in ("redis", "memcached")}
    ids = [
        f"{part.node.id}/{child.node.id}"
        for part in (*own.values(), *caches.values())
        for child in part.node.children
    ]
    assert ids == [
        "Handler/Logs",
        "Handler/Role",
        "Handler/Function",
        "Api/AccessLogs",
        "Api/RestApi",
        "Api/ExecutionLogs",
        "Bucket/Bucket",
        "Cdn/OriginAccessControl",
        "Cdn/Distribution",
        "Content/Source1",
        "Content/Index1",
        "Content/Logs",
        "Content/Role",
        "Content/Function",
        "Content/Permissions",
        "Content/Resource",
        "Redis/SecurityGroup",
        "Redis/SubnetGroup",
        "Redis/Secret",
        "Redis/ReplicationGroup",
        "Memcached/SecurityGroup",
        "Memcached/SubnetGroup",
        "Memcached/Cluster",
    ]
    assert shop.vpc.node.path == "Shop/Vpc"
    outputs = [c.node.id for c in shop.node.children if isinstance(c, cdk.CfnOutput)]
    assert outputs == ["ApiUrl", "CdnUrl", "BucketName"]


def test_the_function_reaches_every_store(minimal: Json) -> None:
    function = next(
        f["Properties"]
        for f in all_of(minimal, "AWS::Lambda::Function")
        if "VpcConfig" in f["Properties"]
    )
    assert set(function["Environment"]["Variables"]) == {
        "BUCKET_NAME",
        "REDIS_PRIMARY_ENDPOINT",
        "REDIS_READER_ENDPOINT",
        "REDIS_TLS",
        "REDIS_SECRET_ARN",
        "MEMCACHED_CONFIGURATION_ENDPOINT",
        "MEMCACHED_TLS",
    }
    assert len(all_of(minimal, "AWS::EC2::SecurityGroupIngress")) == 2


def test_the_distribution_serves_the_site_folder_only(minimal: Json) -> None:
    distribution = properties(minimal, "AWS::CloudFront::Distribution")["DistributionConfig"]
    bucket = next(o for o in distribution["Origins"] if "S3OriginConfig" in o)
    assert bucket["OriginPath"] == "/site"
    assert [b["PathPattern"] for b in distribution["CacheBehaviors"]] == ["/api/*"]


def test_every_argument_arrives(maximal: Json) -> None:
    function = next(
        f["Properties"]
        for f in all_of(maximal, "AWS::Lambda::Function")
        if "VpcConfig" in f["Properties"]
    )
    assert (function["MemorySize"], function["Timeout"]) == (512, 29)
    assert function["Runtime"] == "python3.12"
    assert function["Environment"]["Variables"]["STAGE"] == "prod"
    assert maximal["Description"] == "A shop"
    assert "AccessLogSetting" not in properties(maximal, "AWS::ApiGateway::Stage")
    assert properties(maximal, "Custom::ContentDeployment")["Destination"]["Prefix"] == "site/"


@pytest.mark.parametrize("env", [None, cdk.Environment(account="123456789012", region="eu-west-1")])
def test_stack_arguments_arrive(app: cdk.App, env: cdk.Environment | None) -> None:
    shop = ServerlessStack(app, "Shop", env=env, termination_protection=True)
    assert shop.termination_protection is True
    assert cdk.Token.is_unresolved(shop.region) is (env is None)


def test_the_whole_stack_has_no_cycle(maximal: Json) -> None:
    assert sum(map(len, dependencies(maximal).values())) > 50
    require_no_cycle(maximal)


def test_a_cycle_would_be_found() -> None:
    resources = {
        "One": {"Type": "X", "Properties": {"Of": {"Fn::GetAtt": ["Two", "Arn"]}}},
        "Two": {"Type": "X", "Properties": {"Of": [{"Fn::Sub": "arn:${Three}"}]}},
        "Three": {"Type": "X", "DependsOn": "One"},
    }
    with pytest.raises(graphlib.CycleError):
        require_no_cycle({"Resources": resources})


def test_all_problems_are_told_together_in_the_callers_words(app: cdk.App, tmp_path: Path) -> None:
    message = refused(
        lambda: ServerlessStack(
            app,
            "Shop",
            handler=tmp_path / "nowhere",
            site=tmp_path / "site",
            api=False,
            bucket=False,
            removal_policy=cdk.RemovalPolicy.SNAPSHOT,
        )
    )
    assert message.splitlines() == [
        "5 problems in Shop:",
        "- `site` must go with a bucket and a `cdn` that this stack makes, "
        f"got: '{tmp_path}/site' without them",
        "- `cdn` must be False without a bucket and an API, got: True; it has nothing to serve",
        "- `removal_policy` must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, "
        "got: SNAPSHOT, which buckets and logs do not have",
        f"- `handler` must be an existing folder or file, got: '{tmp_path}/nowhere' "
        f"(looked for {tmp_path}/nowhere)",
        f"- `site` must be an existing folder or zip file, got: '{tmp_path}/site' "
        f"(looked for {tmp_path}/site)",
    ]
    assert [child.node.id for child in app.node.children if child.node.id == "Shop"] == []


def test_an_entry_that_is_not_there_is_refused(app: cdk.App, code: Path) -> None:
    assert "`entry` must name a module of the code and a function in it, got: 'main.run'" in (
        refused(lambda: ServerlessStack(app, "Shop", handler=code, entry="main.run"))
    )


def test_an_environment_name_that_a_store_needs_is_refused(app: cdk.App, code: Path) -> None:
    assert "must have each name once, got again: REDIS_TLS" in refused(
        lambda: ServerlessStack(app, "Shop", handler=code, environment={"REDIS_TLS": "no"})
    )


def test_destroy_leaves_nothing_behind(maximal: Json) -> None:
    kept = {
        name: policy
        for name, resource in maximal["Resources"].items()
        for policy in (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        if policy not in (None, "Delete")
    }
    assert kept == {}
    assert len(all_of(maximal, "Custom::S3AutoDeleteObjects")) == 1


def test_retain_keeps_data(minimal: Json) -> None:
    kept = {
        resource["Type"]: resource["DeletionPolicy"]
        for resource in minimal["Resources"].values()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert kept == {
        "AWS::S3::Bucket": "Retain",
        "AWS::Logs::LogGroup": "Retain",
        "AWS::SQS::Queue": "Retain",
        "AWS::ElastiCache::ReplicationGroup": "Snapshot",
    }


def test_the_auth_token_is_nowhere_in_plain_text(minimal: Json) -> None:
    group = properties(minimal, "AWS::ElastiCache::ReplicationGroup")
    assert "{{resolve:secretsmanager:" in json.dumps(group["AuthToken"])
    without = json.dumps(minimal).replace(json.dumps(group["AuthToken"]), "")
    assert "{{resolve:" not in without
    assert "AuthToken" in without
    assert "SecretString" not in properties(minimal, "AWS::SecretsManager::Secret")


def test_no_name_collides_when_the_stack_is_deployed_twice(maximal: Json) -> None:
    named = [
        (resource["Type"], resource["Properties"][name])
        for resource in maximal["Resources"].values()
        if (name := PHYSICAL_NAMES.get(resource["Type"])) in resource.get("Properties", {})
    ]
    assert named == []
    for control in all_of(maximal, "AWS::CloudFront::OriginAccessControl"):
        assert "AWS::StackId" in str(control["Properties"]["OriginAccessControlConfig"]["Name"])
    exported = [o for o in maximal["Outputs"].values() if "Export" in o]
    assert exported == []


def test_variables_of_the_function_are_told_by_the_stack_only(app: cdk.App, code: Path) -> None:
    shop = ServerlessStack(
        app, "Shop", handler=code, bucket=False, cdn=False, redis=False, memcached=False
    )
    shop.handler.add_environment("STAGE", "prod")
    assert variables(synth(shop)) == {"STAGE": "prod"}
