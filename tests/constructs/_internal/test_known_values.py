"""What Python knows of CDK's values and buckets without asking is what CDK answers."""

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs._internal import durations
from serverless_stack.constructs._internal.buckets import (
    add_to_bucket_policy,
    arn_of_objects,
    name_of_bucket,
    raw_bucket,
)
from serverless_stack.constructs._internal.runtimes import ARM_64, PYTHON, family_of, name_of
from tests.constructs.templates import Json, properties, synth


@pytest.mark.parametrize("unit", ["seconds", "minutes", "hours", "days"])
def test_equal_durations_are_one_object_whose_length_is_known(unit: str) -> None:
    duration: cdk.Duration = getattr(durations, unit)(7)
    assert getattr(durations, unit)(7) is duration
    own: cdk.Duration = getattr(cdk.Duration, unit)(7)
    assert durations.milliseconds_of(duration) == own.to_milliseconds()
    assert duration.to_milliseconds() == own.to_milliseconds()


@pytest.mark.parametrize(
    "runtime", [PYTHON, lambda_.Runtime.JAVA_21, lambda_.Runtime.PROVIDED_AL2023]
)
def test_names_and_families_of_runtimes(runtime: lambda_.Runtime) -> None:
    assert name_of(runtime) == runtime.name
    assert family_of(runtime) == runtime.family


@pytest.mark.parametrize("architecture", [ARM_64, lambda_.Architecture.X86_64])
def test_names_of_architectures(architecture: lambda_.Architecture) -> None:
    assert name_of(architecture) == architecture.name


def test_attributes_of_buckets(stack: cdk.Stack) -> None:
    own = s3.Bucket(stack, "Own")
    imported = s3.Bucket.from_bucket_name(stack, "Imported", "somebody-elses")
    for bucket in (own, imported):
        assert name_of_bucket(bucket) == bucket.bucket_name
        assert arn_of_objects(bucket, "a/*") == bucket.arn_for_objects("a/*")
    assert raw_bucket(own) is raw_bucket(own)
    assert stack.resolve([raw_bucket(own).ref]) == stack.resolve([own.bucket_name])


def _statement(action: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=[action], resources=["*"], principals=[iam.AnyPrincipal()])


@pytest.mark.parametrize("enforce_ssl", [True, False])
def test_statements_are_added_to_a_policy_and_create_one(
    stack: cdk.Stack, enforce_ssl: bool
) -> None:
    bucket = s3.Bucket(stack, "Own", enforce_ssl=enforce_ssl)
    assert add_to_bucket_policy(bucket, [_statement("s3:Get*"), _statement("s3:Put*")])
    policy: Json = properties(synth(stack), "AWS::S3::BucketPolicy")["PolicyDocument"]
    actions = [statement["Action"] for statement in policy["Statement"]]
    assert actions == [*(["s3:*"] if enforce_ssl else []), "s3:Get*", "s3:Put*"]


def test_the_policy_of_an_imported_bucket_is_not_changed(stack: cdk.Stack) -> None:
    imported = s3.Bucket.from_bucket_name(stack, "Imported", "somebody-elses")
    assert not add_to_bucket_policy(imported, [_statement("s3:Get*")])
