"""Names of parameters of ElastiCache, to find the one that a misspelled name stands for."""

import difflib
from typing import Final

_REDIS: Final = """
acllog-max-len active-defrag-cycle-max active-defrag-cycle-min active-defrag-ignore-bytes
active-defrag-max-scan-fields active-defrag-threshold-lower active-defrag-threshold-upper
activedefrag activerehashing appendfsync appendonly bind
client-output-buffer-limit-normal-hard-limit client-output-buffer-limit-normal-soft-limit
client-output-buffer-limit-normal-soft-seconds client-output-buffer-limit-pubsub-hard-limit
client-output-buffer-limit-pubsub-soft-limit client-output-buffer-limit-pubsub-soft-seconds
client-output-buffer-limit-replica-soft-seconds client-output-buffer-limit-slave-hard-limit
client-output-buffer-limit-slave-soft-limit client-output-buffer-limit-slave-soft-seconds
client-query-buffer-limit close-on-replica-write close-on-slave-write
cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down cluster-enabled
cluster-require-full-coverage databases dir hash-max-listpack-entries hash-max-listpack-value
hash-max-ziplist-entries hash-max-ziplist-value hll-sparse-max-bytes latency-tracking
lazyfree-lazy-eviction lazyfree-lazy-expire lazyfree-lazy-server-del lazyfree-lazy-user-del
lazyfree-lazy-user-flush lfu-decay-time lfu-log-factor list-compress-depth list-max-listpack-size
list-max-ziplist-entries list-max-ziplist-size list-max-ziplist-value lua-time-limit maxclients
maxmemory maxmemory-policy maxmemory-samples min-replicas-max-lag min-replicas-to-write
min-slaves-max-lag min-slaves-to-write notify-keyspace-events port proto-max-bulk-len
rename-commands repl-backlog-size repl-backlog-ttl repl-timeout replica-allow-chaining
replica-ignore-maxmemory replica-lazy-flush requirepass reserved-memory reserved-memory-percent
save set-max-intset-entries set-max-listpack-entries set-max-listpack-value slave-allow-chaining
slowlog-log-slower-than slowlog-max-len stream-node-max-bytes stream-node-max-entries
tcp-keepalive timeout tracking-table-max-keys zset-max-listpack-entries zset-max-listpack-value
zset-max-ziplist-entries zset-max-ziplist-value
"""
""""Valkey and Redis OSS parameters", of all families."""

_MEMCACHED: Final = """
backlog_queue_limit binding_protocol cas_disabled chunk_size chunk_size_growth_factor config_max
config_size disable_flush_all error_on_memory_exhausted expirezero_does_not_evict hash_algorithm
hashpower_init idle_timeout large_memory_pages lock_down_paged_memory lru_crawler lru_maintainer
max_item_size max_simultaneous_connections maxconns_fast maximize_core_file_limit
memcached_connections_overhead modern no_modern read_buf_mem_limit requests_per_event
resp_obj_mem_limit slab_automove slab_chunk_max slab_reassign watcher_logbuf_size
worker_logbuf_size
"""
""""Memcached specific parameters"."""

# A name that is less similar may be a parameter that AWS has added since.
_SIMILARITY: Final = 0.92
_MAX_LENGTH: Final = 100


def intended_parameter(name: str, *, memcached: bool = False) -> str | None:
    """Return the parameter that a misspelled name probably stands for; None for other names.

    Args:
        name: The name.
        memcached: Whether it is of Memcached. Default: of Valkey and Redis OSS.
    """
    known = set((_MEMCACHED if memcached else _REDIS).split())
    if name in known or len(name) > _MAX_LENGTH:
        return None
    similar = difflib.get_close_matches(name, sorted(known), 1, _SIMILARITY)
    return similar[0] if similar else None
