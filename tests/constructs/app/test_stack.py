import graphlib
import inspect
import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import (
    IMMUTABLE,
    ApiCache,
    Auth,
    CacheRule,
    Cdn,
    Countries,
    LambdaHandler,
    MemcachedCache,
    Profile,
    ProxyApi,
    RedisCache,
    ServerlessStack,
    StorageBucket,
    WebApp,
)
from serverless_stack.constructs.app.options import FunctionOptions
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
    "function": LambdaHandler,
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
    return synth(ServerlessStack(new_app(), "Shop", function=code))


@pytest.fixture(scope="module")
def cached(code: Path) -> Json:
    """An application with both caches and the defaults of everything else."""
    return synth(ServerlessStack(new_app(), "Shop", function=code, redis=True, memcached=True))


@pytest.fixture(scope="module")
def maximal(code: Path, site: Path) -> Json:
    return synth(
        ServerlessStack(
            new_app(),
            "Shop",
            function={
                "code": str(code),
                "handler": "index.handler",
                "runtime": lambda_.Runtime.PYTHON_3_12,
                "memory_size": 512,
                "timeout": cdk.Duration.seconds(29),
                "environment": {"STAGE": "prod"},
            },
            site={"source": str(site), "cache_control": [CacheRule("*", IMMUTABLE)]},
            api={"access_log": False, "cache": ApiCache()},
            bucket={"expire_after": cdk.Duration.days(90)},
            cdn={"countries": Countries.allow("DE")},
            redis={"port": 7000},
            memcached={"port": 7001},
            removal_policy=cdk.RemovalPolicy.DESTROY,
            env=cdk.Environment(region="eu-central-1"),
            description="A shop",
            stack_name="shop-live",
            tags={"team": "shop"},
            termination_protection=True,
        )
    )


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_every_part_is_an_attribute(app: cdk.App, code: Path) -> None:
    shop = ServerlessStack(app, "Shop", function=code, redis=True, memcached=True)
    for name, kind in PARTS.items():
        assert isinstance(getattr(shop, name), kind)


OWN_IDS = [
    "Vpc",
    "VpcFlowLog",
    "Function",
    "Function/Logs",
    "Function/Role",
    "Function/Function",
    "Api",
    "Api/AccessLogs",
    "Api/RestApi",
    "Api/ExecutionLogs",
    "Api/ClientCertificate",
    "Api/WebAcl",
    "Bucket",
    "Bucket/Bucket",
    "Redis",
    "Redis/SecurityGroup",
    "Redis/SubnetGroup",
    "Redis/Secret",
    "Redis/ReplicationGroup",
    "Memcached",
    "Memcached/SecurityGroup",
    "Memcached/SubnetGroup",
    "Memcached/Cluster",
    "Cdn",
    "Cdn/Distribution",
    "Content",
    "Content/Source1",
    "Content/Index1",
    "Content/Logs",
    "Content/Role",
    "Content/Function",
    "Content/Permissions",
    "Content/Resource",
    "FunctionErrors",
    "FunctionThrottles",
    "ApiErrors",
    "ApiAlarms",
    "ApiAlarms/ClientErrors",
    "ApiAlarms/Latency",
    "DeadLetters",
    "RedisAlarms",
    "MemcachedAlarms",
]
SHARED_IDS = [
    "Key",
    "DeadLetters",
    "AccessLogs",
    "Alarms",
    "ApiLogRole",
    "OriginAccessControl",
]
OUTPUTS = [
    "FunctionName",
    "ApiUrl",
    "ApiId",
    "BucketName",
    "CdnUrl",
    "DistributionId",
    "DistributionDomainName",
    "RedisEndpoint",
    "MemcachedEndpoint",
]


@pytest.mark.parametrize("kind", ["stack", "construct"])
def test_construct_ids_are_a_contract(
    app: cdk.App, stack: cdk.Stack, code: Path, site: Path, kind: str
) -> None:
    """Renaming one of them replaces what users have deployed."""
    arguments: Json = {
        "profile": Profile.regulated(),
        "function": code,
        "site": site,
        "api": {"auth": Auth.public(reason="tested")},
        "redis": True,
        "memcached": True,
    }
    shop: ServerlessStack | WebApp = (
        ServerlessStack(app, "Shop", **arguments)
        if kind == "stack"
        else WebApp(stack, "Shop", **arguments)
    )
    ids = {
        child.node.path.removeprefix(f"{shop.node.path}/")
        for part in shop.node.children
        for child in (part, *part.node.children)
        if not isinstance(part, cdk.CfnOutput)
    }
    assert [path for path in OWN_IDS if path not in ids] == []
    outputs = [c.node.id for c in shop.node.children if isinstance(c, cdk.CfnOutput)]
    assert outputs == OUTPUTS
    created = {path for path in ids if "/" not in path} - {"ServerlessStackShared"}
    assert {path for path in created if not path.startswith(("Custom::", "AWS"))} == {
        path for path in OWN_IDS if "/" not in path
    }
    shared = cdk.Stack.of(shop).node.find_child("ServerlessStackShared")
    assert {child.node.id for child in shared.node.children} == set(SHARED_IDS)


def test_a_stack_adds_no_segment_to_logical_ids(cached: Json) -> None:
    """Of the ids above: a ``WebApp`` in a stack begins with its own id, a stack does not."""
    types = {resource["Type"]: name for name, resource in cached["Resources"].items()}
    assert types["AWS::ElastiCache::ReplicationGroup"].startswith("RedisReplicationGroup")
    assert list(cached["Outputs"])[1:] == OUTPUTS


