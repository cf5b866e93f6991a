"""Loading client libraries, whatever the threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from serverless_stack.runtime.caching.resilience.forks import ForkSafeLock

TYPE_CHECKING = False

if TYPE_CHECKING:
    from boto3.session import Session

_CLIENTS = "serverless_stack.runtime.caching.clients"
# What this library uses of each, and its own modules that subclass what is in it.
_MODULES = {
    "boto3": ("botocore.session", "botocore.signers", "boto3", "s3transfer.exceptions"),
    "pymemcache": ("pymemcache", f"{_CLIENTS}.memcached_client"),
    "redis": ("redis", f"{_CLIENTS}.redis_connection"),
}
_locks = {library: ForkSafeLock() for library in _MODULES}
_loaded: set[str] = set()


def load(library: str) -> None:
    """Import ``boto3``, ``pymemcache`` or ``redis``, one thread at a time.

    The modules of each import each other. Threads that begin at different ones wait for each other,
    and Python ends one of them with an error.
    """
    if library not in _loaded:
        with _locks[library]:
            for module in _MODULES[library]:
                import_module(module)
            _loaded.add(library)


@contextmanager
def boto3_session() -> Iterator["Session"]:
    """Yield boto3's own session to one thread at a time, to create a client in it.

    Creating clients is not safe for several threads. A session for each would be, but it would read
    the same files again, which takes longer than the first request to a cache may.
    """
    load("boto3")
    import boto3

    with _locks["boto3"]:
        if boto3.DEFAULT_SESSION is None:
            boto3.setup_default_session()
        assert boto3.DEFAULT_SESSION is not None
        yield boto3.DEFAULT_SESSION
