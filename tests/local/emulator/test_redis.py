"""Replication groups and serverless caches."""

import ssl
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.local.emulator.conftest import Emulator, function

ONCE = Retry(NoBackoff(), 0)
NETWORK: dict[str, Any] = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    "Subnet": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {
            "VpcId": {"Ref": "Vpc"},
            "CidrBlock": "10.0.0.0/24",
            "AvailabilityZone": "us-east-1a",
        },
    },
    "Group": {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "cache", "VpcId": {"Ref": "Vpc"}},
    },
    "Subnets": {
        "Type": "AWS::ElastiCache::SubnetGroup",
        "Properties": {"Description": "cache", "SubnetIds": [{"Ref": "Subnet"}]},
    },
}
SECRET: dict[str, Any] = {
    "Type": "AWS::SecretsManager::Secret",
    "Properties": {
        "GenerateSecretString": {
            "SecretStringTemplate": "{}",
            "GenerateStringKey": "token",
            "PasswordLength": 40,
            "ExcludePunctuation": True,
        }
    },
}
TOKEN = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:token}}"}


def group(**properties: object) -> dict[str, Any]:
    return {
        "Type": "AWS::ElastiCache::ReplicationGroup",
        "Properties": {
            "ReplicationGroupDescription": "test",
            "Engine": "redis",
            "CacheNodeType": "cache.t4g.micro",
            "NumCacheClusters": 2,
            "AutomaticFailoverEnabled": True,
            "MultiAZEnabled": True,
            "AtRestEncryptionEnabled": True,
            "TransitEncryptionEnabled": True,
            "CacheSubnetGroupName": {"Ref": "Subnets"},
            "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
            **properties,
        },
    }


def endpoints(name: str) -> dict[str, Any]:
    return {
        "Id": {"Ref": name},
        "Primary": {"Fn::GetAtt": [name, "PrimaryEndPoint.Address"]},
        "PrimaryPort": {"Fn::GetAtt": [name, "PrimaryEndPoint.Port"]},
        "Reader": {"Fn::GetAtt": [name, "ReaderEndPoint.Address"]},
        "ReaderPort": {"Fn::GetAtt": [name, "ReaderEndPoint.Port"]},
    }


def client(cloud: Emulator, host: str, port: str, password: str | None = None) -> redis.Redis:
    return redis.Redis(
        host=host,
        port=int(port),
        password=password,
        ssl=True,
        ssl_ca_certs=str(cloud.home / "engines" / "ca-bundle.pem"),
        retry=ONCE,
    )


def token(cloud: Emulator, secret: str) -> str:
    import json

    value = cloud.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    found: str = json.loads(value)["token"]
    return found


@pytest.fixture(scope="module")
def outputs(cloud: Emulator) -> dict[str, str]:
    resources = {**NETWORK, "Secret": SECRET, "Cache": group(AuthToken=TOKEN)}
    return cloud.deploy(
        "redis", resources, Secret={"Ref": "Secret"}, Group={"Ref": "Group"}, **endpoints("Cache")
    )


def test_a_replica_serves_writes_of_the_primary(cloud: Emulator, outputs: dict[str, str]) -> None:
    password = token(cloud, outputs["Secret"])
    with client(cloud, outputs["Primary"], outputs["PrimaryPort"], password) as primary:
        primary.set("key", "value")
        assert primary.wait(1, 2000) == 1
    with client(cloud, outputs["Reader"], outputs["ReaderPort"], password) as reader:
        assert reader.get("key") == b"value"
        with pytest.raises(redis.exceptions.ReadOnlyError):
            reader.set("key", "other")


