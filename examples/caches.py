"""Four caches, one function that may use them all, alarms and a dashboard."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import (
    Autoscale,
    CacheAlarms,
    CacheDashboard,
    Capacity,
    LambdaHandler,
    Logs,
    MemcachedCache,
    RedisAuth,
    RedisCache,
    RedisEngine,
    RedisTopology,
    RedisUser,
    ServerlessCache,
)


class Caches(cdk.Stack):
    """Sessions, a catalogue in shards, counters on Memcached, and a cache without nodes."""

    def __init__(self, scope: cdk.App, construct_id: str, *, code: str) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(self, "Vpc", max_azs=2, nat_gateways=1)
        handler = LambdaHandler(self, "Handler", code=code, vpc=self.vpc)

        sessions = RedisCache(
            self,
            "Sessions",
            vpc=self.vpc,
            topology=RedisTopology.replicated(2),
            auth=RedisAuth.token(rotate_every=cdk.Duration.days(30)),
            logs=Logs(slow=True),
        )
        sessions.connect(handler)

        catalogue = RedisCache(
            self,
            "Catalogue",
            vpc=self.vpc,
            engine=RedisEngine.VALKEY_8_1,
            node_type="cache.r7g.large",
            topology=RedisTopology.sharded(2, 1, autoscale=Autoscale(shards=Capacity(2, 6))),
            auth=RedisAuth.iam(),
            parameters={"maxmemory-policy": "allkeys-lru"},
        )
        reader = RedisUser(catalogue, "Reader", access="on ~* +@read", auth=RedisAuth.iam())
        reader.connect(handler, env_prefix="CATALOGUE")

        counters = MemcachedCache(self, "Counters", vpc=self.vpc, num_cache_nodes=3)
        counters.connect(handler)

        quiet = ServerlessCache(
            self, "Quiet", vpc=self.vpc, max_storage_gb=2, max_ecpu_per_second=5_000
        )
        quiet.connect(handler, env_prefix="QUIET")

        topic = sns.Topic(self, "Pager")
        CacheAlarms(self, "SessionAlarms", cache=sessions, topic=topic)
        board = CacheDashboard(self, "Board", cache=sessions).dashboard
        CacheDashboard(self, "CounterGraphs", cache=counters, dashboard=board)
