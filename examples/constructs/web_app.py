"""A site, an API and a Redis cache as one construct."""

import aws_cdk as cdk

from serverless_stack.constructs import WebApp

app = cdk.App()
stack = cdk.Stack(app, "Shop")
shop = WebApp(stack, "Shop", function="handler", site="site", redis=True)
app.synth()
