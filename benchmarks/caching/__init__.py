"""Benchmarks of the caches inside a function: ``python -m benchmarks.caching``."""
