"""ElastiCache."""

from typing import TYPE_CHECKING

from tests.e2e.account import Account
from tests.e2e.resources.registry import Properties, Resource, gives, only, reads

if TYPE_CHECKING:
    from mypy_boto3_elasticache.type_defs import CacheClusterTypeDef, NodeGroupTypeDef


@reads("AWS::ElastiCache::SubnetGroup")
def subnet_group(account: Account, resource: Resource) -> Properties:
    name = resource.physical_id
    answer = account.elasticache.describe_cache_subnet_groups(CacheSubnetGroupName=name)
    found = only(answer["CacheSubnetGroups"], name)
    return {
        "Description": found["CacheSubnetGroupDescription"],
        "SubnetIds": [subnet["SubnetIdentifier"] for subnet in found["Subnets"]],
    }


@reads("AWS::ElastiCache::ReplicationGroup")
def replication_group(account: Account, resource: Resource) -> Properties:
    group_id = resource.physical_id
    answer = account.elasticache.describe_replication_groups(ReplicationGroupId=group_id)
    found = only(answer["ReplicationGroups"], group_id)
    members = [cache_cluster(account, member) for member in found["MemberClusters"]]
    (shard,) = found["NodeGroups"]
    properties = _shared_by_all([_cluster_properties(member) for member in members])
    return {
        **properties,
        "AtRestEncryptionEnabled": found["AtRestEncryptionEnabled"],
        # That it is the secret's token, and no other, is seen by logging in.
        "AuthToken": resource.properties["AuthToken"] if found["AuthTokenEnabled"] else None,
        "AutomaticFailoverEnabled": found["AutomaticFailover"] == "enabled",
        "MultiAZEnabled": found["MultiAZ"] == "enabled",
        "NumCacheClusters": len(shard["NodeGroupMembers"]),
        "Port": _port(resource, shard["PrimaryEndpoint"]["Port"]),
        "ReplicationGroupDescription": found["Description"],
        "SecurityGroupIds": properties["VpcSecurityGroupIds"],
        "SnapshotRetentionLimit": found["SnapshotRetentionLimit"],
        "TransitEncryptionEnabled": found["TransitEncryptionEnabled"],
    }


@reads("AWS::ElastiCache::CacheCluster")
def cluster(account: Account, resource: Resource) -> Properties:
    found = cache_cluster(account, resource.physical_id)
    zones = [node["CustomerAvailabilityZone"] for node in found["CacheNodes"]]
    return {
        **_cluster_properties(found),
        "AZMode": "cross-az" if len(set(zones)) > 1 else "single-az",
        "NumCacheNodes": len(found["CacheNodes"]),
        "Port": _port(resource, found["ConfigurationEndpoint"]["Port"]),
        "PreferredAvailabilityZones": zones,
        "TransitEncryptionEnabled": found["TransitEncryptionEnabled"],
    }


@gives("AWS::ElastiCache::ReplicationGroup", "PrimaryEndPoint.Address")
def primary_address(account: Account, group_id: str) -> str:
    return shard_of(account, group_id)["PrimaryEndpoint"]["Address"]


@gives("AWS::ElastiCache::ReplicationGroup", "PrimaryEndPoint.Port")
def primary_port(account: Account, group_id: str) -> str:
    return str(shard_of(account, group_id)["PrimaryEndpoint"]["Port"])


@gives("AWS::ElastiCache::ReplicationGroup", "ReaderEndPoint.Address")
def reader_address(account: Account, group_id: str) -> str:
    return shard_of(account, group_id)["ReaderEndpoint"]["Address"]


@gives("AWS::ElastiCache::ReplicationGroup", "ReaderEndPoint.Port")
def reader_port(account: Account, group_id: str) -> str:
    return str(shard_of(account, group_id)["ReaderEndpoint"]["Port"])


@gives("AWS::ElastiCache::CacheCluster", "ConfigurationEndpoint.Address")
def configuration_address(account: Account, cluster_id: str) -> str:
    return cache_cluster(account, cluster_id)["ConfigurationEndpoint"]["Address"]


@gives("AWS::ElastiCache::CacheCluster", "ConfigurationEndpoint.Port")
def configuration_port(account: Account, cluster_id: str) -> str:
    return str(cache_cluster(account, cluster_id)["ConfigurationEndpoint"]["Port"])


def shard_of(account: Account, group_id: str) -> "NodeGroupTypeDef":
    answer = account.elasticache.describe_replication_groups(ReplicationGroupId=group_id)
    found: NodeGroupTypeDef = only(answer["ReplicationGroups"][0]["NodeGroups"], group_id)
    return found


def cache_cluster(account: Account, cluster_id: str) -> "CacheClusterTypeDef":
    answer = account.elasticache.describe_cache_clusters(
        CacheClusterId=cluster_id, ShowCacheNodeInfo=True
    )
    found: CacheClusterTypeDef = only(answer["CacheClusters"], cluster_id)
    return found


def _cluster_properties(found: "CacheClusterTypeDef") -> Properties:
    return {
        "CacheNodeType": found["CacheNodeType"],
        "CacheSubnetGroupName": found["CacheSubnetGroupName"],
        "Engine": found["Engine"],
        "EngineVersion": found["EngineVersion"],
        "VpcSecurityGroupIds": [group["SecurityGroupId"] for group in found["SecurityGroups"]],
    }


def _shared_by_all(members: list[Properties]) -> Properties:
    assert all(member == members[0] for member in members), members
    return members[0]


def _port(resource: Resource, real: int) -> int:
    """The port asked for: here every engine has a free port of its own on loopback instead."""
    assert real > 1023
    return int(resource.properties["Port"])
