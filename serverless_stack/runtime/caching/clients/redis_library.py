"""Loading redis-py once, whatever the threads."""

from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock

_lock = ForkSafeLock()
_loaded = False


def load_redis() -> None:
    """Import redis-py, one thread at a time.

    Its modules import each other in a circle. Threads that begin at different ones wait for each
    other, and Python ends one of them with an error.
    """
    global _loaded
    if not _loaded:
        with _lock:
            from serverless_stack.runtime.caching.clients import redis_connection  # noqa: F401

            _loaded = True
