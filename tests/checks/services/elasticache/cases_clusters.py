"""Clusters of Memcached, serverless caches, and global datastores."""

from tests.checks.cases import Case, Json, resource
from tests.checks.services.elasticache.cases_groups import group_of, users
from tests.checks.services.elasticache.cases_shards import DUMP, cluster


def redis(**properties: object) -> Json:
    return cluster(Engine="redis", **properties)


def serverless(**properties: object) -> Json:
    described = {"Engine": "valkey", "ServerlessCacheName": "cache"}
    return {"Cache": resource("AWS::ElastiCache::ServerlessCache", **described | properties)}


def limited(**limits: object) -> Json:
    return serverless(CacheUsageLimits=limits)


def datastore(*members: Json, node_type: str = "cache.r7g.large", **properties: object) -> Json:
    listed = list(members) or [member()]
    made = resource("AWS::ElastiCache::GlobalReplicationGroup", Members=listed, **properties)
    return {"Global": made, "Cache": group_of(CacheNodeType=node_type)}


def member(role: str = "PRIMARY", region: str = "eu-west-1") -> Json:
    return {
        "ReplicationGroupId": {"Ref": "Cache"},
        "ReplicationGroupRegion": region,
        "Role": role,
    }


CASES = [
    Case(
        "ELASTICACHE-038",
        "a name > 50 chars",
        cluster(ClusterName="a" * 51),
        cluster(ClusterName="a" * 50),
        "`ClusterName` must have 1 to 50 characters",
    ),
    Case(
        "ELASTICACHE-039",
        "a version of Memcached that there is not",
        cluster(EngineVersion="1.7.1"),
        cluster(EngineVersion="1.6.22"),
        "`EngineVersion` must be such as 1.4.34, 1.5.16 or 1.6.22, got: '1.7.1'",
    ),
    Case(
        "ELASTICACHE-040",
        "Redis cluster with 2 nodes",
        redis(NumCacheNodes=2),
        redis(NumCacheNodes=1),
        "`NumCacheNodes` must be 1 for redis, got: 2",
    ),
    Case(
        "ELASTICACHE-040",
        "61 nodes",
        cluster(NumCacheNodes=61),
        cluster(NumCacheNodes=60),
        "`NumCacheNodes` must be between 1 and 60, got: 61 (nearest accepted: 60)",
    ),
    Case(
        "ELASTICACHE-041",
        "cross-az with one node",
        cluster(AZMode="cross-az"),
        cluster(AZMode="cross-az", NumCacheNodes=2),
        "`AZMode` must be single-az for one node, got: 'cross-az' (nearest accepted: single-az)",
    ),
    Case(
        "ELASTICACHE-041",
        "a zone for all nodes across zones",
        cluster(AZMode="cross-az", NumCacheNodes=2, PreferredAvailabilityZone="eu-west-1a"),
        cluster(AZMode="single-az", NumCacheNodes=2, PreferredAvailabilityZone="eu-west-1a"),
        "`AZMode` must be single-az with `PreferredAvailabilityZone`",
    ),
    Case(
        "ELASTICACHE-042",
        "TLS before Memcached 1.6.12",
        cluster(EngineVersion="1.6.6", TransitEncryptionEnabled=True),
        cluster(EngineVersion="1.6.12", TransitEncryptionEnabled=True),
        "`TransitEncryptionEnabled` must be False before version 1.6.12, got: True with 1.6.6",
    ),
    Case(
        "ELASTICACHE-042",
        "TLS on t2 nodes",
        cluster(CacheNodeType="cache.t2.micro", TransitEncryptionEnabled=True),
        cluster(CacheNodeType="cache.t3.micro", TransitEncryptionEnabled=True),
        "`TransitEncryptionEnabled` must be False for nodes of the kinds m1, m2, m3, r3, t2",
    ),
    Case(
        "ELASTICACHE-043",
        "Memcached with snapshots",
        cluster(SnapshotRetentionLimit=7),
        cluster(SnapshotRetentionLimit=0),
        "`SnapshotRetentionLimit` must be absent for memcached, which has no snapshots, got: 7",
    ),
    Case(
        "ELASTICACHE-043",
        "two files for one node",
        redis(SnapshotArns=[DUMP, f"{DUMP}2"]),
        redis(SnapshotArns=[DUMP]),
        "`SnapshotArns` must be one file, got: 2",
    ),
    Case(
        "ELASTICACHE-044",
        "a maintenance window without days",
        cluster(PreferredMaintenanceWindow="05:00-06:00"),
        cluster(PreferredMaintenanceWindow="sun:05:00-sun:06:00"),
        "`PreferredMaintenanceWindow` must be `ddd:hh:mm-ddd:hh:mm` in UTC",
    ),
    Case(
        "ELASTICACHE-045",
        "a serverless name with underscore",
        serverless(ServerlessCacheName="my_cache"),
        serverless(ServerlessCacheName="my-cache"),
        "`ServerlessCacheName` must have letters, digits and hyphens only",
    ),
    Case(
        "ELASTICACHE-046",
        "a minor version",
        serverless(MajorEngineVersion="8.1"),
        serverless(MajorEngineVersion=8),
        "`MajorEngineVersion` must be 7 or later for valkey, a major version only, got: '8.1' "
        "(nearest accepted: 8)",
    ),
    Case(
        "ELASTICACHE-047",
        "999 ECPU",
        limited(ECPUPerSecond={"Maximum": 999}),
        limited(ECPUPerSecond={"Maximum": 1000}),
        "ECPUPerSecond.Maximum` must be between 1000 and 15000000 ECPU per second, "
        "got: 999 (nearest accepted: 1000)",
    ),
    Case(
        "ELASTICACHE-047",
        "a least above the most",
        limited(DataStorage={"Unit": "GB", "Minimum": 20, "Maximum": 10}),
        limited(DataStorage={"Unit": "GB", "Minimum": 10, "Maximum": 20}),
        "`CacheUsageLimits.DataStorage.Minimum` must be at most `Maximum`, got: 20",
    ),
    Case(
        "ELASTICACHE-048",
        "a serverless snapshot at 24:00",
        serverless(SnapshotRetentionLimit=1, DailySnapshotTime="24:00"),
        serverless(SnapshotRetentionLimit=1, DailySnapshotTime="23:59"),
        "`DailySnapshotTime` must be `hh:mm` in UTC, such as 03:00, got: '24:00'",
    ),
    Case(
        "ELASTICACHE-049",
        "one subnet",
        serverless(SubnetIds=["subnet-a"]),
        serverless(SubnetIds=["subnet-a", "subnet-b"]),
        "`SubnetIds` must be 2 or 3 subnets, got: 1",
    ),
    Case(
        "ELASTICACHE-050",
        "users for Memcached",
        serverless(Engine="memcached", UserGroupId="apps"),
        serverless(Engine="redis", UserGroupId="apps"),
        "`UserGroupId` must be absent for memcached, which has no users",
    ),
    Case(
        "ELASTICACHE-050",
        "users of valkey for serverless redis",
        users("valkey") | serverless(Engine="redis", UserGroupId={"Ref": "Users"}),
        users("redis") | serverless(Engine="redis", UserGroupId={"Ref": "Users"}),
        "`UserGroupId` must have the engine redis, like the cache, got: 'Users'",
    ),
    Case(
        "ELASTICACHE-068",
        "a suffix with underscore",
        datastore(GlobalReplicationGroupIdSuffix="my_store"),
        datastore(GlobalReplicationGroupIdSuffix="my-store"),
        "`GlobalReplicationGroupIdSuffix` must have letters, digits and hyphens only",
    ),
    Case(
        "ELASTICACHE-069",
        "two primaries",
        datastore(member(), member(region="eu-west-2")),
        datastore(member(), member("SECONDARY", "eu-west-2")),
        "`Members` must have 1 member of the role PRIMARY, got: 2",
    ),
    Case(
        "ELASTICACHE-069",
        "two members in one region",
        datastore(member(), member("SECONDARY")),
        datastore(member()),
        "`Members` must be in distinct regions, got: 'eu-west-1'",
    ),
    Case(
        "ELASTICACHE-070",
        "a global datastore on t4g",
        datastore(node_type="cache.t4g.micro"),
        datastore(node_type="cache.m6g.large"),
        "`CacheNodeType` must be of m5, r5 or later for a global datastore",
    ),
]
