"""What a taken-over function, or a service that somebody else directs, may do in an application."""

import json
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs import (
    Auth,
    Invalidation,
    Profile,
    RedisAuth,
    RedisUser,
    Replication,
    ServerlessCache,
    ServerlessEngine,
    ServerlessStack,
    StorageBucket,
)
from tests.constructs.templates import Json, new_app, synth

PROFILES = {
    profile.name: profile for profile in (Profile.dev(), Profile.production(), Profile.regulated())
}
# These services send no `aws:SourceAccount`: Lambda, which a role must be passed to by an
# identity of its own account, S3 ("Setting up permissions for live replication"), and API Gateway
# for the role of its logs ("Set up CloudWatch logging for REST APIs"), which is passed as well.
WITHOUT_SOURCE = {"lambda.amazonaws.com", "s3.amazonaws.com", "apigateway.amazonaws.com"}
SOURCE_KEYS = {
    "aws:sourceaccount",
    "aws:sourcearn",
    "kms:encryptioncontext:aws:logs:arn",
}


@pytest.fixture(scope="module", params=PROFILES)
def template(request: pytest.FixtureRequest, code: Path, site: Path) -> Json:
    """An application with every part that has a role, a policy or an endpoint."""
    app = new_app()
    elsewhere = cdk.Stack(app, "Elsewhere")
    replica = s3.Bucket.from_bucket_attributes(
        elsewhere,
        "Replica",
        bucket_name="copies",
        encryption_key=kms.Key.from_key_arn(
            elsewhere, "Key", "arn:aws:kms:eu-west-1:123456789012:key/1"
        ),
    )
    shop = ServerlessStack(
        app,
        "Shop",
        function=str(code),
        site=str(site),
        redis={"auth": RedisAuth.password(rotate_every=cdk.Duration.days(30))},
        memcached=True,
        bucket={"replication": Replication(replica)},
        api={"auth": Auth.public(reason="tested")},
        profile=PROFILES[request.param],
    )
    RedisUser(shop.redis, "Reader", access="on ~* +@read").connect(
        shop.function, env_prefix="READER"
    )
    archive = StorageBucket(shop, "Archive")
    archive.connect(shop.add_function("Nightly", code=str(code)), env_prefix="ARCHIVE")
    sessions = ServerlessCache(
        shop, "Sessions", vpc=shop.vpc, engine=ServerlessEngine.VALKEY_8, auth=RedisAuth.iam()
    )
    sessions.connect(shop.function, env_prefix="SESSIONS")
    Invalidation(shop, "Paths", distributions=[shop.cdn.distribution], paths=["/*"], trigger="1")
    return synth(shop)


def of_type(template: Json, resource_type: str) -> dict[str, Json]:
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == resource_type
    }


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def statements_of_role(template: Json, role: str) -> Iterator[Json]:
    """Yield the statements of a role, inline or in policies of their own."""
    for policy in of_type(template, "AWS::IAM::Role")[role].get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for properties in of_type(template, kind).values():
            if {"Ref": role} in properties["Roles"]:
                yield from properties["PolicyDocument"]["Statement"]


def role_of(function: Json) -> str:
    return str(function["Role"]["Fn::GetAtt"][0])


def condition_keys(statement: Json) -> set[str]:
    return {key.lower() for keys in statement.get("Condition", {}).values() for key in keys}


def services_of(statement: Json) -> list[object]:
    principal = statement.get("Principal", {})
    return listed(principal.get("Service", [])) if isinstance(principal, dict) else []


def test_endpoints_lead_to_the_account_only(template: Json) -> None:
    endpoints = of_type(template, "AWS::EC2::VPCEndpoint")
    assert len(endpoints) == 3  # S3, Secrets Manager and ElastiCache
    for endpoint in endpoints.values():
        (statement,) = endpoint["PolicyDocument"]["Statement"]
        assert statement["Condition"]["StringEquals"] == {
            "aws:PrincipalAccount": {"Ref": "AWS::AccountId"},
            "aws:ResourceAccount": {"Ref": "AWS::AccountId"},
        }


def test_roles_are_assumed_for_the_account_only(template: Json) -> None:
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            if not set(map(str, services_of(statement))) <= WITHOUT_SOURCE:
                assert "aws:sourceaccount" in condition_keys(statement), name


@pytest.mark.parametrize(
    ("resource_type", "document"),
    [
        ("AWS::KMS::Key", "KeyPolicy"),
        ("AWS::S3::BucketPolicy", "PolicyDocument"),
        ("AWS::SNS::TopicPolicy", "PolicyDocument"),
        ("AWS::SQS::QueuePolicy", "PolicyDocument"),
    ],
)
def test_services_use_resources_for_the_account_only(
    template: Json, resource_type: str, document: str
) -> None:
    for name, properties in of_type(template, resource_type).items():
        for statement in properties[document]["Statement"]:
            if statement["Effect"] == "Allow" and services_of(statement):
                assert condition_keys(statement) & SOURCE_KEYS, (name, statement)


def test_services_call_functions_for_the_account_only(template: Json) -> None:
    permissions = of_type(template, "AWS::Lambda::Permission")
    assert permissions
    for name, permission in permissions.items():
        assert permission.keys() & {"SourceAccount", "SourceArn"}, name


def test_handlers_keep_to_their_part_of_the_bucket(template: Json) -> None:
    functions = of_type(template, "AWS::Lambda::Function")
    handlers = {n: f for n, f in functions.items() if f["Handler"] == "index.handler"}
    named = {n for n in handlers if n.startswith(("Function", "Nightly"))}
    assert len(named) == 2
    for name in named:
        for statement in statements_of_role(template, role_of(functions[name])):
            actions = set(listed(statement["Action"]))
            assert "s3:DeleteObjectVersion" not in actions
            if "s3:PutObject" in actions:
                for resource in listed(statement["Resource"]):
                    assert json.dumps(resource).endswith('"/data/*"]]}'), resource


def test_code_in_a_vpc_does_not_change_network_interfaces(template: Json) -> None:
    functions = of_type(template, "AWS::Lambda::Function")
    inside = [function for function in functions.values() if "VpcConfig" in function]
    assert inside
    for function in inside:
        statements = list(statements_of_role(template, role_of(function)))
        for statement in statements:
            actions = set(map(str, listed(statement["Action"])))
            if statement["Effect"] == "Allow" and any(a.startswith("ec2:") for a in actions):
                (denial,) = [s for s in statements if s["Effect"] == "Deny"]
                assert set(denial["Action"]) == actions
                assert condition_keys(denial) == {"lambda:sourcefunctionarn"}


def test_no_queue_keeps_the_events_of_cloudformation(template: Json) -> None:
    called = {
        properties["ServiceToken"]["Fn::GetAtt"][0]
        for resource in template["Resources"].values()
        for properties in [resource.get("Properties", {})]
        if "Fn::GetAtt" in properties.get("ServiceToken", {})
    }
    functions = of_type(template, "AWS::Lambda::Function")
    assert len(called & functions.keys()) >= 2
    for name in called:
        assert "DeadLetterConfig" not in functions[name], name
        actions = {
            action
            for statement in statements_of_role(template, role_of(functions[name]))
            for action in listed(statement["Action"])
        }
        assert "sqs:SendMessage" not in actions
