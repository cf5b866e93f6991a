"""What is written in Python instead of asked of CDK is what CDK writes."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs._internal.arns import format_arn
from serverless_stack.constructs._internal.names import stack_uuid
from serverless_stack.constructs._internal.policies import (
    Statement,
    policy_document,
    service_principal,
)
from serverless_stack.constructs.cache.redis.auth import secret_value

ENVIRONMENTS = {
    "unknown": None,
    "region": cdk.Environment(region="eu-west-1"),
    "both": cdk.Environment(account="123456789012", region="cn-north-1"),
}


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_an_arn_is_the_one_of_cdk(app: cdk.App, environment: cdk.Environment | None) -> None:
    stack = cdk.Stack(app, "Test", env=environment)
    expected = stack.format_arn(
        service="lambda",
        resource="function",
        resource_name="*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    arn = format_arn(stack, "lambda", "function:*")
    assert stack.resolve(arn) == stack.resolve(expected)


def test_a_policy_is_the_one_of_cdk(stack: cdk.Stack) -> None:
    conditions = {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
    ours = policy_document(
        [
            Statement(["s3:GetObject", "s3:PutObject"], ["*"], conditions),
            Statement(["ec2:DeleteNetworkInterface"], ["*"], effect="Deny"),
        ]
    )
    theirs = iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=["s3:GetObject", "s3:PutObject"], resources=["*"], conditions=conditions
            ),
            iam.PolicyStatement(
                effect=iam.Effect.DENY, actions=["ec2:DeleteNetworkInterface"], resources=["*"]
            ),
        ]
    )
    assert stack.resolve(ours) == stack.resolve(theirs)


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"Service": "logging.s3.amazonaws.com"}, iam.ServicePrincipal("logging.s3.amazonaws.com")),
        ({"AWS": "*"}, iam.AnyPrincipal()),
    ],
)
def test_a_statement_for_others_is_the_one_of_cdk(
    stack: cdk.Stack, principal: dict[str, str], expected: iam.IPrincipal
) -> None:
    ours = Statement(["s3:PutObject"], ["*"], principal=principal).for_cdk()
    theirs = iam.PolicyStatement(actions=["s3:PutObject"], resources=["*"], principals=[expected])
    written = [iam.PolicyDocument(statements=[statement]) for statement in (ours, theirs)]
    assert stack.resolve(written[0]) == stack.resolve(written[1])


def test_roles_share_the_principal_of_a_service() -> None:
    assert service_principal("lambda.amazonaws.com") is service_principal("lambda.amazonaws.com")


def test_the_uuid_of_a_stack_is_the_last_part_of_its_id(stack: cdk.Stack) -> None:
    expected = cdk.Fn.select(2, cdk.Fn.split("/", cdk.Aws.STACK_ID))
    assert stack.resolve(stack_uuid()) == stack.resolve(expected)


def test_the_value_of_a_secret_is_a_dynamic_reference(stack: cdk.Stack) -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf"
    for secret in (
        secretsmanager.Secret(stack, "New"),
        secretsmanager.Secret.from_secret_complete_arn(stack, "Existing", arn),
        secretsmanager.Secret.from_secret_name_v2(stack, "Named", "token"),
    ):
        expected = secret.secret_value.unsafe_unwrap()
        assert stack.resolve(secret_value(secret)) == stack.resolve(expected)
