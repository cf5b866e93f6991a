"""Events and metrics of caches."""
