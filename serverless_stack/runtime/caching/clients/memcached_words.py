"""Keys and times as Memcached takes them."""

import re
import time

from serverless_stack.runtime.caching.stores.base import check_key

EXPIRED = -1
"""The expiry of an entry that is gone at once."""

_LONGEST_RELATIVE_TTL = 30 * 24 * 60 * 60  # seconds; memcached takes more for a point in time
_PLAIN_KEY = re.compile(r"[!-~]{1,250}").fullmatch


def wire_key(key: str) -> bytes:
    """Give the key as Memcached can take it: a hash if it is long or has blanks or non-ASCII."""
    if _PLAIN_KEY(key):
        return key.encode()
    import hashlib

    check_key(key)
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest().encode()


def expiry(ttl: int | None) -> int:
    """Give a time to live as Memcached takes it: 0 for none, a point in time for a long one."""
    if ttl is None:
        return 0
    return ttl if ttl <= _LONGEST_RELATIVE_TTL else int(time.time()) + ttl
