"""What a store raises."""


class StoreError(Exception):
    """A store could not do what it was asked; the source of the data is not concerned."""


class StoreUnavailable(StoreError):
    """The server cannot be used: no connection, a time-out, bad credentials, or an open breaker."""


class StoreRefused(StoreError):
    """The server answered, and refused this one operation (say, a value too large for it)."""


class ValueTooLarge(StoreRefused):
    """The bytes of a value are more than its codec allows; it is not cached, nothing else."""
