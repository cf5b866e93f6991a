"""Content of buckets, and invalidations."""
