"""A site in a bucket, behind a distribution, deployed by what changed."""

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
        CacheRule("*.js", IMMUTABLE),  # the first rule that matches counts
        CacheRule("*", REVALIDATE),
    ],
    config={"site": cdn.url},  # known at deploy time only; becomes config.json
)
app.synth()
