"""A Memcached cluster in a VPC of its own, and a function that uses it."""

import aws_cdk as cdk

from serverless_stack.constructs import LambdaHandler, MemcachedCache

app = cdk.App()
stack = cdk.Stack(app, "Shop")
cache = MemcachedCache(stack, "Cache")
cache.connect(LambdaHandler(stack, "Orders", code="handler", vpc=cache.vpc))
app.synth()
