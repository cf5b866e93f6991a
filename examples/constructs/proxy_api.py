"""A REST API in front of a function."""

import aws_cdk as cdk

from serverless_stack.constructs import Auth, LambdaHandler, ProxyApi

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = LambdaHandler(stack, "Orders", code="handler")
api = ProxyApi(stack, "Api", handler=orders, auth=Auth.iam())
app.synth()
