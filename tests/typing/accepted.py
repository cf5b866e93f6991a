"""What users write, as a type checker has to accept it."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs import (
    IMMUTABLE,
    CacheRule,
    Cdn,
    ContentDeployment,
    Invalidation,
    LambdaHandler,
    MemcachedCache,
    ProxyApi,
    RedisCache,
    ServerlessStack,
    StorageBucket,
)


def the_readme(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop")
    cache = RedisCache(stack, "Cache")
    handler = LambdaHandler(stack, "Orders", code="examples/orders", vpc=cache.vpc)
    uploads = StorageBucket(stack, "Uploads", expire_after=cdk.Duration.days(90))
    api = ProxyApi(stack, "Api", handler=handler)
    site = Cdn(stack, "Site", bucket=uploads, api=api)
    ContentDeployment(
        stack,
        "Content",
        source=Path("site"),
        bucket=uploads,
        cdn=site,
        cache_control=[CacheRule("assets/*", IMMUTABLE)],
        config={"api": api.url, "limits": {"page": 20, "names": ["a", "b"]}},
    )
    Invalidation(stack, "Invalidation", cdn=site.distribution, paths=["/x*"], trigger=Path("x"))
    uploads.connect(handler)
    cache.connect(handler)
    cdk.CfnOutput(stack, "Url", value=site.url)


def with_objects_of_ones_own(
    stack: cdk.Stack, vpc: ec2.IVpc, function: lambda_.Function, bucket: s3.IBucket
) -> None:
    cache = RedisCache(stack, "Cache", vpc=vpc)
    cache.connect(function, prefix="ORDERS")
    cache.replication_group.auto_minor_version_upgrade = True
    MemcachedCache(stack, "Views", vpc=vpc).connect(function)
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=function.current_version)
    ProxyApi(stack, "Api", handler=alias)
    Cdn(stack, "Site", bucket=bucket)


def parts_of_a_stack(app: cdk.App) -> tuple[str, lambda_.Function, elasticache.CfnCacheCluster]:
    shop = ServerlessStack(app, "Shop", handler="handler", redis=False)
    other = ServerlessStack(app, "Other", memcached=shop.memcached, bucket=shop.bucket)
    return other.bucket.bucket_name, shop.handler.function, shop.memcached.cluster


def a_cache_is_connectable(cache: RedisCache, peer: ec2.Connections) -> None:
    peer.allow_to_default_port(cache)
