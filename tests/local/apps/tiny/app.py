"""A minimal CDK app, without constructs of this library."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

HANDLER = """
import os
def handler(event, context):
    return {"statusCode": 200, "body": "hello from " + os.environ["BUCKET"]}
"""

app = cdk.App()
stack = cdk.Stack(app, "Tiny")
bucket = s3.Bucket(stack, "Files", removal_policy=cdk.RemovalPolicy.DESTROY)
function = lambda_.Function(
    stack,
    "Hello",
    runtime=lambda_.Runtime.PYTHON_3_12,
    handler="index.handler",
    code=lambda_.Code.from_inline(HANDLER),
    environment={"BUCKET": bucket.bucket_name},
)
apigateway.LambdaRestApi(stack, "Api", handler=function, cloud_watch_role=False)
cdk.CfnOutput(stack, "BucketName", value=bucket.bucket_name)
app.synth()
