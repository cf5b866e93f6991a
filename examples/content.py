"""A site in a bucket behind a distribution: only what changed is deployed."""

import aws_cdk as cdk

from serverless_stack.constructs import (
    IMMUTABLE,
    REVALIDATE,
    CacheRule,
    Cdn,
    ContentDeployment,
    StorageBucket,
)

app = cdk.App()
stack = cdk.Stack(app, "Site")
bucket = StorageBucket(stack, "Bucket")
cdn = Cdn(stack, "Cdn", bucket=bucket)

ContentDeployment(
    stack,
    "Content",
    source="examples/shop/site",
    bucket=bucket,
    distributions=[cdn],
    cache_control=[
        CacheRule("*.js", IMMUTABLE),  # the first match counts
        CacheRule("*", REVALIDATE),
    ],
    config={"site": cdn.url},  # known at deploy time; written to config.json
)
app.synth()
