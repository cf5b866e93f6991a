"""A product catalogue whose cache is fast, polite to the source, and measured."""

from dataclasses import dataclass
from decimal import Decimal

from serverless_stack.runtime.caching import (
    Budget,
    EmfMetrics,
    JsonCodec,
    LazyLoading,
    Namespace,
    RedisStore,
    cached,
)


@dataclass(frozen=True)
class Product:
    name: str
    price: Decimal


table = {"7": Product("tea", Decimal("3.20"))}  # in place of the source of the data

codec = JsonCodec(types=(Product,), compress_over=10_000)
store = Namespace("catalogue", schema=2).on(RedisStore.from_env(codec=codec))
metrics = EmfMetrics("Shop", dimensions={"Cache": "catalogue"})
budget = Budget(0.3)  # seconds that one request may wait for the cache
products = LazyLoading(
    store,
    load=table.get,
    ttl=3600,
    jitter=0.1,  # 54 to 60 minutes, so that products do not expire together
    negative_ttl=30,  # a product that does not exist is loaded again after 30 s
    soft_ttl=60,  # after a minute: the old value at once, refreshed in the background
    stale_if_error=86_400,  # up to a day longer while the source is down
    lease=10,  # one process loads a missing product, the others wait for its value
    budget=budget,
    load_many=lambda keys: {key: table[key] for key in keys if key in table},
    on_event=metrics,
)


@cached(store, ttl=300)
def total(ids: list[str], *, discount: int = 0) -> Decimal:
    found = products.get_many(ids)
    price = sum((product.price for product in found.values() if product), Decimal(0))
    return price * (100 - discount) / 100


def handler(event: dict[str, str], context: object) -> dict[str, object]:
    budget.start()
    with metrics:  # one line in the log for each request
        if event.get("imported"):
            store.invalidate_all()  # everything has changed
        product = products.get(event["id"])
        return {"name": product and product.name, "total": str(total([event["id"]], discount=10))}
