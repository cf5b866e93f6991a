"""Memcached clusters: one process per node, TLS, zones and auto discovery."""

import socket
import ssl
from typing import Any

import pytest
from pymemcache.client.base import Client  # type: ignore[import-untyped]

from tests.local.emulator.conftest import Emulator


def cluster(**properties: object) -> dict[str, Any]:
    return {
        "Cache": {
            "Type": "AWS::ElastiCache::CacheCluster",
            "Properties": {
                "Engine": "memcached",
                "CacheNodeType": "cache.t4g.micro",
                "NumCacheNodes": 3,
                "AZMode": "cross-az",
                "TransitEncryptionEnabled": True,
                **properties,
            },
        }
    }


OUTPUTS = {
    "Id": {"Ref": "Cache"},
    "Host": {"Fn::GetAtt": ["Cache", "ConfigurationEndpoint.Address"]},
    "Port": {"Fn::GetAtt": ["Cache", "ConfigurationEndpoint.Port"]},
}


def context(cloud: Emulator) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(cloud.home / "engines" / "ca-bundle.pem"))


def discover(host: str, port: int, tls: ssl.SSLContext | None) -> tuple[int, list[int]]:
    """Return the nodes of a cluster, as an auto discovery client requests them from any node."""
    with socket.create_connection((host, port), 5) as plain:
        connection = tls.wrap_socket(plain, server_hostname=host) if tls else plain
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"config get cluster\r\n")
            stream.flush()
            head = stream.readline().split()
            assert head[:2] == [b"CONFIG", b"cluster"]
            payload = stream.read(int(head[3])).decode()
            assert stream.readline() + stream.readline() == b"\r\nEND\r\n"
    version, nodes, _rest = payload.split("\n")
    return int(version), [int(node.split("|")[2]) for node in nodes.split(" ")]


@pytest.fixture(scope="module")
def outputs(cloud: Emulator) -> dict[str, str]:
    return cloud.deploy("memcached", cluster(), **OUTPUTS)


def test_nodes_are_separate_caches_behind_tls(cloud: Emulator, outputs: dict[str, str]) -> None:
    tls = context(cloud)
    _version, ports = discover(outputs["Host"], int(outputs["Port"]), tls)
    assert len(set(ports)) == 3
    for port in ports:
        client = Client(("127.0.0.1", port), tls_context=tls, timeout=5)
        assert client.get("port") is None
        client.set("port", str(port))
    for port in ports:
        client = Client(("127.0.0.1", port), tls_context=tls, timeout=5)
        assert client.get("port") == str(port).encode()
        client.close()


def test_large_values_and_values_that_look_like_commands(
    cloud: Emulator, outputs: dict[str, str]
) -> None:
    client = Client(("127.0.0.1", int(outputs["Port"])), tls_context=context(cloud), timeout=5)
    large = bytes(range(256)) * 2000
    for value in (b"config get cluster\r\n", b"\r\nconfig get cluster\r\nset a 0 0 1\r\n", large):
        assert client.set("value", value, noreply=False)
        assert client.get("value") == value
    client.close()


def test_plain_clients_are_refused(outputs: dict[str, str]) -> None:
    with socket.create_connection(("127.0.0.1", int(outputs["Port"])), 5) as plain:
        plain.sendall(b"version\r\n")
        try:
            answer = plain.recv(64)
        except ConnectionResetError:
            answer = b""
        assert b"VERSION" not in answer


def test_without_tls(cloud: Emulator) -> None:
    declared = cluster(TransitEncryptionEnabled=False, NumCacheNodes=1, AZMode="single-az")
    found = cloud.deploy("memcached-plain", declared, **OUTPUTS)
    client = Client((found["Host"], int(found["Port"])), timeout=5)
    client.set("a", "1", noreply=False)
    assert client.get("a") == b"1"
    client.close()


def test_description_shows_what_was_declared(cloud: Emulator, outputs: dict[str, str]) -> None:
    (found,) = cloud.client("elasticache").describe_cache_clusters(
        CacheClusterId=outputs["Id"], ShowCacheNodeInfo=True
    )["CacheClusters"]
    assert found["NumCacheNodes"] == 3
    assert found["TransitEncryptionEnabled"] is True
    assert found["PreferredAvailabilityZone"] == "Multiple"
    assert found["ConfigurationEndpoint"]["Port"] == int(outputs["Port"])
    zones = [node["CustomerAvailabilityZone"] for node in found["CacheNodes"]]
    assert zones == ["us-east-1a", "us-east-1b", "us-east-1c"]
    ports = [node["Endpoint"]["Port"] for node in found["CacheNodes"]]
    assert ports == discover("127.0.0.1", int(outputs["Port"]), context(cloud))[1]


def test_node_count_follows_the_template(cloud: Emulator) -> None:
    zones = ["us-east-1a", "us-east-1b", "us-east-1b"]

    def deploy(nodes: int) -> tuple[int, list[int]]:
        declared = cluster(NumCacheNodes=nodes, PreferredAvailabilityZones=zones[:nodes])
        found = cloud.deploy("memcached-nodes", declared, **OUTPUTS)
        return discover(found["Host"], int(found["Port"]), context(cloud))

    before, after = deploy(2), deploy(3)
    assert after[1][:2] == before[1]
    assert len(after[1]) == 3
    assert after[0] > before[0]
    assert cloud.destroy("memcached-nodes") == "DELETE_COMPLETE"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", after[1][0]), 5)


def test_serverless_cache_is_one_node_behind_tls(cloud: Emulator) -> None:
    resources = {
        "Cache": {
            "Type": "AWS::ElastiCache::ServerlessCache",
            "Properties": {
                "ServerlessCacheName": "views",
                "Engine": "memcached",
                "MajorEngineVersion": "1.6",
            },
        }
    }
    outputs = cloud.deploy(
        "serverless-memcached",
        resources,
        Host={"Fn::GetAtt": ["Cache", "Endpoint.Address"]},
        Port={"Fn::GetAtt": ["Cache", "Endpoint.Port"]},
    )
    port = int(outputs["Port"])
    assert discover(outputs["Host"], port, context(cloud)) == (1, [port])
    client = Client(("127.0.0.1", port), tls_context=context(cloud), timeout=5)
    client.set("key", "value")
    assert client.get("key") == b"value"
    client.close()
    (found,) = cloud.client("elasticache").describe_serverless_caches()["ServerlessCaches"]
    assert (found["Engine"], found["FullEngineVersion"]) == ("memcached", "1.6.22")
    assert cloud.destroy("serverless-memcached") == "DELETE_COMPLETE"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), 5).close()
