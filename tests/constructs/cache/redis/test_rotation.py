"""Rotating the token or password."""

import subprocess
import sys
import zipfile
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import (
    Profile,
    RedisAuth,
    RedisCache,
    RedisEngine,
    RedisTopology,
    RedisUser,
    ServerlessCache,
)
from serverless_stack.constructs.function.library import package_library
from serverless_stack.testing import TemplateSnapshot, assert_least_privilege
from tests.constructs.templates import (
    all_of,
    new_app,
    properties,
    refused,
    require_no_cycle,
    statements,
    synth,
    variables,
)

FUNCTION = "AWS::Lambda::Function"
SCHEDULE = "AWS::SecretsManager::RotationSchedule"
MONTHLY = RedisAuth.token(rotate_every=cdk.Duration.days(30))


def test_rotation_of_a_token(template_snapshot: TemplateSnapshot) -> None:
    stack = cdk.Stack(new_app(), "Test")
    RedisCache(stack, "Cache", auth=MONTHLY, removal_policy=cdk.RemovalPolicy.DESTROY)
    template = synth(stack)
    require_no_cycle(template)
    assert template == template_snapshot


def test_nothing_is_rotated_by_default(stack: cdk.Stack) -> None:
    assert RedisCache(stack, "Cache").rotation_function is None
    template = synth(stack)
    assert all_of(template, SCHEDULE) == []
    assert all_of(template, FUNCTION) == []


