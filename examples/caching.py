"""Orders read and written through Redis, inside a Lambda function."""

from serverless_stack.runtime.caching import LazyLoading, RedisStore, WriteThrough

database = {"7": {"customer": "Ada"}}  # in place of the source of the data

store = RedisStore.from_env()  # connects on first use, reused while the function is warm
orders = LazyLoading(store, load=database.__getitem__, ttl=300)  # the cache, else the source
writer = WriteThrough(store, save=database.__setitem__, ttl=300)  # the source, then the cache


def handler(event: dict[str, str], context: object) -> dict[str, object]:
    if "customer" in event:
        writer.put(event["id"], {"customer": event["customer"]})
    found = orders.lookup(event["id"])
    return {"order": found.value, "hit": found.hit, "degraded": found.degraded}
