"""The shop: the README's application, deployed by ``cdk deploy``."""

import aws_cdk as cdk

from serverless_stack.constructs import ServerlessStack

app = cdk.App()
ServerlessStack(app, "Shop", handler="examples/shop/handler", site="examples/shop/site")
app.synth()
