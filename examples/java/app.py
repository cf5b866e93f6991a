"""A Java function behind an API, which starts from a snapshot of itself."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import LambdaHandler, ProxyApi, Warmth

app = cdk.App()
stack = cdk.Stack(app, "Orders")
orders = LambdaHandler(
    stack,
    "Handler",
    code="orders",  # compiled by `javac`; a pom.xml or build.gradle builds it if there is one
    handler="shop.Orders::handle",
    runtime=lambda_.Runtime.JAVA_21,
    memory_size=1024,
    warmth=Warmth.snap_start(),
)
api = ProxyApi(stack, "Api", handler=orders)
cdk.CfnOutput(stack, "Url", value=api.url)
app.synth()
