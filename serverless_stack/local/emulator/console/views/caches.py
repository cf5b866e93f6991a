"""Caches: their keys, values and lives, and how often they had what was asked for."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.services import elasticache

from ...engines.manager import EngineManager
from ...engines.memcached import MemcachedNode
from ...engines.redis import RedisServer
from ...engines.resp import RespError
from ..requests import ConsoleError, ConsoleRequest, Document, View
from .memcached import MemcachedLook
from .redis import RedisLook


@dataclass(frozen=True)
class Cache:
    """A cache and the ids of the engines that have its keys.

    Attributes:
        name: The name.
        kind: What it is, for people.
        engines: The ids of its engines, without replicas.
        password: The AUTH token of a Redis cache.
        replicas: The ids of its replicas, from which apps read as well.
    """

    name: str
    kind: str
    engines: tuple[str, ...]
    password: str = ""
    replicas: tuple[str, ...] = ()


def views(manager: EngineManager) -> dict[tuple[str, str], View]:
    """Return the views of this tab."""
    lost: dict[str, list[int]] = {}

    def looks(cache: Cache, engines: tuple[str, ...]) -> list[RedisLook | MemcachedLook]:
        found: list[RedisLook | MemcachedLook] = []
        for engine_id in engines:
            engine = manager.get(engine_id)
            own = lost.setdefault(engine_id, [0, 0])
            if isinstance(engine, RedisServer):
                found.append(RedisLook(engine, cache.password, own))
            elif isinstance(engine, MemcachedNode):
                found.append(MemcachedLook(engine, own))
        return found

    def look_of(request: ConsoleRequest) -> tuple[Cache, list[RedisLook | MemcachedLook]]:
        name = request.text("cache")
        cache = next((each for each in caches() if each.name == name), None)
        if cache is None:
            raise ConsoleError(f"there is no cache {name}", 404)
        return cache, looks(cache, cache.engines)

    def overview(request: ConsoleRequest) -> object:
        return {
            "caches": [
                _described(each, looks(each, each.engines), looks(each, each.replicas))
                for each in caches()
            ]
        }

    def keys(request: ConsoleRequest) -> object:
        _cache, found = look_of(request)
        number, _colon, cursor = request.text("cursor", "0:").partition(":")
        position = int(number) if number.isdigit() else 0
        if position >= len(found):
            return {"keys": [], "cursor": ""}
        page, following = _answered(lambda: found[position].keys(request.text("match", ""), cursor))
        if following:
            following = f"{position}:{following}"
        elif position + 1 < len(found):
            following = f"{position + 1}:"
        return {"keys": [{**each, "engine": position} for each in page], "cursor": following}

    def value(request: ConsoleRequest) -> object:
        _cache, found = look_of(request)
        position = request.number("engine", 0, max(0, len(found) - 1))
        try:
            key = base64.b64decode(request.text("key"), validate=True)
        except ValueError as error:
            raise ConsoleError("`key` must be base64") from error
        shown = _answered(lambda: found[position].value(key)) if found else None
        if shown is None:
            raise ConsoleError("the key is not in the cache any more", 404)
        return shown

    return {
        ("GET", "/api/caches"): overview,
        ("GET", "/api/caches/keys"): keys,
        ("GET", "/api/caches/value"): value,
    }


def caches() -> list[Cache]:
    """Return the caches of all accounts and regions."""
    found = []
    for group in list(elasticache._replication_groups._data.values()):
        replicas = {engine_id for engine_id, _port in (group.get("_replicas") or {}).values()}
        engines = [each for each in group.get("_docker_container_ids") or [] if each]
        found.append(
            Cache(
                group["ReplicationGroupId"],
                _engine_name(group),
                tuple(dict.fromkeys(each for each in engines if each not in replicas)),
                (group.get("_auth_tokens") or [""])[-1],
                tuple(sorted(replicas)),
            )
        )
    for cluster in list(elasticache._clusters._data.values()):
        if cluster["Engine"] == "memcached":
            nodes = cluster.get("_nodes") or {}
            ids = tuple(engine_id for engine_id, _port in nodes.values())
            found.append(Cache(cluster["CacheClusterId"], "Memcached", ids))
        elif not cluster.get("ReplicationGroupId") and cluster.get("_docker_container_id"):
            token = (cluster.get("_auth_tokens") or [""])[-1]
            ids = (cluster["_docker_container_id"],)
            found.append(Cache(cluster["CacheClusterId"], _engine_name(cluster), ids, token))
    for cache in list(elasticache._serverless_caches._data.values()):
        if cache.get("_docker_container_id"):
            kind = f"serverless {_engine_name(cache)}"
            found.append(
                Cache(cache["ServerlessCacheName"], kind, (cache["_docker_container_id"],))
            )
    return found


def _engine_name(record: Document) -> str:
    return {"valkey": "Valkey", "memcached": "Memcached"}.get(record.get("Engine", ""), "Redis")


def _described(
    cache: Cache,
    engines: list[RedisLook | MemcachedLook],
    replicas: list[RedisLook | MemcachedLook],
) -> Document:
    document: Document = {
        "name": cache.name,
        "kind": cache.kind,
        "nodes": len(cache.engines),
        "replicas": len(cache.replicas),
    }
    try:
        primaries = [look.statistics() for look in engines]
        readers = primaries + [look.statistics() for look in replicas]
    except (OSError, RespError) as error:
        return {**document, "problem": f"the cache does not answer: {error}"}
    for name in ("keys", "bytes", "evictions"):
        document[name] = sum(each[name] for each in primaries)
    for name in ("hits", "misses"):
        document[name] = sum(each[name] for each in readers)
    return document


def _answered(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except RespError as error:
        raise ConsoleError(f"the cache refused: {error}") from error
    except OSError as error:
        raise ConsoleError(f"the cache does not answer: {error}", 503) from error
