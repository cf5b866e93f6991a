"""A plain CDK app whose synthesis fails if AWS would refuse its deployment."""

import os

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.integrations.cdk_plugin import DeployabilityChecks

app = cdk.App()
cdk.Validations.of(app).add_plugins(DeployabilityChecks())

stack = cdk.Stack(app, "Files", env=cdk.Environment(region="eu-west-1"))
s3.Bucket(stack, "Uploads", bucket_name=os.environ.get("UPLOADS_NAME"))

legacy = s3.Bucket(stack, "Legacy", bucket_name="sthree-files")
cdk.Validations.of(legacy).acknowledge(
    cdk.Acknowledgment(
        id="serverless-stack::S3-001",
        reason="created before S3 reserved the prefix, and imported",
    )
)
app.synth()
