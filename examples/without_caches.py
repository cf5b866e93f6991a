"""The same application without caches: nothing in it is billed by the hour."""

import aws_cdk as cdk

from serverless_stack.constructs import ServerlessStack

app = cdk.App()
ServerlessStack(app, "Shop", function="examples/shop/handler", site="examples/shop/site")
app.synth()
