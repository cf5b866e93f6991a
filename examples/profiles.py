"""Two profiles in one app."""

import aws_cdk as cdk

from serverless_stack.constructs import Profile, RedisCache, ServerlessStack

app = cdk.App()
ServerlessStack(
    app,
    "Shop",
    profile=Profile.regulated(),
    handler="examples/shop/handler",
    site="examples/shop/site",
)

orders = cdk.Stack(app, "Orders")
Profile.dev().apply(orders)  # for constructs in a stack of your own
RedisCache(orders, "Cache", snapshot_retention_days=1)  # an argument goes first
app.synth()
