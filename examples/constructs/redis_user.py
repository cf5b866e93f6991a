"""A user who may only read, authenticated by the function's role."""

import aws_cdk as cdk

from serverless_stack.constructs import LambdaHandler, RedisAuth, RedisCache, RedisUser

app = cdk.App()
stack = cdk.Stack(app, "Shop")
cache = RedisCache(stack, "Cache", auth=RedisAuth.iam())
reader = RedisUser(cache, "Reader", access="on ~app:* +@read", auth=RedisAuth.iam())
reader.connect(LambdaHandler(stack, "Report", code="handler", vpc=cache.vpc))
app.synth()
