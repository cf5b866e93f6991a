"""A Redis cache in Ireland, and a copy of it in Frankfurt that is read there."""

import aws_cdk as cdk

from serverless_stack.constructs import GlobalDatastore, RedisAuth, RedisCache

NODE = "cache.r7g.large"

app = cdk.App()
ireland = cdk.Stack(app, "Ireland", env=cdk.Environment(region="eu-west-1"))
cache = RedisCache(ireland, "Cache", node_type=NODE, auth=RedisAuth.none())
datastore = GlobalDatastore(ireland, "Datastore", primary=cache, suffix="orders")

frankfurt = cdk.Stack(
    app,
    "Frankfurt",
    env=cdk.Environment(region="eu-central-1"),
    cross_region_references=True,
)
RedisCache(frankfurt, "Cache", global_datastore=datastore, node_type=NODE, auth=RedisAuth.none())
app.synth()
