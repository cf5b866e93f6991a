"""The last values that this process saw, for when neither the cache nor the source answers."""

from serverless_stack.runtime.caching.codecs.json import Missing, codec_of
from serverless_stack.runtime.caching.errors import StoreError
from serverless_stack.runtime.caching.stores.base import Store
from serverless_stack.runtime.caching.stores.memory import MemoryStore


class LastKnown:
    """Keeps up to 1024 values, encoded, so that no caller changes another's.

    Args:
        store: The cache whose codec the values need.
        seconds: How long a value is kept.
    """

    def __init__(self, store: Store, seconds: int) -> None:
        self._values = MemoryStore(codec=codec_of(store))
        self._seconds = seconds

    def remember(self, key: str, value: object, *, again: bool) -> None:
        """Keep a value; ``again`` replaces the one that is kept."""
        keep = self._values.set if again else self._values.add
        try:
            keep(key, value, self._seconds)
        except (StoreError, TypeError, ValueError):
            self._values.delete(key)  # what cannot be cached cannot be kept, nor its older value

    def recall(self, key: str) -> object | Missing:
        """Give the value, or ``MISSING``."""
        return self._values.get(key)
