"""The metrics of a Redis cache on a dashboard."""

import aws_cdk as cdk

from serverless_stack.constructs import CacheDashboard, RedisCache

app = cdk.App()
stack = cdk.Stack(app, "Shop")
cache = RedisCache(stack, "Cache")
CacheDashboard(stack, "Graphs", cache=cache)
app.synth()
