"""Rules of Amazon ElastiCache, from its API reference and "Quotas for ElastiCache"."""

REPLICAS = (0, 5)
MEMCACHED_NODES = (1, 60)
PORT = (1, 65535)
SNAPSHOT_RETENTION_DAYS = (0, 35)
