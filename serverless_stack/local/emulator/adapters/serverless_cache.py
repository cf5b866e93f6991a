"""Serverless caches: the CloudFormation type and Memcached, which MiniStack lacks."""

import time
from collections.abc import Mapping
from typing import Any

from ministack.services import elasticache
from ministack.services.cloudformation import provisioners

from ..engines.authority import HOST
from ..engines.manager import EngineManager
from ..engines.memcached import cluster_configuration
from ..engines.redis import RedisOptions
from . import redis_users
from .types import Properties, Provisioned, Record

TYPE = "AWS::ElastiCache::ServerlessCache"
SECONDS = 30.0
REPLACING = ("ServerlessCacheName", "KmsKeyId", "SubnetIds", "NetworkType")


def apply(manager: EngineManager) -> None:
    """Apply this module's patches."""
    know_memcached()
    run_server(manager)

    def create_with_users(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        created = create(logical_id, props, stack_name)
        redis_users.sync_all_users(manager)
        return created

    def update_with_users(
        physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Provisioned:
        updated = update(physical_id, old, new, stack_name, logical_id)
        redis_users.sync_all_users(manager)
        return updated

    provisioners._RESOURCE_HANDLERS[TYPE] = {
        "create": create_with_users,
        "update": update_with_users,
        "update_with_logical_id": True,
        "delete": delete,
    }


def know_memcached() -> None:
    """Accept Memcached as the engine of a serverless cache, which MiniStack refuses."""
    elasticache._SERVERLESS_ENGINE_VERSIONS["memcached"] = {"1.6": "1.6.22"}
    elasticache._SERVERLESS_DEFAULT_MAJOR["memcached"] = "1.6"


def run_server(manager: EngineManager) -> None:
    """Start the server, with TLS only: a Redis cluster of one shard, or a memcached process."""

    def spawn(
        name: str,
        engine: str,
        full_version: str,
        host_port: int,
        labels: Mapping[str, str],
        wait: bool = True,
    ) -> tuple[str, int, str]:
        if engine == "memcached":
            node_id, node = manager.start_memcached(
                name, True, lambda: cluster_configuration(1, [node.port])
            )
            return HOST, node.port, node_id
        engine_id, server = manager.start_redis(name, RedisOptions(tls=True, cluster=True))
        return HOST, server.port, engine_id

    elasticache._spawn_serverless_container = spawn


def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
    """Create the cache, and wait until its server answers.

    Raises:
        ValueError: A property is invalid, or the server could not be started.
    """
    name = _name(logical_id, props, stack_name)
    query = provisioners._ec_query({**props, "ServerlessCacheName": name})
    provisioners._ec_call(elasticache._create_serverless_cache, query, TYPE, "create")
    return name, _available(name)


def update(
    physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
) -> Provisioned:
    """Update the cache in place, or replace it if a create-only property changed."""
    if any(old.get(key) != new.get(key) for key in REPLACING):
        delete(physical_id, old)
        return create(logical_id, new, stack_name)
    changed = {key: value for key, value in new.items() if old.get(key) != value and key != "Tags"}
    if changed:
        query = provisioners._ec_query({**changed, "ServerlessCacheName": physical_id})
        provisioners._ec_call(elasticache._modify_serverless_cache, query, TYPE, "update")
    return physical_id, _available(physical_id)


def delete(physical_id: str, props: Properties) -> None:
    """Delete the cache, and stop its server."""
    elasticache._delete_serverless_cache({"ServerlessCacheName": physical_id})


def _name(logical_id: str, props: Properties, stack_name: str) -> str:
    declared = props.get("ServerlessCacheName")
    if declared:
        return str(declared).lower()
    return str(provisioners._physical_name(stack_name, logical_id, lowercase=True, max_len=40))


def _available(name: str) -> Record:
    deadline = time.monotonic() + SECONDS
    while elasticache._serverless_caches[name]["Status"] in ("creating", "modifying"):
        if time.monotonic() > deadline:
            raise ValueError(f"{TYPE} {name} did not become available within {SECONDS:.0f} s")
        time.sleep(0.05)
    cache: dict[str, Any] = elasticache._serverless_caches[name]
    if cache["Status"] != "available":
        raise ValueError(f"{TYPE} {name}: {cache['Status']}; see the emulator's log")
    attributes = {key: cache[key] for key in ("ARN", "Status", "FullEngineVersion", "CreateTime")}
    for kind in ("Endpoint", "ReaderEndpoint"):
        attributes[f"{kind}.Address"] = cache[kind]["Address"]
        attributes[f"{kind}.Port"] = str(cache[kind]["Port"])
    return attributes
