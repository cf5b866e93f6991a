"""The shop: the README's application, deployed by ``cdk deploy``."""

import aws_cdk as cdk

from serverless_stack.constructs import ServerlessStack

app = cdk.App()
ServerlessStack(
    app,
    "Shop",
    function="examples/shop/handler",
    site="examples/shop/site",
    redis=True,
    memcached=True,
)
app.synth()
