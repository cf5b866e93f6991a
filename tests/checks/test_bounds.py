"""The work of a check is bounded by the size of the template, whatever is in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from serverless_stack.checks import check_template
from serverless_stack.checks.secrets.patterns import form_of, is_secret
from serverless_stack.checks.services.iam.documents import matches
from tests.checks.cases import Json, policy, resource, statement

ROOT = Path(__file__).parents[2]
SECONDS = 60
"""Far more than a linear check takes on a busy machine, and far less than an exponential one."""

PROGRAM = "import json, sys; from serverless_stack.checks import check_template; " + (
    "print(len(check_template(json.load(sys.stdin), 'eu-west-1')))"
)


def chained(count: int, function: str) -> Json:
    conditions: Json = {f"C{n}": {function: [{"Condition": f"C{n + 1}"}] * 2} for n in range(count)}
    conditions[f"C{count}"] = {"Fn::Equals": ["a", {"Ref": "AWS::Region"}]}
    bucket = {**resource("AWS::S3::Bucket"), "Condition": "C0"}
    return {"Conditions": conditions, "Resources": {"Bucket": bucket}}


def circular(count: int) -> Json:
    conditions = {
        f"C{n}": {
            "Fn::And": [
                {"Condition": f"C{(n + 1) % count}"},
                {"Condition": f"C{(n + 2) % count}"},
            ]
        }
        for n in range(count)
    }
    bucket = {**resource("AWS::S3::Bucket"), "Condition": "C0"}
    return {"Conditions": conditions, "Resources": {"Bucket": bucket}}


def named(name: object) -> Json:
    return {"Resources": {"Bucket": resource("AWS::S3::Bucket", BucketName=name)}}


def function(**variables: object) -> Json:
    environment = {"Variables": variables}
    return {"Resources": {"F": resource("AWS::Lambda::Function", Environment=environment)}}


def role(action: str) -> Json:
    document = policy(statement(Action=action, Resource="*"))
    described = {
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
    }
    inline = [{"PolicyName": "own", "PolicyDocument": document}]
    return {
        "Resources": {
            "Role": resource("AWS::IAM::Role", Policies=inline),
            "F": resource("AWS::Lambda::Function", **described),
        }
    }


TEMPLATES: dict[str, Json] = {
    "conditions in a chain": chained(40, "Fn::And"),
    "conditions in a long chain": chained(3000, "Fn::Or"),
    "conditions in a circle": circular(60),
    "variables without an end": named({"Fn::Sub": "${" * 50_000}),
    "tokens without an end": named("${Token[" * 30_000),
    "a long name": named("a-" * 100_000),
    "a token of digits": function(API_TOKEN="a" + "1" * 100_000 + "="),
    "a token of numbers": function(API_TOKEN="a" + "-11" * 30_000 + "="),
    "JSON web tokens without an end": function(NOTE="eyJ" * 100_000),
    "an address without a password": function(NOTE="a" * 100_000 + "@"),
    "JSON within JSON": function(NOTE="{" + '"a":{' * 50_000 + "}" * 50_001),
    "an action of wildcards": role("s3:" + "*a" * 5_000),
    "brackets": {
        "Resources": {
            "Set": resource("AWS::WAFv2::RegexPatternSet", RegularExpressionList=["[" * 100_000])
        }
    },
    "functions of API Gateway": {
        "Resources": {
            "Method": resource(
                "AWS::ApiGateway::Method", Integration={"Uri": ":lambda:path/" * 20_000}
            )
        }
    },
    "transitions": {
        "Resources": {
            "Bucket": resource(
                "AWS::S3::Bucket",
                LifecycleConfiguration={
                    "Rules": [
                        {"Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}] * 9000}
                    ]
                },
            )
        }
    },
    "references to nothing": {
        "Resources": {
            f"Topic{n}": resource("AWS::SNS::Topic", DisplayName={"Ref": f"Topik{n}"})
            for n in range(3000)
        }
    },
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_check_ends(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        input=json.dumps(TEMPLATES[name]),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 0


@pytest.mark.parametrize("depth", [101, 5000, 100_000])
def test_deep_templates_are_refused(depth: int) -> None:
    value: object = "x"
    for _ in range(depth):
        value = {"Fn::Sub": value}
    (found,) = check_template(named(value))
    assert (found.rule, found.value) == ("TEMPLATE-005", "more than 100 levels")


def test_templates_that_contain_themselves_are_refused() -> None:
    template = named("shop")
    template["Metadata"] = template
    assert [each.rule for each in check_template(template)] == ["TEMPLATE-005"]


@pytest.mark.parametrize("digits", [5000, 100_000])
def test_texts_of_many_digits_are_not_converted(digits: int) -> None:
    number = "9" * digits
    parameters = {"timeout": number, "reserved-memory": number}
    resources: Json = {
        "F": resource("AWS::Lambda::Function", Timeout=number, MemorySize=number),
        "G": resource(
            "AWS::ElastiCache::ParameterGroup",
            CacheParameterGroupFamily="redis7",
            Description="x",
            Properties=parameters,
        ),
        "R": resource("AWS::Events::Rule", ScheduleExpression=f"rate({number} days)"),
        "C": resource("AWS::Events::Rule", ScheduleExpression=f"cron({number} 1 * * ? *)"),
        "V": resource("AWS::EC2::VPC", CidrBlock=f"10.0.0.0/{number}"),
        "S": resource("AWS::S3::Bucket", BucketName={"Fn::Select": [number, ["first", "second"]]}),
    }
    found = {each.resource for each in check_template({"Resources": resources})}
    assert {"G", "R", "C", "V"} <= found


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "s3:GetObject", True),
        ("s3:Get*", "s3:GetObject", True),
        ("S3:*OBJECT", "s3:GetObject", True),
        ("s3:?etObject", "s3:GetObject", True),
        ("s3:GetObject?", "s3:GetObject", False),
        ("s3:Get", "s3:GetObject", False),
        ("*:*:*", "s3:GetObject", False),
        ("s3:*e*e*", "s3:GetObject", True),
        ("s3:*e*e*e*", "s3:GetObject", False),
        ("", "s3:GetObject", False),
        ("s3:[G]etObject", "s3:GetObject", False),
    ],
)
def test_patterns_of_actions(pattern: str, action: str, expected: bool) -> None:
    assert matches(pattern, action) is expected


@pytest.mark.parametrize("value", ["orders-v2", "a1", "shop_api.2024-01-01", "x3-4-5", "token-v12"])
def test_words_and_numbers_are_no_secrets(value: str) -> None:
    assert not is_secret("ApiToken", value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4", "a JSON web token"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ("postgres://shop:hunter2@db.internal/shop", "a password in an address"),
        ("jdbc:mysql://shop:hunter2@db.internal", "a password in an address"),
    ],
)
def test_forms_of_secrets(text: str, kind: str) -> None:
    assert form_of(text) == kind
