"""The right to load a key, among all processes, for some seconds."""

import os

from serverless_stack.runtime.caching.stores.base import Store


class Lease:
    """An entry in the store that says who loads a key now.

    It ends by itself: an owner that dies does not lock anyone out. Only the owner ends it
    earlier, since nobody else knows its token.

    Args:
        store: Where it lies, beside the value.
        key: The key that is loaded.
        seconds: How long it lasts, 1 or more.
    """

    def __init__(self, store: Store, key: str, seconds: int) -> None:
        self._store = store
        self._key = f"{key}#lease"
        self._token = os.urandom(16).hex()
        self.seconds = seconds
        self.held = False

    def acquire(self) -> bool:
        """Take it, if nobody has it.

        Raises:
            StoreError: The store failed.
        """
        self.held = self._store.add(self._key, self._token, self.seconds)
        return self.held

    def release(self) -> bool:
        """End it, if it is still the caller's.

        Raises:
            StoreError: The store failed; the lease will end by itself.
        """
        self.held = False
        return self._store.delete_if(self._key, self._token)
