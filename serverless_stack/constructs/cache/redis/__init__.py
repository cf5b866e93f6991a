"""Redis and Valkey replication groups."""
