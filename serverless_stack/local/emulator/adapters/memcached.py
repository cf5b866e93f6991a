"""Memcached clusters: a process for each node, zones, and the configuration endpoint."""

from typing import Any

from ministack.services import elasticache

from ..engines.authority import HOST
from ..engines.manager import EngineManager
from ..engines.memcached import cluster_configuration
from ..engines.process import EngineError
from .types import Record, Response
from .xml import element

Query = dict[str, Any]
ZONES = "abc"


def apply(manager: EngineManager) -> None:
    """Apply this module's patches."""
    run_nodes(manager)
    follow_node_count(manager)
    stop_nodes(manager)
    return_configuration_endpoint()


def run_nodes(manager: EngineManager) -> None:
    """Start a process for each node. MiniStack starts one container for a cluster."""
    create = elasticache._create_cache_cluster

    def create_with_nodes(query: Query) -> Response:
        answer: Response = create(query)
        cluster = elasticache._clusters.get(elasticache._p(query, "CacheClusterId"))
        if answer[0] < 300 and cluster is not None and cluster["Engine"] == "memcached":
            cluster["_az_mode"] = elasticache._p(query, "AZMode", "single-az")
            cluster["_zones"] = elasticache._extract_configs(
                query, "PreferredAvailabilityZones", ("PreferredAvailabilityZone", "member")
            )
            try:
                match_nodes(manager, cluster)
            except EngineError:
                elasticache._delete_cache_cluster(query)
                raise
            return described("CreateCacheCluster", cluster)
        return answer

    elasticache._create_cache_cluster = create_with_nodes


def follow_node_count(manager: EngineManager) -> None:
    """Start or stop processes when the number of nodes changes."""
    modify = elasticache._modify_cache_cluster

    def modify_with_nodes(query: Query) -> Response:
        answer: Response = modify(query)
        cluster = elasticache._clusters.get(elasticache._p(query, "CacheClusterId"))
        if answer[0] < 300 and cluster is not None and cluster["Engine"] == "memcached":
            cluster["_az_mode"] = elasticache._p(query, "AZMode", cluster["_az_mode"])
            match_nodes(manager, cluster)
            return described("ModifyCacheCluster", cluster)
        return answer

    elasticache._modify_cache_cluster = modify_with_nodes


def stop_nodes(manager: EngineManager) -> None:
    """Stop the processes of a deleted cluster."""
    delete = elasticache._delete_cache_cluster

    def delete_with_nodes(query: Query) -> Response:
        cluster = elasticache._clusters.get(elasticache._p(query, "CacheClusterId")) or {}
        engines = dict(cluster.get("_nodes") or {})
        answer: Response = delete(query)
        if answer[0] < 300:
            for engine_id, _port in engines.values():
                manager.stop(engine_id)
        return answer

    elasticache._delete_cache_cluster = delete_with_nodes


def return_configuration_endpoint() -> None:
    """Describe a Memcached cluster with its configuration endpoint."""
    render = elasticache._cluster_xml_inner

    def with_endpoint(cluster: Record) -> str:
        text = str(render(cluster))
        endpoint = cluster.get("ConfigurationEndpoint")
        if cluster.get("Engine") != "memcached" or not endpoint:
            return text
        address = element("Address", endpoint["Address"])
        return text + element("ConfigurationEndpoint", address, element("Port", endpoint["Port"]))

    elasticache._cluster_xml_inner = with_endpoint


def match_nodes(manager: EngineManager, cluster: Record) -> None:
    """Start or stop processes until each node of the record has one."""
    running: dict[str, tuple[str, int]] = cluster.setdefault("_nodes", {})
    region = str(cluster["CacheClusterArn"]).split(":")[3]
    spread = cluster["_az_mode"] == "cross-az"
    for position, node in enumerate(cluster["CacheNodes"]):
        node_id = node["CacheNodeId"]
        if node_id not in running:
            engine_id, process = manager.start_memcached(
                f"{cluster['CacheClusterId']}.{node_id}",
                bool(cluster["TransitEncryptionEnabled"]),
                lambda: configuration(cluster),
            )
            running[node_id] = (engine_id, process.port)
        node["Endpoint"] = {"Address": HOST, "Port": running[node_id][1]}
        zones = cluster.get("_zones") or [region + zone for zone in (ZONES if spread else "a")]
        node["CustomerAvailabilityZone"] = zones[position % len(zones)]
    expected = {node["CacheNodeId"] for node in cluster["CacheNodes"]}
    for node_id in set(running) - expected:
        manager.stop(running.pop(node_id)[0])
    cluster["PreferredAvailabilityZone"] = (
        "Multiple" if spread else cluster["CacheNodes"][0]["CustomerAvailabilityZone"]
    )
    cluster["_version"] = cluster.get("_version", 0) + 1
    # As on AWS, where the configuration endpoint is a name of one of the nodes.
    cluster["ConfigurationEndpoint"] = dict(cluster["CacheNodes"][0]["Endpoint"])
    cluster["_endpoint"] = dict(cluster["ConfigurationEndpoint"])


def described(action: str, cluster: Record) -> Response:
    """Return the response of an action. MiniStack wrote it before the nodes existed."""
    answer: Response = elasticache._xml_cluster_response(
        f"{action}Response", f"{action}Result", cluster
    )
    return answer


def configuration(cluster: Record) -> bytes:
    """Return the reply of a node to ``config get cluster``."""
    ports = [node["Endpoint"]["Port"] for node in cluster["CacheNodes"]]
    return cluster_configuration(cluster["_version"], ports)
