"""Replication groups: what goes with what."""

from tests.checks.cases import Case, Json, resource

TOKEN = "a-token-of-16-or-more"


def group(**properties: object) -> Json:
    return {"Cache": group_of(**properties)}


def group_of(**properties: object) -> Json:
    described: Json = {"ReplicationGroupDescription": "a cache", "CacheNodeType": "cache.t4g.micro"}
    if properties.get("Engine") == "valkey":
        described["TransitEncryptionEnabled"] = True  # which has no default
    return resource("AWS::ElastiCache::ReplicationGroup", **described | properties)


def named(name: str) -> Json:
    return group(ReplicationGroupId=name)


def two(**properties: object) -> Json:
    return group(NumCacheClusters=2, AutomaticFailoverEnabled=True, **properties)


def users(engine: str) -> Json:
    return {
        "User": resource(
            "AWS::ElastiCache::User",
            Engine=engine,
            UserId="app",
            UserName="default",
            AccessString="on ~* +@all",
            AuthenticationMode={"Type": "password", "Passwords": ["{{resolve:ssm-secure:a}}"]},
        ),
        "Users": resource(
            "AWS::ElastiCache::UserGroup",
            Engine=engine,
            UserGroupId="apps",
            UserIds=[{"Ref": "User"}],
        ),
    }


def with_users(engine: str, of: str) -> Json:
    given = {"UserGroupIds": [{"Ref": "Users"}], "TransitEncryptionEnabled": True}
    return users(of) | group(Engine=engine, **given)


