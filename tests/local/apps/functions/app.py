"""A function with all that callers and failures need: a release, a URL, destinations."""

import os

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import FunctionUrl, LambdaHandler, ProxyApi, Release

app = cdk.App()
stack = cdk.Stack(app, "Functions")
failures = sqs.Queue(stack, "Failures")
hook = LambdaHandler(
    stack,
    "Hook",
    code="handler",
    runtime=lambda_.Runtime.PYTHON_3_13,
    environment={"RELEASE": os.environ.get("RELEASE", "1")},
    release=Release.canary(percent=50, minutes=20),
    url=FunctionUrl(
        auth="public",
        cors=lambda_.FunctionUrlCorsOptions(allowed_origins=["https://example.com"]),
    ),
    on_failure=failures,
    retry_attempts=0,
    log_level=lambda_.ApplicationLogLevel.WARN,
)
LambdaHandler(stack, "Signed", code="handler", url=FunctionUrl())
ProxyApi(stack, "Api", handler=hook, access_log=False)
cdk.CfnOutput(stack, "HookUrl", value=hook.url)
app.synth()
