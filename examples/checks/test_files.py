import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from serverless_stack.testing import assert_deployable


def test_files_can_be_deployed() -> None:
    stack = cdk.Stack(cdk.App(), "Files")
    s3.Bucket(stack, "Uploads", bucket_name="our-uploads")
    assert_deployable(stack)
