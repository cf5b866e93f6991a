"""A cache without nodes in a VPC of its own, and a function that uses it."""

import aws_cdk as cdk

from serverless_stack.constructs import LambdaHandler, ServerlessCache

app = cdk.App()
stack = cdk.Stack(app, "Shop")
cache = ServerlessCache(stack, "Cache")
cache.connect(LambdaHandler(stack, "Orders", code="handler", vpc=cache.vpc))
app.synth()