def test_auth_token_is_required(cloud: Emulator, outputs: dict[str, str]) -> None:
    assert len(token(cloud, outputs["Secret"])) == 40
    with (
        client(cloud, outputs["Primary"], outputs["PrimaryPort"]) as anonymous,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        anonymous.ping()


def test_plain_connections_are_refused(outputs: dict[str, str]) -> None:
    plain = redis.Redis(host="127.0.0.1", port=int(outputs["PrimaryPort"]), retry=ONCE)
    with plain, pytest.raises(redis.exceptions.ConnectionError):
        plain.ping()


def test_certificate_is_checked(outputs: dict[str, str]) -> None:
    port = int(outputs["PrimaryPort"])
    strict = redis.Redis(host="127.0.0.1", port=port, ssl=True, retry=ONCE)
    with strict, pytest.raises(redis.exceptions.ConnectionError) as refused:
        strict.ping()
    assert isinstance(refused.value.__cause__ or refused.value.__context__, ssl.SSLError)


def test_description_shows_what_was_declared(cloud: Emulator, outputs: dict[str, str]) -> None:
    caches = cloud.client("elasticache")
    (found,) = caches.describe_replication_groups(ReplicationGroupId=outputs["Id"])[
        "ReplicationGroups"
    ]
    assert found["Status"] == "available"
    assert found["TransitEncryptionEnabled"] is True
    assert found["AtRestEncryptionEnabled"] is True
    assert found["AuthTokenEnabled"] is True
    assert found["AutomaticFailover"] == "enabled"
    assert found["MultiAZ"] == "enabled"
    assert len(found["MemberClusters"]) == 2
    (shard,) = found["NodeGroups"]
    assert [m["CurrentRole"] for m in shard["NodeGroupMembers"]] == ["primary", "replica"]
    assert shard["PrimaryEndpoint"]["Port"] == int(outputs["PrimaryPort"])
    assert shard["ReaderEndpoint"]["Port"] == int(outputs["ReaderPort"])
    member = caches.describe_cache_clusters(
        CacheClusterId=found["MemberClusters"][1], ShowCacheNodeInfo=True
    )["CacheClusters"][0]
    assert member["SecurityGroups"][0]["SecurityGroupId"] == outputs["Group"]
    assert member["CacheNodes"][0]["Endpoint"]["Port"] == int(outputs["ReaderPort"])


def test_functions_trust_the_caches(cloud: Emulator) -> None:
    code = """
import os, socket, ssl

def handler(event, context):
    address = (os.environ["HOST"], int(os.environ["PORT"]))
    with socket.create_connection(address, 2) as plain:
        tls = ssl.create_default_context().wrap_socket(plain, server_hostname=address[0])
        with tls:
            tls.sendall(b"PING\\r\\n")
            return tls.recv(64).decode()
"""
    environment = {
        "HOST": {"Fn::GetAtt": ["Cache", "PrimaryEndPoint.Address"]},
        "PORT": {"Fn::GetAtt": ["Cache", "PrimaryEndPoint.Port"]},
    }
    resources = {
        **NETWORK,
        "Cache": group(NumCacheClusters=1, AutomaticFailoverEnabled=False, MultiAZEnabled=False),
        **function(code, Environment={"Variables": environment}),
    }
    name = cloud.deploy("redis-function", resources, Name={"Ref": "Function"})["Name"]
    answer = cloud.client("lambda").invoke(FunctionName=name)
    assert answer["Payload"].read() == b'"+PONG\\r\\n"'


def test_replica_count_follows_the_template(cloud: Emulator) -> None:
    def deploy(nodes: int) -> dict[str, str]:
        resources = {**NETWORK, "Cache": group(NumCacheClusters=nodes)}
        return cloud.deploy("redis-replicas", resources, **endpoints("Cache"))

    before = deploy(2)
    with client(cloud, before["Primary"], before["PrimaryPort"]) as primary:
        primary.set("kept", "yes")
        after = deploy(3)
        assert after["PrimaryPort"] == before["PrimaryPort"]
        assert primary.get("kept") == b"yes"
        assert primary.info("replication")["connected_slaves"] == 2
        deploy(2)
        assert cloud.destroy("redis-replicas") == "DELETE_COMPLETE"
        with pytest.raises(redis.exceptions.ConnectionError):
            primary.ping()


def test_auth_token_is_rotated_in_the_running_servers(cloud: Emulator) -> None:
    def deploy(token: str) -> dict[str, str]:
        cache = group(AuthToken=token)
        return cloud.deploy("redis-rotate", {**NETWORK, "Cache": cache}, **endpoints("Cache"))

    first, second = "first-token-0123456789", "second-token-0123456789"
    ports = deploy(first)
    assert deploy(second) == ports
    for port in (ports["PrimaryPort"], ports["ReaderPort"]):
        with client(cloud, "127.0.0.1", port, second) as renewed:
            assert renewed.ping()
    with client(cloud, "127.0.0.1", ports["PrimaryPort"], second) as primary:
        primary.set("after", "rotation")
        assert primary.wait(1, 3000) == 1


def test_serverless_cache_is_a_tls_cluster(cloud: Emulator) -> None:
    resources = {
        "Cache": {
            "Type": "AWS::ElastiCache::ServerlessCache",
            "Properties": {"ServerlessCacheName": "served", "Engine": "valkey"},
        }
    }
    outputs = cloud.deploy(
        "serverless-cache",
        resources,
        Host={"Fn::GetAtt": ["Cache", "Endpoint.Address"]},
        Port={"Fn::GetAtt": ["Cache", "Endpoint.Port"]},
    )
    cluster = redis.RedisCluster(
        host=outputs["Host"],
        port=int(outputs["Port"]),
        ssl=True,
        ssl_ca_certs=str(cloud.home / "engines" / "ca-bundle.pem"),
    )
    with cluster:
        cluster.set("key", "value")
        assert cluster.get("key") == b"value"
    (found,) = cloud.client("elasticache").describe_serverless_caches()["ServerlessCaches"]
    assert (found["ServerlessCacheName"], found["Status"]) == ("served", "available")
    assert cloud.destroy("serverless-cache") == "DELETE_COMPLETE"
    assert not cloud.client("elasticache").describe_serverless_caches()["ServerlessCaches"]


def test_missing_server_fails_the_deployment(tmp_path: Path, overlays: Path) -> None:
    from .conftest import start, stop

    emulator = start(tmp_path / "home", overlays, SERVERLESS_STACK_REDIS="")
    try:
        with pytest.raises(AssertionError, match="redis-server is not installed"):
            emulator.deploy("no-redis", {**NETWORK, "Cache": group()})
    finally:
        stop(emulator)


def test_single_server_cluster(cloud: Emulator) -> None:
    resources = {
        "Cache": {
            "Type": "AWS::ElastiCache::CacheCluster",
            "Properties": {
                "Engine": "redis",
                "CacheNodeType": "cache.t4g.micro",
                "NumCacheNodes": 1,
            },
        }
    }
    outputs = cloud.deploy(
        "redis-single", resources, Port={"Fn::GetAtt": ["Cache", "RedisEndpoint.Port"]}
    )
    with redis.Redis(host="127.0.0.1", port=int(outputs["Port"]), retry=ONCE) as server:
        assert server.ping()
        assert cloud.destroy("redis-single") == "DELETE_COMPLETE"
        with pytest.raises(redis.exceptions.ConnectionError):
            server.ping()


def test_caches_made_through_the_api(cloud: Emulator) -> None:
    caches = cloud.client("elasticache")
    made = caches.create_replication_group(
        ReplicationGroupId="by-api",
        ReplicationGroupDescription="test",
        NumCacheClusters=2,
        TransitEncryptionEnabled=True,
        AuthToken="a-long-enough-token",
    )["ReplicationGroup"]
    assert len(made["MemberClusters"]) == 2
    (found,) = caches.describe_replication_groups(ReplicationGroupId="by-api")["ReplicationGroups"]
    (shard,) = found["NodeGroups"]
    ports = [shard[kind]["Port"] for kind in ("PrimaryEndpoint", "ReaderEndpoint")]
    for port in ports:
        with client(cloud, "127.0.0.1", str(port), "a-long-enough-token") as server:
            assert server.ping()
    caches.delete_replication_group(ReplicationGroupId="by-api")
    for port in ports:
        with (
            client(cloud, "127.0.0.1", str(port), "a-long-enough-token") as server,
            pytest.raises(redis.exceptions.ConnectionError),
        ):
            server.ping()
    cluster = caches.create_cache_cluster(
        CacheClusterId="by-api", Engine="memcached", NumCacheNodes=2
    )["CacheCluster"]
    assert len({node["Endpoint"]["Port"] for node in cluster["CacheNodes"]}) == 2
    caches.delete_cache_cluster(CacheClusterId="by-api")
