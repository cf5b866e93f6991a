"""The actions of AWS services."""

import pytest

from serverless_stack.checks.services.iam.actions import PATH, nearest
from tests.checks.services.iam import known_actions


def test_the_list_is_that_of_cfn_lint() -> None:
    """Run `python -m tests.checks.services.iam.known_actions` after an update of cfn-lint."""
    listed = {prefix: " ".join(names) for prefix, names in known_actions.listed().items()}
    text = PATH.read_text("utf-8")
    assert dict(line.lower().split(" ", 1) for line in text.splitlines() if " " in line) == {
        prefix: names for prefix, names in listed.items() if names
    }


@pytest.mark.parametrize(
    "action",
    [
        *("s3:GetObject", "S3:getobject", "s3:*", "s3:Get*", "s3:*Object", "s3:?etObject"),
        *("dynamodb:*", "execute-api:Invoke", "apigateway:GET", "es:ESHttpGet", "kms:*Encrypt*"),
        *("newservice:DoSomething", "newservice:*", "s3*:Get*", "*:GetObject", "*", "s3"),
        *("SNS:Receive", "sqs:DeleteMessageBatch"),
    ],
)
def test_an_action_that_exists_or_may_exist(action: str) -> None:
    assert nearest(action) is None


@pytest.mark.parametrize(
    ("action", "alike"),
    [
        ("s3:GetObjects", "s3:GetObject"),
        ("s3:getobjects", "s3:GetObject"),
        ("s3:PutObjectss*", "s3:PutObject"),
        ("lambda:Invoke", "lambda:InvokeAsync"),
        ("iam:Everything", ""),
        ("lambda:UpdateFunctionCod", "lambda:UpdateFunctionCode"),
        ("s3:Fetch*", ""),
        ("dynamdb:GetItem", "dynamodb:GetItem"),
        ("secretmanager:GetSecretValue", "secretsmanager:GetSecretValue"),
    ],
)
def test_an_action_that_does_not_exist(action: str, alike: str) -> None:
    assert nearest(action) == alike


def test_patterns_cannot_make_a_check_hang() -> None:
    assert nearest("ec2:" + "*a" * 60) == ""
    assert nearest("ec2:" + "a*" * 1_000_000) is None  # too long to be an action
