"""Real redis-server and memcached processes behind the ElastiCache records."""
