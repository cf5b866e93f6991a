"""Two profiles in one app."""

import aws_cdk as cdk

from serverless_stack.constructs import Backup, Profile, RedisCache, ServerlessStack

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
backup = Backup(retention=cdk.Duration.days(1))
RedisCache(orders, "Cache", backup=backup)  # explicit arguments take precedence
app.synth()