def test_the_function_reaches_every_store(cached: Json) -> None:
    function = next(
        f["Properties"]
        for f in all_of(cached, "AWS::Lambda::Function")
        if "VpcConfig" in f["Properties"]
    )
    assert set(function["Environment"]["Variables"]) == {
        "BUCKET_NAME",
        "BUCKET_KEY_PREFIX",
        "REDIS_PRIMARY_ENDPOINT",
        "REDIS_READER_ENDPOINT",
        "REDIS_TLS",
        "REDIS_SECRET_ARN",
        "MEMCACHED_CONFIGURATION_ENDPOINT",
        "MEMCACHED_TLS",
    }
    assert len(all_of(cached, "AWS::EC2::SecurityGroupIngress")) == 2


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
def test_the_arguments_of_a_stack_arrive(app: cdk.App, env: cdk.Environment | None) -> None:
    shop = ServerlessStack(
        app,
        "Shop",
        env=env,
        analytics_reporting=False,
        cross_region_references=False,
        description="A shop",
        notification_arns=["arn:aws:sns:eu-west-1:123456789012:events"],
        permissions_boundary=cdk.PermissionsBoundary.from_name("boundary"),
        property_injectors=[],
        stack_name="shop-live",
        suppress_template_indentation=True,
        synthesizer=cdk.DefaultStackSynthesizer(qualifier="shop"),
        tags={"team": "shop"},
        termination_protection=True,
    )
    assert shop.termination_protection is True
    assert cdk.Token.is_unresolved(shop.region) is (env is None)
    assert shop.stack_name == "shop-live"
    artifact = app.synth().get_stack_by_name("shop-live")
    assert artifact.tags == {"team": "shop"}
    assert artifact.template["Description"] == "A shop"
    assert "/cdk-shop-" in str(artifact.assume_role_arn) or "cdk-shop-" in str(
        artifact.assume_role_arn
    )


def test_it_takes_every_argument_of_a_stack() -> None:
    kinds = (ServerlessStack, cdk.Stack)
    own, of_stack = (inspect.signature(vars(kind)["__init__"]).parameters for kind in kinds)
    options = {name for name, item in of_stack.items() if item.kind is item.KEYWORD_ONLY}
    assert options - own.keys() == set()
    assert "permissions_boundary" in options


def test_the_profile_decides_about_termination_protection(app: cdk.App) -> None:
    assert ServerlessStack(app, "One", profile=Profile.regulated()).termination_protection
    assert not ServerlessStack(app, "Two").termination_protection


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


def test_all_problems_are_reported_together_in_the_callers_words(
    app: cdk.App, tmp_path: Path
) -> None:
    message = refused(
        lambda: ServerlessStack(
            app,
            "Shop",
            function=tmp_path / "nowhere",
            site=tmp_path / "site",
            api=False,
            bucket=False,
            removal_policy=cdk.RemovalPolicy.SNAPSHOT,
        )
    )
    assert message.splitlines() == [
        "5 problems in Shop:",
        "- `site` must go with a bucket and a `cdn` that is created here, "
        f"got: '{tmp_path}/site' without them",
        "- `cdn` must be None without a bucket and an API, because it has nothing to serve",
        "- `removal_policy` must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got: "
        "RemovalPolicy.SNAPSHOT; the profile decides whether caches take a final backup",
        f"- `function` must be an existing folder or file, got: '{tmp_path}/nowhere' "
        f"(looked for {tmp_path}/nowhere)",
        f"- `site` must be an existing folder or zip file, got: '{tmp_path}/site' "
        f"(looked for {tmp_path}/site)",
    ]
    assert app.node.try_find_child("Shop") is None


def test_an_entry_point_that_is_missing_is_refused(app: cdk.App, code: Path) -> None:
    message = refused(
        lambda: ServerlessStack(app, "Shop", function={"code": code, "handler": "main.run"})
    )
    assert "`handler` must name a module of the code and a function in it, got: 'main.run'" in (
        message
    )


def test_an_environment_name_that_a_store_needs_is_refused(app: cdk.App, code: Path) -> None:
    function: FunctionOptions = {"code": code, "environment": {"REDIS_TLS": "no"}}
    assert "must have each name once, got again: REDIS_TLS" in refused(
        lambda: ServerlessStack(app, "Shop", function=function, redis=True)
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


def test_retain_keeps_data(cached: Json) -> None:
    kept = {
        resource["Type"]: resource["DeletionPolicy"]
        for resource in cached["Resources"].values()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert kept == {
        "AWS::S3::Bucket": "Retain",
        "AWS::Logs::LogGroup": "Retain",
        "AWS::SQS::Queue": "Retain",
        "AWS::IAM::Role": "Retain",  # that of the logs of all APIs of the account
        "AWS::ElastiCache::ReplicationGroup": "Snapshot",
    }


def test_the_auth_token_is_nowhere_in_plain_text(cached: Json) -> None:
    group = properties(cached, "AWS::ElastiCache::ReplicationGroup")
    assert "{{resolve:secretsmanager:" in json.dumps(group["AuthToken"])
    without = json.dumps(cached).replace(json.dumps(group["AuthToken"]), "")
    assert "{{resolve:" not in without
    assert "AuthToken" in without
    assert "SecretString" not in properties(cached, "AWS::SecretsManager::Secret")


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


def test_the_function_has_only_the_variables_of_its_stores(app: cdk.App, code: Path) -> None:
    shop = ServerlessStack(app, "Shop", function=code, bucket=None, cdn=None)
    shop.function.add_environment("STAGE", "prod")
    assert variables(synth(shop)) == {"STAGE": "prod"}
