"""An API whose releases can be taken back: five deployments are kept, and canaries come first."""

import aws_cdk as cdk

from serverless_stack.constructs import Canary, LambdaHandler, ProxyApi

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = LambdaHandler(stack, "Orders", code="examples/shop/handler")
ProxyApi(
    stack,
    "Api",
    handler=orders,
    stages=("prod", "dev"),
    stage_variables={"prod": {"currency": "EUR"}, "dev": {"currency": "XTS"}},
    keep_deployments=5,
    canary={"prod": Canary(percent=10)},
)
app.synth()
