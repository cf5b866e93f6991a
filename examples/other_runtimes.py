"""Functions in other runtimes, from artifacts of their own builds."""

import aws_cdk as cdk
from aws_cdk.aws_lambda import Runtime

from serverless_stack.constructs import LambdaHandler

app = cdk.App()
stack = cdk.Stack(app, "Others")
LambdaHandler(
    stack,
    "Invoices",
    code="build/invoices.jar",
    handler="shop.Invoices::handle",
    runtime=Runtime.JAVA_21,
)
LambdaHandler(
    stack, "Pages", code="pages/dist", handler="index.handler", runtime=Runtime.NODEJS_22_X
)
app.synth()
