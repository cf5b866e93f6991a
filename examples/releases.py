"""An API whose releases can be taken back: five deployments are kept, and a canary comes first."""

import aws_cdk as cdk

from serverless_stack.constructs import Auth, Canary, LambdaHandler, ProxyApi

app = cdk.App()
stack = cdk.Stack(app, "Shop")
orders = LambdaHandler(stack, "Orders", code="examples/shop/handler")
api = ProxyApi(
    stack,
    "Api",
    handler=orders,
    auth=Auth.iam(),
    stages=("prod", "dev"),  # `api.url` is that of the first
    stage_variables={"prod": {"currency": "EUR"}, "dev": {"currency": "XTS"}},
    keep_deployments=5,
    canary={"prod": Canary(percent=10)},
)
app.synth()
