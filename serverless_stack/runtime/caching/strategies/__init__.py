"""When the cache is read and written."""
