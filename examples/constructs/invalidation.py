"""Drop the catalogue from the distribution's cache when its file has changed."""

from pathlib import Path

import aws_cdk as cdk

from serverless_stack.constructs import Auth, Cdn, Invalidation, LambdaHandler, ProxyApi

app = cdk.App()
stack = cdk.Stack(app, "Shop")
api = ProxyApi(
    stack,
    "Api",
    handler=LambdaHandler(stack, "Orders", code="handler"),
    auth=Auth.public(reason="the catalogue is for everybody"),
)
cdn = Cdn(stack, "Cdn", api=api)
Invalidation(
    stack,
    "Catalogue",
    distributions=[cdn],
    paths=["/api/catalogue*"],
    trigger=Path("handler/index.py"),
)
app.synth()
