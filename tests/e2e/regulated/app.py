"""A stack under the profile for auditors, and an application in another stack of that profile."""

import aws_cdk as cdk

from serverless_stack.constructs import Auth, Profile, RedisAuth, ServerlessStack, WebApp

app = cdk.App(analytics_reporting=False)
greeting = app.node.try_get_context("greeting") or "hello"
ServerlessStack(
    app,
    "Regulated",
    profile=Profile.regulated(),
    function={"code": "handler", "environment": {"GREETING": greeting}},
    site="site",
    api={"auth": Auth.public(reason="the tests sign no requests")},
    redis=True,
    memcached=True,
    removal_policy=cdk.RemovalPolicy.DESTROY,
)

own = cdk.Stack(app, "Own")
Profile.regulated().apply(own)
WebApp(
    own,
    "Shop",
    function={"code": "handler", "environment": {"GREETING": greeting}},
    api={"auth": Auth.public(reason="the tests sign no requests")},
    cdn=None,
    redis={"auth": RedisAuth.password()},
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
app.synth()
