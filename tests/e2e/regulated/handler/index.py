"""Uses the caches that it is connected to."""

import json
import os
from typing import Any

from serverless_stack.runtime.caching import MemcachedStore, RedisStore

redis = RedisStore.from_env()
has_memcached = "MEMCACHED_CONFIGURATION_ENDPOINT" in os.environ
memcached = MemcachedStore.from_env() if has_memcached else None


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    redis.set("last", event["path"], ttl=600)
    body = {"greeting": os.environ["GREETING"], "redis": redis.get("last")}
    if memcached is not None:
        memcached.set("last", event["path"], ttl=600)
        body["memcached"] = memcached.get("last")
    return {"statusCode": 200, "body": json.dumps(body)}
