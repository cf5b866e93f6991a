"""Shards, replicas, parameter groups, and what several resources of ElastiCache share."""

from tests.checks.cases import Case, Json, resource
from tests.checks.services.elasticache.cases_groups import group, group_of

DUMP = "arn:aws:s3:::bucket/dump.rdb"


def parameters(family: str = "redis7", **values: object) -> Json:
    return {
        "Parameters": resource(
            "AWS::ElastiCache::ParameterGroup",
            CacheParameterGroupFamily=family,
            Description="values",
            Properties={name.replace("_", "-"): value for name, value in values.items()},
        )
    }


def memcached(**values: str) -> Json:
    described = {"CacheParameterGroupFamily": "memcached1.6", "Description": "values"}
    return {
        "Parameters": resource(
            "AWS::ElastiCache::ParameterGroup", **described, Properties=dict(values)
        )
    }


def tuned(found: Json, **properties: object) -> Json:
    return found | group(CacheParameterGroupName={"Ref": "Parameters"}, **properties)


def cluster(**properties: object) -> Json:
    described = {"CacheNodeType": "cache.t4g.micro", "Engine": "memcached", "NumCacheNodes": 1}
    return {"Cluster": resource("AWS::ElastiCache::CacheCluster", **described | properties)}


def shards(*slots: str | None, **properties: object) -> Json:
    listed = [{"Slots": each} if each else {"ReplicaCount": 1} for each in slots]
    return group(NodeGroupConfiguration=listed, **properties)


def log(**properties: object) -> Json:
    details = {"CloudWatchLogsDetails": {"LogGroup": "cache"}}
    described = {
        "LogType": "slow-log",
        "LogFormat": "json",
        "DestinationType": "cloudwatch-logs",
        "DestinationDetails": details,
    }
    return described | properties


def logged(*logs: Json) -> Json:
    return group(EngineVersion="7.1", LogDeliveryConfigurations=list(logs))


def encrypted(**key: object) -> Json:
    return {"Key": resource("AWS::KMS::Key", KeyPolicy={}, **key)} | group(
        AtRestEncryptionEnabled=True, KmsKeyId={"Ref": "Key"}
    )


def configured_in(**topic: object) -> Json:
    return {"Topic": resource("AWS::SNS::Topic", **topic)} | group(
        NotificationTopicArn={"Ref": "Topic"}
    )


CLASSIC: Json = {"Classic": resource("AWS::ElastiCache::SecurityGroup", Description="old")}


def durable(**properties: object) -> Json:
    described: Json = {
        "Engine": "valkey",
        "EngineVersion": "9.0",
        "CacheNodeType": "cache.r7g.large",
        "Durability": "sync",
        "ClusterMode": "enabled",
        "NumNodeGroups": 1,
        "ReplicasPerNodeGroup": 1,
        "AutomaticFailoverEnabled": True,
        "MultiAZEnabled": True,
        "TransitEncryptionEnabled": True,
        "AtRestEncryptionEnabled": True,
        "CacheParameterGroupName": "default.valkey9.cluster.on",
    }
    return group_of(**described | properties)