def test_the_rotation_function_has_least_privilege(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", auth=MONTHLY)
    template = synth(stack)
    reading, modifying = statements(template)
    assert reading["Action"] == [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ]
    assert reading["Resource"] == stack.resolve(cache.secret.secret_arn)
    assert modifying["Action"] == [
        "elasticache:DescribeReplicationGroups",
        "elasticache:ModifyReplicationGroup",
    ]
    assert modifying["Resource"]["Fn::Join"][1][-1] == stack.resolve(cache.cache_name)
    assert_least_privilege(
        template,
        allow=[
            f"Test/Cache/Rotation/Role/Resource: {action} on *"
            for action in (
                "ec2:AssignPrivateIpAddresses",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ec2:UnassignPrivateIpAddresses",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            )
        ],
    )
    permission = properties(template, "AWS::Lambda::Permission")
    assert permission["Principal"] == "secretsmanager.amazonaws.com"
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_the_first_rotation_is_after_the_interval(stack: cdk.Stack) -> None:
    weekly = RedisAuth.token(rotate_every=cdk.Duration.days(7))
    RedisCache(stack, "Cache", auth=weekly)
    schedule = properties(synth(stack), SCHEDULE)
    assert schedule["RotateImmediatelyOnUpdate"] is False
    assert schedule["RotationRules"] == {"AutomaticallyAfterDays": 7}


def test_the_function_reaches_the_cache_and_both_services(stack: cdk.Stack) -> None:
    cache = RedisCache(stack, "Cache", port=6380, auth=MONTHLY)
    template = synth(stack)
    ingress = properties(template, "AWS::EC2::SecurityGroupIngress")
    assert (ingress["FromPort"], ingress["Description"]) == (6380, "Rotation of the secret")
    services = [
        item["Properties"]["ServiceName"]["Fn::Join"][1][-1]
        for item in all_of(template, "AWS::EC2::VPCEndpoint")
        if item["Properties"]["VpcEndpointType"] == "Interface"
    ]
    assert services == [".secretsmanager", ".elasticache"]
    assert variables(template)["REPLICATION_GROUP_ID"] == stack.resolve(cache.cache_name)


def test_an_existing_vpc_gets_no_endpoints(stack: cdk.Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    RedisCache(stack, "Cache", vpc=vpc, auth=MONTHLY)
    assert all_of(synth(stack), "AWS::EC2::VPCEndpoint") == []


def test_shards_are_tried_at_their_configuration_endpoint(stack: cdk.Stack) -> None:
    RedisCache(stack, "Cache", topology=RedisTopology.sharded(2), auth=MONTHLY)
    endpoint = variables(synth(stack))["CACHE_ENDPOINT"]["Fn::Join"][1][0]
    assert endpoint["Fn::GetAtt"][1] == "ConfigurationEndPoint.Address"


def test_a_password_of_a_user_in_a_secret_with_a_key(stack: cdk.Stack) -> None:
    own = secretsmanager.Secret(stack, "Own", encryption_key=kms.Key(stack, "Key"))
    auth = RedisAuth.password(secret=own, rotate_every=cdk.Duration.days(30))
    cache = RedisCache(stack, "Cache", engine=RedisEngine.VALKEY_8_1, auth=auth)
    template = synth(stack)
    assert cache.user is not None
    assert variables(template)["USER_ID"] == stack.resolve(cache.user.user.ref)
    _, modifying, using = statements(template)
    assert modifying["Action"] == ["elasticache:DescribeUsers", "elasticache:ModifyUser"]
    assert using["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_a_secret_by_name_is_granted_with_its_random_end(stack: cdk.Stack) -> None:
    own = secretsmanager.Secret.from_secret_name_v2(stack, "Own", "orders/redis")
    auth = RedisAuth.token(secret=own, rotate_every=cdk.Duration.days(30))
    RedisCache(stack, "Cache", auth=auth)
    reading = statements(synth(stack))[0]
    assert reading["Resource"]["Fn::Join"][1][-1] == ":secret:orders/redis-??????"


def test_the_package_is_small_and_complete(tmp_path: Path) -> None:
    package = package_library("functions/__init__.py", "functions/rotation")
    archive = package.archive
    files = zipfile.ZipFile(archive).namelist()
    assert "serverless_stack/functions/rotation/handler.py" in files
    assert not any("content" in name or "runtime" in name for name in files)
    assert archive.stat().st_size < 16 * 1024
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "from serverless_stack.functions.rotation.handler import handler\n"
        "assert 'boto3' not in sys.modules\n"
        "import serverless_stack; assert 'code.zip' in serverless_stack.__path__[0]"
    )
    subprocess.run([sys.executable, "-S", "-c", code], check=True, cwd=tmp_path)


OLD = RedisEngine.of("redis", "5.0.5")


@pytest.mark.parametrize(
    ("engine", "days", "expected"),
    [
        (None, 0, "`auth.rotate_every` must be between 1 and 1000 days, got: 0"),
        (None, 1001, "`auth.rotate_every` must be between 1 and 1000 days, got: 1001"),
        (None, 1.5, "`auth.rotate_every` must be whole days, got: 1.5 days"),
        (OLD, 30, "`engine.version` must be 5.0.6 or later for a change of the AUTH token"),
    ],
)
def test_a_rotation_that_is_refused(
    stack: cdk.Stack, engine: RedisEngine | None, days: float, expected: str
) -> None:
    auth = RedisAuth.token(rotate_every=cdk.Duration.hours(days * 24))
    engine = engine or RedisEngine.REDIS_7_1
    assert expected in refused(
        lambda: RedisCache(stack, "Cache", engine=engine, node_type="cache.m5.large", auth=auth)
    )
    assert stack.node.children == []


@pytest.mark.parametrize("days", [1, 1000])
def test_the_nearest_accepted_rotations(stack: cdk.Stack, days: int) -> None:
    auth = RedisAuth.token(rotate_every=cdk.Duration.days(days))
    RedisCache(stack, "Cache", engine=RedisEngine.of("redis", "5.0.6"), auth=auth)
    rules = properties(synth(stack), SCHEDULE)["RotationRules"]
    assert rules == {"AutomaticallyAfterDays": days}


def test_the_password_of_another_user_is_rotated_by_a_function_of_its_own(
    stack: cdk.Stack,
) -> None:
    cache = RedisCache(stack, "Cache", engine=RedisEngine.VALKEY_8_1, auth=RedisAuth.iam())
    weekly = RedisAuth.password(rotate_every=cdk.Duration.days(7))
    reader = RedisUser(cache, "Reader", access="on ~* +@read", auth=weekly)
    assert cache.rotation_function is None
    assert reader.rotation_function is not None
    assert reader.rotation_function.node.path == "Test/Cache/Reader/Rotation/Function"
    template = synth(stack)
    assert variables(template)["USER_ID"] == stack.resolve(reader.user.ref)
    assert reader.secret is not None
    assert properties(template, SCHEDULE)["SecretId"] == stack.resolve(reader.secret.secret_arn)


def test_two_users_are_rotated(stack: cdk.Stack) -> None:
    weekly = RedisAuth.password(rotate_every=cdk.Duration.days(7))
    cache = RedisCache(stack, "Cache", engine=RedisEngine.VALKEY_8_1, auth=weekly)
    reader = RedisUser(cache, "Reader", access="on ~* +@read", auth=weekly)
    assert cache.rotation_function is not reader.rotation_function
    template = synth(stack)
    require_no_cycle(template)
    assert len(all_of(template, SCHEDULE)) == 2
    assert len(all_of(template, "AWS::EC2::SecurityGroupIngress")) == 2


def test_a_user_of_a_serverless_cache_is_rotated(stack: cdk.Stack) -> None:
    weekly = RedisAuth.password(rotate_every=cdk.Duration.days(7))
    cache = ServerlessCache(stack, "Cache", auth=weekly)
    template = synth(stack)
    require_no_cycle(template)
    assert cache.user is not None
    assert variables(template)["USER_ID"] == stack.resolve(cache.user.user.ref)
    endpoint = variables(template)["CACHE_ENDPOINT"]["Fn::Join"][1][0]
    assert endpoint["Fn::GetAtt"][1] == "Endpoint.Address"


@pytest.mark.parametrize("kind", ["token", "password"])
def test_regulated_rotates_every_generated_secret(stack: cdk.Stack, kind: str) -> None:
    Profile.regulated().apply(stack)
    auth = {"token": RedisAuth.token, "password": RedisAuth.password}[kind]()
    cache = RedisCache(stack, "Cache", auth=auth)
    if kind == "password":
        RedisUser(cache, "Reader", access="on ~* +@read")
    schedules = all_of(synth(stack), SCHEDULE)
    assert len(schedules) == (2 if kind == "password" else 1)
    assert {
        each["Properties"]["RotationRules"]["AutomaticallyAfterDays"] for each in schedules
    } == {30}
