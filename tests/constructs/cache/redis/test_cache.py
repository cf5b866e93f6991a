import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import (
    Backup,
    LambdaHandler,
    RedisCache,
    RedisEngine,
    RedisTopology,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    statements,
    synth,
    variables,
)

GROUP = "AWS::ElastiCache::ReplicationGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
NAMES = {
    "REDIS_PRIMARY_ENDPOINT",
    "REDIS_READER_ENDPOINT",
    "REDIS_TLS",
    "REDIS_SECRET_ARN",
}


@pytest.fixture(scope="module")
def minimal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    RedisCache(stack, "Cache")
    return synth(stack)


@pytest.fixture(scope="module")
def maximal() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    RedisCache(
        stack,
        "Cache",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        security_groups=[ec2.SecurityGroup(stack, "Own", vpc=vpc)],
        node_type="cache.m7g.large",
        engine=RedisEngine.REDIS_7_0,
        topology=RedisTopology.replicated(5),
        port=6380,
        backup=Backup(retention=cdk.Duration.days(35)),
        encryption_key=kms.Key(stack, "Key"),
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    return synth(stack)


@pytest.fixture
def cache(stack: cdk.Stack) -> RedisCache:
    return RedisCache(stack, "Cache")


@pytest.fixture
def inside(stack: cdk.Stack, cache: RedisCache) -> lambda_.Function:
    """A plain CDK function in the VPC of the cache."""
    return function_in(stack, "Inside", cache.vpc)


def function_in(stack: cdk.Stack, construct_id: str, vpc: ec2.IVpc) -> lambda_.Function:
    return lambda_.Function(
        stack,
        construct_id,
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        vpc=vpc,
    )


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_it_is_encrypted_and_fails_over(minimal: Json) -> None:
    group = properties(minimal, GROUP)
    assert group["TransitEncryptionEnabled"] is True
    assert group["AtRestEncryptionEnabled"] is True
    assert group["AutomaticFailoverEnabled"] is True
    assert group["MultiAZEnabled"] is True
    assert group["NumCacheClusters"] == 2
    assert group["SnapshotRetentionLimit"] == 7


def test_the_auth_token_is_a_reference_to_a_generated_secret(minimal: Json) -> None:
    generated = properties(minimal, "AWS::SecretsManager::Secret")["GenerateSecretString"]
    assert generated == {"ExcludePunctuation": True, "PasswordLength": 64}
    token = properties(minimal, GROUP)["AuthToken"]
    assert token["Fn::Join"][1][0] == "{{resolve:secretsmanager:"
    assert "SecretString" not in properties(minimal, "AWS::SecretsManager::Secret")


def test_deleting_the_cache_takes_a_final_backup(minimal: Json) -> None:
    (group,) = all_of(minimal, GROUP)
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")


def test_a_retained_cache_retains_its_dependencies(maximal: Json) -> None:
    kept = {
        resource["Type"]
        for resource in maximal["Resources"].values()
        if resource.get("DeletionPolicy") == "Retain"
    }
    # The security group is the user's own here, and so is the key, which CDK retains by itself.
    assert kept == {
        GROUP,
        "AWS::ElastiCache::SubnetGroup",
        "AWS::KMS::Key",
        "AWS::SecretsManager::Secret",
    }


def test_a_retained_cache_retains_its_security_group(stack: cdk.Stack) -> None:
    RedisCache(stack, "Cache", removal_policy=cdk.RemovalPolicy.RETAIN)
    policies = {
        group["Properties"]["GroupDescription"]: group.get("DeletionPolicy")
        for group in all_of(synth(stack), "AWS::EC2::SecurityGroup")
    }
    assert policies["Redis of Test/Cache"] == "Retain"


def test_the_cache_is_closed_before_connect(minimal: Json) -> None:
    assert all_of(minimal, INGRESS) == []
    group = next(
        g["Properties"]
        for g in all_of(minimal, "AWS::EC2::SecurityGroup")
        if g["Properties"]["GroupDescription"] == "Redis of Test/Cache"
    )
    assert "SecurityGroupIngress" not in group


def test_every_argument_arrives(maximal: Json) -> None:
    group = properties(maximal, GROUP)
    assert group["CacheNodeType"] == "cache.m7g.large"
    assert group["EngineVersion"] == "7.0"
    assert group["NumCacheClusters"] == 6
    assert group["Port"] == 6380
    assert group["SnapshotRetentionLimit"] == 35
    assert group["KmsKeyId"]["Fn::GetAtt"][0].startswith("Key")
    assert group["SecurityGroupIds"][0]["Fn::GetAtt"][0].startswith("Own")
    (subnets,) = all_of(maximal, "AWS::ElastiCache::SubnetGroup")
    assert all("Private" in s["Ref"] for s in subnets["Properties"]["SubnetIds"])


def test_without_replicas_nothing_fails_over(stack: cdk.Stack) -> None:
    RedisCache(stack, "Cache", topology=RedisTopology.single())
    group = properties(synth(stack), GROUP)
    assert group["NumCacheClusters"] == 1
    assert (group["AutomaticFailoverEnabled"], group["MultiAZEnabled"]) == (False, False)


def test_all_problems_are_reported_together(stack: cdk.Stack) -> None:
    message = refused(
        lambda: RedisCache(
            stack,
            "Cache",
            topology=RedisTopology.replicated(6),
            port=0,
            backup=Backup(retention=cdk.Duration.days(36)),
        )
    )
    assert message.splitlines() == [
        "3 problems in Test/Cache:",
        "- `topology.replicas` must be between 0 and 5, got: 6",
        "- `port` must be between 1 and 65535, got: 0",
        "- `backup.retention` must be between 0 and 35 days, got: 36",
    ]
    assert stack.node.children == []


def test_the_nearest_accepted_values(stack: cdk.Stack) -> None:
    RedisCache(
        stack,
        "Cache",
        topology=RedisTopology.replicated(5),
        port=65535,
        backup=Backup(retention=cdk.Duration.days(0)),
    )
    assert properties(synth(stack), GROUP)["NumCacheClusters"] == 6


def test_tokens_are_accepted(stack: cdk.Stack) -> None:
    port = cdk.CfnParameter(stack, "Port", type="Number")
    RedisCache(stack, "Cache", port=int(port.value_as_number))
    assert properties(synth(stack), GROUP)["Port"] == {"Ref": "Port"}


def test_the_raw_resource_is_in_reach(stack: cdk.Stack, cache: RedisCache) -> None:
    assert isinstance(cache.replication_group, elasticache.CfnReplicationGroup)
    cache.replication_group.auto_minor_version_upgrade = True
    assert properties(synth(stack), GROUP)["AutoMinorVersionUpgrade"] is True


def test_connect_gives_permission_network_and_environment(
    stack: cdk.Stack, cache: RedisCache, inside: lambda_.Function
) -> None:
    cache.connect(inside)
    template = synth(stack)
    assert set(variables(template)) == NAMES
    assert variables(template)["REDIS_TLS"] == "true"
    attributes = [
        part["Fn::GetAtt"][1]
        for name in ("PRIMARY", "READER")
        for part in variables(template)[f"REDIS_{name}_ENDPOINT"]["Fn::Join"][1][::2]
    ]
    assert attributes == [
        "PrimaryEndPoint.Address",
        "PrimaryEndPoint.Port",
        "ReaderEndPoint.Address",
        "ReaderEndPoint.Port",
    ]
    (secret,) = [name for name in template["Resources"] if name.startswith("CacheSecret")]
    assert {
        "Effect": "Allow",
        "Resource": {"Ref": secret},
        "Action": "secretsmanager:GetSecretValue",
    } in statements(template)
    ingress = properties(template, INGRESS)
    assert (ingress["FromPort"], ingress["ToPort"], ingress["IpProtocol"]) == (6379, 6379, "tcp")
    assert ingress["SourceSecurityGroupId"]["Fn::GetAtt"][0].startswith("InsideSecurityGroup")
    assert ingress["GroupId"]["Fn::GetAtt"][0].startswith("CacheSecurityGroup")


def test_connect_takes_a_lambda_handler(stack: cdk.Stack, cache: RedisCache, code: Path) -> None:
    cache.connect(LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc))
    assert set(variables(synth(stack))) == NAMES


