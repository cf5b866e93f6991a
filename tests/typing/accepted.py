"""What users write, as a type checker has to accept it."""

from pathlib import Path
from typing import assert_type

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_lambda_destinations import SqsDestination

from serverless_stack.constructs import (
    IMMUTABLE,
    ArchiveTiers,
    BucketCors,
    CacheRule,
    Cdn,
    ContentDeployment,
    Countries,
    FunctionUrl,
    Invalidation,
    Inventory,
    LambdaHandler,
    Lifecycle,
    MemcachedCache,
    ObjectLock,
    ProxyApi,
    RedisCache,
    RedisEngine,
    RedisTopology,
    Release,
    Replication,
    ServerlessCache,
    ServerlessStack,
    StorageBucket,
    Warmth,
    WebApp,
)
from serverless_stack.runtime.caching import (
    EmfMetrics,
    JsonCodec,
    LazyLoading,
    Lookup,
    MemoryStore,
    Namespace,
    cached,
)


def the_readme(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop")
    cache = RedisCache(stack, "Cache")
    handler = LambdaHandler(stack, "Orders", code="examples/orders", vpc=cache.vpc)
    uploads = StorageBucket(stack, "Uploads", expire_after=cdk.Duration.days(90))
    StorageBucket(
        stack,
        "Photos",
        name_prefix="photos",
        cors=BucketCors.uploads("https://example.com"),
        lifecycle_rules=[Lifecycle.temporary(), Lifecycle.archive(30, "STANDARD_IA")],
        replication=[Replication(uploads, storage_class="GLACIER_IR")],
        archive_tiers=ArchiveTiers(90),
        request_metrics=True,
        inventory=Inventory(uploads, frequency="Daily"),
        object_lock=ObjectLock.compliance(years=7),
    )
    api = ProxyApi(stack, "Api", handler=handler)
    site = Cdn(stack, "Site", bucket=uploads, api=api)
    ContentDeployment(
        stack,
        "Content",
        source=Path("site"),
        bucket=uploads,
        distributions=[site],
        cache_control=[CacheRule("assets/*", IMMUTABLE)],
        config={"api": api.url, "limits": {"page": 20, "names": ["a", "b"]}},
    )
    Invalidation(
        stack, "Invalidation", distributions=[site.distribution], paths=["/x*"], trigger=Path("x")
    )
    uploads.connect(handler)
    uploads.connect(handler, "read", prefix="in/", versions=True, env_prefix="INCOMING")
    cache.connect(handler)
    cdk.CfnOutput(stack, "Url", value=site.url)


def with_objects_of_ones_own(
    stack: cdk.Stack, vpc: ec2.IVpc, function: lambda_.Function, bucket: s3.IBucket
) -> None:
    cache = RedisCache(stack, "Cache", vpc=vpc)
    cache.connect(function, env_prefix="ORDERS")
    cache.replication_group.auto_minor_version_upgrade = True
    MemcachedCache(stack, "Views", vpc=vpc).connect(function)
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=function.current_version)
    ProxyApi(stack, "Api", handler=alias)
    Cdn(stack, "Site", bucket=bucket)


def functions_of_all_kinds(stack: cdk.Stack, images: ecr.IRepository, queue: sqs.Queue) -> str:
    released = LambdaHandler(
        stack,
        "Released",
        code=lambda_.Code.from_asset("build"),
        release=Release.linear(percent=20, every_minutes=2),
        on_failure=queue,
        on_success=SqsDestination(queue),
    )
    LambdaHandler(
        stack,
        "Image",
        code=lambda_.Code.from_ecr_image(images),
        url=FunctionUrl(cors=lambda_.FunctionUrlCorsOptions(allowed_origins=["*"])),
        on_failure=released,
    )
    assert_type(released.target, lambda_.IFunction)
    return released.url


