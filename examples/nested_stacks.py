"""An application that is too large for one stack: a part of it in a nested stack."""

import aws_cdk as cdk

from serverless_stack.constructs import Auth, LambdaHandler, ProxyApi, ServerlessStack

app = cdk.App()
shop = ServerlessStack(app, "Shop", function="examples/shop/handler", site="examples/shop/site")

reports = cdk.NestedStack(shop, "Reports")  # deployed with the shop, as a resource of its stack
function = LambdaHandler(reports, "Function", code="examples/shop/handler")
function.connect(shop.bucket)
ProxyApi(
    reports, "Api", handler=function, auth=Auth.public(reason="the example has nothing to hide")
)
app.synth()
