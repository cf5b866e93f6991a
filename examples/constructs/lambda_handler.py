"""A function from a folder."""

import aws_cdk as cdk

from serverless_stack.constructs import LambdaHandler

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = LambdaHandler(stack, "Orders", code="handler")
app.synth()
