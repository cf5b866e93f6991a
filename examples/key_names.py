"""Key names: a namespace for each kind of thing, and a version for its shape."""

from serverless_stack.runtime.caching import LazyLoading, MemoryStore, Namespace

store = MemoryStore()
products = Namespace("product", schema=2)  # keys begin with "product:2:"
cache = LazyLoading(products.on(store), load=str.upper, ttl=60)

assert cache.get("tea") == "TEA"
