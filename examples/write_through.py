"""Write-through: each change goes to the source and then to the cache, so that reads are fresh."""

from serverless_stack.runtime.caching import LazyLoading, MemoryStore, WriteThrough

prices = {"tea": 320}  # in place of a database
store = MemoryStore()  # RedisStore.from_env() in a function

reader = LazyLoading(store, load=prices.get, ttl=3600)
writer = WriteThrough(store, save=prices.__setitem__, ttl=3600)

assert reader.get("tea") == 320
writer.put("tea", 340)  # saved first; if that fails, the cache is left alone
assert reader.get("tea") == 340
assert prices["tea"] == 340