CASES = [
    Case(
        "ELASTICACHE-016",
        "6 replicas per shard",
        group(NumNodeGroups=1, ReplicasPerNodeGroup=6),
        group(NumNodeGroups=1, ReplicasPerNodeGroup=5),
        "`ReplicasPerNodeGroup` must be between 0 and 5, got: 6 (nearest accepted: 5)",
    ),
    Case(
        "ELASTICACHE-016",
        "501 nodes",
        group(NumNodeGroups=251, ReplicasPerNodeGroup=1),
        group(NumNodeGroups=250, ReplicasPerNodeGroup=1),
        "must be at most 500 nodes, with their replicas, got: 502 (nearest accepted: 250)",
    ),
    Case(
        "ELASTICACHE-016",
        "7 nodes without shards",
        group(NumCacheClusters="7"),
        group(NumCacheClusters="6"),
        "`NumCacheClusters` must be between 1 and 6, got: 7 (nearest accepted: 6)",
    ),
    Case(
        "ELASTICACHE-017",
        "a number of nodes for shards",
        group(NumNodeGroups=2, NumCacheClusters=2),
        group(NumNodeGroups=2, ReplicasPerNodeGroup=1),
        "`NumCacheClusters` must be absent for 2 shards, got: 2",
    ),
    Case(
        "ELASTICACHE-018",
        "fewer shards listed than said",
        shards(None, None, NumNodeGroups=3),
        shards(None, None, NumNodeGroups=2),
        "`NodeGroupConfiguration` must list each of `NumNodeGroups` shards, got: 2",
    ),
    Case(
        "ELASTICACHE-019",
        "slots that nobody has",
        shards("0-8000", "8002-16383"),
        shards("0-8000", "8001-16383"),
        "`NodeGroupConfiguration.0.Slots` must cover 0-16383 together with the other shards",
    ),
    Case(
        "ELASTICACHE-019",
        "slots beyond the last",
        shards("0-8000", "8001-16384"),
        shards("8001-16383", "0-4000,4001-8000"),
        "`NodeGroupConfiguration.1.Slots` must be ranges such as 0-5460, up to 16383",
    ),
    Case(
        "ELASTICACHE-019",
        "files for shards without slots",
        group(NumNodeGroups=2, SnapshotArns=[DUMP]),
        shards("0-8191", "8192-16383", SnapshotArns=[DUMP]),
        "`NodeGroupConfiguration` must set the `Slots` of each shard for `SnapshotArns`",
    ),
    Case(
        "ELASTICACHE-020",
        "a zone for one of two nodes",
        group(NumCacheClusters=2, PreferredCacheClusterAZs=["eu-west-1a"]),
        group(NumCacheClusters=2, PreferredCacheClusterAZs=["eu-west-1a", "eu-west-1b"]),
        "`PreferredCacheClusterAZs` must name a zone for each of 2 nodes, got: 1",
    ),
    Case(
        "ELASTICACHE-021",
        "shards with cluster mode disabled",
        group(NumNodeGroups=2, ClusterMode="disabled"),
        group(NumNodeGroups=2, ClusterMode="enabled"),
        "`ClusterMode` must be enabled for 2 shards, got: 'disabled' (nearest accepted: enabled)",
    ),
    Case(
        "ELASTICACHE-022",
        "two files without shards",
        group(SnapshotArns=[DUMP, f"{DUMP}2"]),
        group(SnapshotArns=[DUMP]),
        "`SnapshotArns` must be one file without cluster mode, got: 2 (nearest accepted: 1)",
    ),
    Case(
        "ELASTICACHE-023",
        "2 shards on non-cluster parameter group",
        group(NumNodeGroups=2, CacheParameterGroupName="default.redis7"),
        group(NumNodeGroups=2, CacheParameterGroupName="default.redis7.cluster.on"),
        "`CacheParameterGroupName` must be a group with cluster-enabled=yes for 2 shards, "
        "got: 'default.redis7' (nearest accepted: default.redis7.cluster.on)",
    ),
    Case(
        "ELASTICACHE-023",
        "2 shards on a parameter group of the template",
        tuned(parameters(timeout="20"), NumNodeGroups=2),
        tuned(parameters(cluster_enabled="yes"), NumNodeGroups=2),
        "must be a group with cluster-enabled=yes for 2 shards, got: 'Parameters'",
    ),
    Case(
        "ELASTICACHE-024",
        "a parameter group of another family",
        tuned(parameters("redis6.x"), EngineVersion="7.1"),
        tuned(parameters("redis7"), EngineVersion="7.1"),
        "`CacheParameterGroupName` must be of the family redis7, got: 'Parameters (redis6.x)'",
    ),
    Case(
        "ELASTICACHE-025",
        "cluster mode for one node",
        cluster(Engine="redis", CacheParameterGroupName="default.redis7.cluster.on"),
        cluster(Engine="redis", CacheParameterGroupName="default.redis7"),
        "`CacheParameterGroupName` must be a group with cluster-enabled=no",
    ),
    Case(
        "ELASTICACHE-026",
        "a family that there is not",
        parameters("redis7.1"),
        parameters("redis7"),
        "`CacheParameterGroupFamily` must be a family such as redis7",
    ),
    Case(
        "ELASTICACHE-027",
        "a parameter that cannot be changed",
        parameters(maxmemory="1000"),
        parameters(maxmemory_policy="allkeys-lru"),
        "`Properties.maxmemory` must not set maxmemory",
    ),
    Case(
        "ELASTICACHE-027",
        "an eviction policy that there is not",
        parameters(maxmemory_policy="lru"),
        parameters(maxmemory_policy="allkeys-lru"),
        "`Properties.maxmemory-policy` must have a maxmemory-policy of volatile-lru",
    ),
    Case(
        "ELASTICACHE-028",
        "no description",
        group(ReplicationGroupDescription=""),
        group(),
        "`ReplicationGroupDescription` must be set, got: ''",
    ),
    Case(
        "ELASTICACHE-029",
        "a network that there is not",
        group(NetworkType="IPv4"),
        group(NetworkType="ipv4"),
        "must be one of ipv4, ipv6, dual_stack, got: 'IPv4' (nearest accepted: ipv4)",
    ),
    Case(
        "ELASTICACHE-030",
        "a size that the family does not have",
        group(CacheNodeType="cache.t4g.large"),
        group(CacheNodeType="cache.m7g.large"),
        "must have a size that t4g has (micro, small, medium), got: 'cache.t4g.large' "
        "(nearest accepted: cache.t4g.medium)",
    ),
    Case(
        "ELASTICACHE-074",
        "a family of EC2",
        group(CacheNodeType="cache.m6i.large"),
        group(CacheNodeType="cache.m9g.large"),
        "`CacheNodeType` must be of a family of c1, c7gn, c8gn, m1,",
    ),
    Case(
        "ELASTICACHE-073",
        "durable writes of Redis OSS",
        {"Cache": durable(Engine="redis", EngineVersion="7.1")},
        {"Cache": durable()},
        "`Engine` must be Valkey 9.0 or later for `Durability`, got: redis 7.1",
    ),
    Case(
        "ELASTICACHE-073",
        "durable writes on burstable nodes",
        {"Cache": durable(CacheNodeType="cache.t4g.micro")},
        {"Cache": durable(Durability="disabled", CacheNodeType="cache.t4g.micro")},
        "`CacheNodeType` must be of c7gn, c8gn, m6g,",
    ),
    Case(
        "ELASTICACHE-073",
        "durability of another kind",
        {"Cache": durable(Durability="always")},
        {"Cache": durable(Durability="async")},
        "`Durability` must be one of default, async, sync, disabled, got: 'always'",
    ),
    Case(
        "ELASTICACHE-075",
        "a misspelled parameter",
        parameters("valkey8", **{"maxmemory-polcy": "allkeys-lru"}),
        parameters("valkey8", **{"maxmemory-policy": "allkeys-lru"}),
        "must be a parameter of the family, got: 'maxmemory-polcy' (nearest accepted: "
        "maxmemory-policy)",
    ),
    Case(
        "ELASTICACHE-075",
        "a misspelled parameter of Memcached",
        memcached(max_item_sizes="1048576"),
        memcached(max_item_size="1048576"),
        "must be a parameter of the family, got: 'max_item_sizes' (nearest accepted: "
        "max_item_size)",
    ),
    Case(
        "ELASTICACHE-031",
        "port 70000",
        group(Port=70000),
        group(Port=65535),
        "`Port` must be between 1 and 65535, got: 70000 (nearest accepted: 65535)",
    ),
    Case(
        "ELASTICACHE-032",
        "a FIFO topic",
        configured_in(FifoTopic=True),
        configured_in(),
        "`NotificationTopicArn` must be a standard topic, got: 'Topic'",
    ),
    Case(
        "ELASTICACHE-033",
        "one log twice",
        logged(log(), log(LogFormat="text")),
        logged(log(), log(LogType="engine-log")),
        "`LogDeliveryConfigurations.1.LogType` must differ from those before it",
    ),
    Case(
        "ELASTICACHE-033",
        "details of another destination",
        logged(log(DestinationType="kinesis-firehose")),
        logged(log()),
        "`LogDeliveryConfigurations.0.DestinationDetails` must have KinesisFirehoseDetails",
    ),
    Case(
        "ELASTICACHE-033",
        "a log without a format",
        logged(log(LogFormat="")),
        logged(log(LogFormat="text")),
        "`LogDeliveryConfigurations.0.LogFormat` must be set",
    ),
    Case(
        "ELASTICACHE-034",
        "IPv6 on nodes before Nitro",
        group(CacheNodeType="cache.t2.micro", NetworkType="dual_stack"),
        group(CacheNodeType="cache.t4g.micro", NetworkType="dual_stack"),
        "`NetworkType` must be ipv4 on t2 nodes, got: 'dual_stack' (nearest accepted: ipv4)",
    ),
    Case(
        "ELASTICACHE-035",
        "a security group of EC2-Classic",
        group(CacheSecurityGroupNames=["default"]),
        group(SecurityGroupIds=["sg-12345678"]),
        "`CacheSecurityGroupNames` must be absent",
    ),
    Case(
        "ELASTICACHE-036",
        "a cache security group",
        CLASSIC,
        {"Cache": group_of()},
        "`Type` must be absent: EC2-Classic, which had such groups, is retired",
    ),
    Case(
        "ELASTICACHE-037",
        "an asymmetric key",
        encrypted(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT"),
        encrypted(),
        "`KmsKeyId` must be a symmetric key, got: 'Key (RSA_2048)'",
    ),
]
