"""Replication groups: a server for each member, and replicas that refuse writes."""

from collections.abc import Callable
from typing import Any

from ministack.services import elasticache

from ..engines.authority import HOST
from ..engines.manager import EngineManager
from ..engines.process import EngineError
from ..engines.redis import RedisOptions
from .types import Record, Response

Query = dict[str, Any]
ACTIONS = {
    "_create_replication_group": "CreateReplicationGroup",
    "_increase_replica_count": "IncreaseReplicaCount",
    "_decrease_replica_count": "DecreaseReplicaCount",
}


def apply(manager: EngineManager) -> None:
    """Apply this module's patches."""
    for action in ACTIONS:
        run_replicas(manager, action)


def run_replicas(manager: EngineManager, action: str) -> None:
    """Start a server for each replica. In MiniStack, all members share the primary's endpoint.

    With real replicas, a write to the reader endpoint fails as it does on AWS.
    """
    original: Callable[[Query], Response] = getattr(elasticache, action)

    def with_replicas(query: Query) -> Response:
        status, headers, body = original(query)
        group = elasticache._replication_groups.get(elasticache._p(query, "ReplicationGroupId"))
        if status < 300 and group is not None:
            try:
                match_members(manager, group)
            except EngineError:
                if action == "_create_replication_group":
                    elasticache._delete_replication_group(query)
                raise
            return described(ACTIONS[action], group)
        return status, headers, body

    setattr(elasticache, action, with_replicas)


def described(action: str, group: Record) -> Response:
    """Return the response of an action. MiniStack wrote it before the replicas existed."""
    text = f"<ReplicationGroup>{elasticache._rg_xml(group)}</ReplicationGroup>"
    answer: Response = elasticache._xml(
        200, f"{action}Response", f"<{action}Result>{text}</{action}Result>"
    )
    return answer


def match_members(manager: EngineManager, group: Record) -> None:
    """Start or stop replicas until each member of the record has one."""
    running: dict[str, tuple[str, int]] = group.setdefault("_replicas", {})
    tokens = group.get("_auth_tokens") or [""]
    expected = set()
    for shard in group["NodeGroups"]:
        primary = shard["PrimaryEndpoint"]
        replicas = [m for m in shard["NodeGroupMembers"] if m["CurrentRole"] == "replica"]
        for member in replicas:
            name = member["CacheClusterId"]
            expected.add(name)
            if name not in running:
                options = RedisOptions(
                    tls=bool(group.get("TransitEncryptionEnabled")),
                    password=tokens[-1],
                    primary_port=primary["Port"],
                )
                engine_id, server = manager.start_redis(name, options)
                running[name] = (engine_id, server.port)
                # MiniStack rotates the AUTH token of these ids, and stops them with the group.
                group["_docker_container_ids"].append(engine_id)
            endpoint = {"Address": HOST, "Port": running[name][1]}
            member["ReadEndpoint"] = endpoint
            _publish(name, endpoint)
        reader = replicas[0]["ReadEndpoint"] if replicas else primary
        shard["ReaderEndpoint"] = dict(reader)
    for name in set(running) - expected:
        engine_id, _port = running.pop(name)
        group["_docker_container_ids"].remove(engine_id)
        manager.stop(engine_id)


def _publish(cluster_id: str, endpoint: Record) -> None:
    cluster = elasticache._clusters.get(cluster_id)
    for node in cluster["CacheNodes"] if cluster else []:
        node["Endpoint"] = dict(endpoint)