CASES = [
    Case(
        "ELASTICACHE-001",
        "id > 40 chars",
        named("a" * 41),
        named("a" * 40),
        "`ReplicationGroupId` must have 1 to 40 characters, got: "
        f"{'a' * 41!r} (nearest accepted: {'a' * 40})",
    ),
    Case(
        "ELASTICACHE-001",
        "id with underscore",
        named("my_cache"),
        named("my-cache"),
        "must have letters, digits and hyphens only, got: 'my_cache' (nearest accepted: my-cache)",
    ),
    Case(
        "ELASTICACHE-001",
        "id ends with hyphen / double hyphen",
        named("my--cache-"),
        named("my-cache"),
        "`ReplicationGroupId` must not end with a hyphen",
    ),
    Case(
        "ELASTICACHE-001",
        "id begins with a digit",
        named("1cache"),
        named("cache1"),
        "`ReplicationGroupId` must begin with a letter, got: '1cache' (nearest accepted: cache)",
    ),
    Case(
        "ELASTICACHE-002",
        "valkey with engine version 6.2",
        group(Engine="valkey", EngineVersion="6.2"),
        group(Engine="valkey", EngineVersion="7.2"),
        "must be 7.2 or later for valkey, got: '6.2' (nearest accepted: 7.2)",
    ),
    Case(
        "ELASTICACHE-002",
        "redis of a later licence",
        group(Engine="redis", EngineVersion=7.4),
        group(Engine="redis", EngineVersion=7.1),
        "`EngineVersion` must be 2.6 to 7.1 for redis",
    ),
    Case(
        "ELASTICACHE-002",
        "an engine that groups do not have",
        group(Engine="memcached"),
        group(Engine="valkey"),
        "`Engine` must be redis or valkey, got: 'memcached'",
    ),
    Case(
        "ELASTICACHE-003",
        "IAM before version 7",
        group(
            EngineVersion="6.2", TransitEncryptionMode="preferred", TransitEncryptionEnabled=True
        ),
        group(
            EngineVersion="7.0", TransitEncryptionMode="preferred", TransitEncryptionEnabled=True
        ),
        "`EngineVersion` must be 7.0 or later for `TransitEncryptionMode`, got: '6.2'",
    ),
    Case(
        "ELASTICACHE-003",
        "data tiering before version 6.2",
        group(EngineVersion="6.0", CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True),
        group(EngineVersion="6.2", CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True),
        "`EngineVersion` must be 6.2 or later for data tiering",
    ),
    Case(
        "ELASTICACHE-004",
        "failover with one node",
        group(NumCacheClusters=1, AutomaticFailoverEnabled=True),
        two(),
        "`AutomaticFailoverEnabled` must be False without a second node, got: True and "
        "`NumCacheClusters` of 1",
    ),
    Case(
        "ELASTICACHE-004",
        "failover with no number of nodes",
        group(AutomaticFailoverEnabled=True),
        group(AutomaticFailoverEnabled=False),
        "got: True and no `NumCacheClusters`, which is 1",
    ),
    Case(
        "ELASTICACHE-004",
        "Multi-AZ without automatic failover",
        group(NumCacheClusters=2, MultiAZEnabled=True),
        two(MultiAZEnabled=True),
        "`MultiAZEnabled` must be False without `AutomaticFailoverEnabled`, got: True",
    ),
    Case(
        "ELASTICACHE-004",
        "shards without failover",
        group(NumNodeGroups=2, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=False),
        group(NumNodeGroups=2, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=True),
        "`AutomaticFailoverEnabled` must be True in cluster mode, got: False",
    ),
    Case(
        "ELASTICACHE-005",
        "at-rest encryption on cache.m1",
        group(CacheNodeType="cache.m1.large", AtRestEncryptionEnabled=True),
        group(CacheNodeType="cache.m5.large", AtRestEncryptionEnabled=True),
        "`AtRestEncryptionEnabled` must be False on m1 nodes, got: True",
    ),
    Case(
        "ELASTICACHE-005",
        "a key without encryption",
        group(KmsKeyId="alias/mine", AtRestEncryptionEnabled=False),
        group(KmsKeyId="alias/mine", AtRestEncryptionEnabled=True),
        "`KmsKeyId` must be used with `AtRestEncryptionEnabled`",
    ),
    Case(
        "ELASTICACHE-006",
        "at-rest encryption on cache.m3",
        group(CacheNodeType="cache.m3.large", AtRestEncryptionEnabled=True),
        group(CacheNodeType="cache.m5.large", AtRestEncryptionEnabled=True),
        "`AtRestEncryptionEnabled` must be False on m3 nodes, got: True",
    ),
    Case(
        "ELASTICACHE-007",
        "AUTH token and user group together",
        group(TransitEncryptionEnabled=True, AuthToken=TOKEN, UserGroupIds=["apps"]),
        group(TransitEncryptionEnabled=True, UserGroupIds=["apps"]),
        "`AuthToken` must be absent with `UserGroupIds`, got: both",
    ),
    Case(
        "ELASTICACHE-007",
        "AUTH token without TLS",
        group(AuthToken=TOKEN),
        group(AuthToken=TOKEN, TransitEncryptionEnabled=True),
        "`AuthToken` must be used with `TransitEncryptionEnabled`",
    ),
    Case(
        "ELASTICACHE-008",
        "AUTH token with @",
        group(TransitEncryptionEnabled=True, AuthToken={"Ref": "Word"}),
        group(TransitEncryptionEnabled=True, AuthToken={"Ref": "Word"}),
        "`AuthToken` must have letters, digits and ! & # $ ^ < > - only, got: '@'",
        bad_sections={"Parameters": {"Word": {"Type": "String", "Default": f"{TOKEN}@"}}},
        good_sections={"Parameters": {"Word": {"Type": "String", "Default": f"{TOKEN}$"}}},
    ),
    Case(
        "ELASTICACHE-009",
        "data tiering on t4g",
        group(DataTieringEnabled=True),
        group(DataTieringEnabled=True, CacheNodeType="cache.r6gd.xlarge"),
        "`DataTieringEnabled` must be False except on r6gd nodes, got: True on t4g",
    ),
    Case(
        "ELASTICACHE-009",
        "r6gd without data tiering",
        group(CacheNodeType="cache.r6gd.xlarge"),
        group(CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True),
        "`DataTieringEnabled` must be True on r6gd nodes, got: False",
    ),
    Case(
        "ELASTICACHE-010",
        "snapshot retention 36",
        group(SnapshotRetentionLimit=36),
        group(SnapshotRetentionLimit=35),
        "`SnapshotRetentionLimit` must be between 0 and 35 days, got: 36 (nearest accepted: 35)",
    ),
    Case(
        "ELASTICACHE-010",
        "two sources to restore",
        group(SnapshotName="a", SnapshotArns=["arn:aws:s3:::bucket/dump.rdb"]),
        group(SnapshotArns=["arn:aws:s3:::bucket/dump.rdb"]),
        "`SnapshotName` must be absent with `SnapshotArns`",
    ),
    Case(
        "ELASTICACHE-011",
        "snapshot window overlaps maintenance",
        group(
            SnapshotWindow="05:30-06:30",
            PreferredMaintenanceWindow="sun:05:00-sun:06:00",
        ),
        group(
            SnapshotWindow="06:00-07:00",
            PreferredMaintenanceWindow="sun:05:00-sun:06:00",
        ),
        "`SnapshotWindow` must not overlap `PreferredMaintenanceWindow`",
    ),
    Case(
        "ELASTICACHE-012",
        "a maintenance window of half an hour",
        group(PreferredMaintenanceWindow="sun:05:00-sun:05:30"),
        group(PreferredMaintenanceWindow="sun:05:00-sun:06:00"),
        "`PreferredMaintenanceWindow` must last 60 minutes to 24 hours",
    ),
    Case(
        "ELASTICACHE-013",
        "users of valkey for redis",
        with_users("redis", "valkey"),
        with_users("valkey", "valkey"),
        "`UserGroupIds` must have the engine redis, like the cache, got: 'Users'",
    ),
    Case(
        "ELASTICACHE-013",
        "two user groups",
        group(TransitEncryptionEnabled=True, UserGroupIds=["a", "b"]),
        group(TransitEncryptionEnabled=True, UserGroupIds=["a"]),
        "`UserGroupIds` must have at most 1 user group, got: 2 (nearest accepted: 1)",
    ),
    Case(
        "ELASTICACHE-014",
        "a mode of TLS without TLS",
        group(TransitEncryptionMode="required", TransitEncryptionEnabled=False),
        group(TransitEncryptionMode="required", TransitEncryptionEnabled=True),
        "`TransitEncryptionMode` must be used with `TransitEncryptionEnabled`, got: 'required'",
    ),
    Case(
        "ELASTICACHE-015",
        "a secondary with an engine",
        {
            "Cache": resource(
                "AWS::ElastiCache::ReplicationGroup",
                ReplicationGroupDescription="a cache",
                GlobalReplicationGroupId="ldgnf-mine",
                Engine="redis",
            )
        },
        {
            "Cache": resource(
                "AWS::ElastiCache::ReplicationGroup",
                ReplicationGroupDescription="a cache",
                GlobalReplicationGroupId="ldgnf-mine",
            )
        },
        "`Engine` must be left to the primary of the global datastore, got: 'redis'",
    ),
    Case(
        "ELASTICACHE-072",
        "valkey without a word on TLS",
        group(Engine="valkey", TransitEncryptionEnabled=None),
        group(Engine="valkey", TransitEncryptionEnabled=False),
        "`TransitEncryptionEnabled` must be set for valkey, which has no default for it",
    ),
]
