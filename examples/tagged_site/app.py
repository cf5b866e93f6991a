"""A site and an API whose cached answers are dropped by tag, not by path."""

import aws_cdk as cdk

from serverless_stack.constructs import (
    Behavior,
    Cache,
    Cdn,
    ContentDeployment,
    Invalidation,
    LambdaHandler,
    ProxyApi,
    Site,
    StorageBucket,
)

app = cdk.App()
stack = cdk.Stack(app, "TaggedSite")
bucket = StorageBucket(stack, "Bucket")
api = ProxyApi(stack, "Api", handler=LambdaHandler(stack, "Catalog", code="handler"))
cdn = Cdn(
    stack,
    "Cdn",
    bucket=bucket,
    site=Site.pages(),
    behaviors={"/api/*": Behavior(api, cache=Cache(max_ttl=cdk.Duration.hours(1)))},
    cache_tags=True,
)
ContentDeployment(
    stack,
    "Content",
    source="site",
    bucket=bucket,
    distributions=[cdn],
    tags={"*.html": "page", "docs/*": ["docs", "product-42"]},  # all that match count
    skew_protection=cdk.Duration.hours(1),
)
Invalidation(stack, "Prices", distributions=[cdn], tags=["prices"], trigger="2026-01-31")

cdk.CfnOutput(stack, "DistributionId", value=cdn.distribution.distribution_id)
cdk.CfnOutput(stack, "BucketName", value=bucket.bucket.bucket_name)
app.synth()