def test_a_function_outside_any_vpc_is_refused(
    stack: cdk.Stack, cache: RedisCache, function: lambda_.Function
) -> None:
    assert refused(lambda: cache.connect(function)) == (
        "`function` must be in the VPC of Test/Cache, got: Test/Plain, which is in none; create it "
        "with `vpc=` and the cache's `.vpc`"
    )
    assert "Environment" not in properties(synth(stack), "AWS::Lambda::Function")


def test_connecting_twice_with_one_prefix_is_refused(
    stack: cdk.Stack, cache: RedisCache, inside: lambda_.Function
) -> None:
    inside.add_environment("REDIS_TLS", "mine")
    message = refused(lambda: cache.connect(inside))
    assert "must have each name once, got again: REDIS_TLS;" in message
    template = synth(stack)
    assert variables(template) == {"REDIS_TLS": "mine"}
    assert all_of(template, INGRESS) == []
    assert "secretsmanager:GetSecretValue" not in json.dumps(statements(template))


def test_a_second_cache_connects_by_another_prefix(
    stack: cdk.Stack, cache: RedisCache, inside: lambda_.Function
) -> None:
    cache.connect(inside)
    RedisCache(stack, "Sessions", vpc=cache.vpc).connect(inside, env_prefix="SESSIONS")
    template = synth(stack)
    assert set(variables(template)) == NAMES | {n.replace("REDIS", "SESSIONS") for n in NAMES}
    assert len(all_of(template, INGRESS)) == 2