def parts_of_a_stack(app: cdk.App) -> tuple[str, lambda_.Function, elasticache.CfnCacheCluster]:
    shop = ServerlessStack(app, "Shop", function="handler", memcached=True)
    other = ServerlessStack(app, "Other", memcached=shop.memcached, bucket=shop.bucket)
    return other.bucket.bucket_name, shop.function.function, shop.memcached.cluster


def options_of_parts(app: cdk.App, vpc: ec2.IVpc, archive: StorageBucket) -> None:
    shop = ServerlessStack(
        app,
        "Shop",
        function={"code": Path("handler"), "memory_size": 512},
        site={"source": "site", "grace_period": None},
        redis={"engine": RedisEngine.VALKEY_8_1, "topology": RedisTopology.replicated(2)},
        api=False,
        cdn={"countries": Countries.allow("DE")},
        connect=[archive],
        vpc=vpc,
        tags={"team": "shop"},
    )
    nightly = shop.add_function("Nightly", code="nightly", timeout=cdk.Duration.minutes(5))
    assert_type(nightly, LambdaHandler)
    assert_type(shop.redis, RedisCache)
    cache = ServerlessCache(shop, "Cache", vpc=vpc)
    WebApp(shop, "Blog", redis=cache, connect={"ARCHIVE": archive, "SESSIONS": shop.redis})


def connections(
    stack: cdk.Stack,
    table: dynamodb.TableV2,
    cluster: rds.DatabaseCluster,
    replica: rds.DatabaseInstanceReadReplica,
    imported: sqs.IQueue,
    other: lambda_.IFunction,
) -> None:
    warmth = Warmth.ping(every=cdk.Duration.minutes(5), concurrency=3)
    handler = LambdaHandler(stack, "Orders", code="orders", vpc=cluster.vpc, warmth=warmth)
    handler.connect(table, "read")
    handler.connect(table, access="read-write", env_prefix="ORDERS")
    handler.connect(cluster, user="orders")
    handler.connect(replica, env_prefix="REPLICA")
    handler.connect(cluster.add_proxy("Proxy", secrets=[], vpc=cluster.vpc), env_prefix="PROXY")
    handler.connect(imported)
    handler.connect(sns.Topic(stack, "News"))
    handler.connect(rds.DatabaseSecret(stack, "Secret", username="admin"))
    handler.connect(other)
    handler.connect(LambdaHandler(stack, "Prices", code="prices"), env_prefix="PRICES")
    handler.connect(StorageBucket(stack, "Bucket"), "write", prefix="uploads/")
    handler.connect(RedisCache(stack, "Cache"))
    ServerlessStack(cdk.App(), "Shop", function="orders", connect=[table, imported])


def a_cache_is_connectable(cache: RedisCache, peer: ec2.Connections) -> None:
    peer.allow_to_default_port(cache)


@cached(ttl=60)
def price(article: str, *, net: bool = False) -> int:
    return len(article)


@cached(MemoryStore(), ttl=60)
async def stock(article: str) -> int:
    return len(article)


class Shelf:
    @cached(ttl=60)
    def count(self, article: str) -> int:
        return len(article)

    @cached(ttl=60)
    async def count_soon(self, article: str) -> int:
        return len(article)


async def caches_keep_types(shelf: Shelf) -> None:
    store = Namespace("shop", schema=3).on(MemoryStore(codec=JsonCodec(types=(Shelf,))))
    orders = LazyLoading(store, load=len, ttl=300, soft_ttl=60, lease=5, on_event=EmfMetrics())
    assert_type(orders.get("7"), int)
    assert_type(orders.lookup("7"), Lookup[int])
    assert_type(orders.get_many(["7"]), dict[str, int])
    assert_type(price("tea", net=True), int)
    assert_type(price.lookup("tea"), Lookup[int])
    assert_type(price.invalidate("tea"), bool)
    assert_type(await stock("tea"), int)
    assert_type(shelf.count("tea"), int)
    assert_type(shelf.count.lookup(article="tea"), Lookup[int])
    assert_type(await shelf.count_soon("tea"), int)
