"""Two profiles in one app."""

import aws_cdk as cdk

from serverless_stack.constructs import Auth, Backup, Profile, RedisCache, ServerlessStack

app = cdk.App()
ServerlessStack(
    app,
    "Shop",
    profile=Profile.regulated(),
    function="examples/shop/handler",
    api={"auth": Auth.public(reason="the handler checks who calls it, by a session cookie")},
    site="examples/shop/site",
    redis=True,
    memcached=True,
)

orders = cdk.Stack(app, "Orders")
Profile.dev().apply(orders)  # for constructs in a stack of your own
RedisCache(orders, "Cache", backup=Backup(retention=cdk.Duration.days(1)))  # takes precedence
app.synth()
