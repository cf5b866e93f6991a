"""What is used of redis-py, pymemcache and boto3; for type checkers, not loaded at run time."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from serverless_stack.runtime.caching.clients.redis_pool import Command, Word


class Credentials(Protocol):
    """A credential provider of redis-py that can renew its credentials."""

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """Return a password, or a user and a password."""

    def refresh(self) -> bool:
        """Renew refused credentials, and return whether to try again."""


class SecretsManager(Protocol):
    """boto3's Secrets Manager client."""

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, object]:
        """Return a secret."""


class RedisConnection(Protocol):
    """A connection of redis-py."""

    def connect(self) -> None:
        """Connect and authenticate."""

    def disconnect(self) -> None:
        """Close."""

    def can_read(self, timeout: float = 0) -> bool:
        """Return whether there is an answer, or the end of the connection."""

    def send_command(self, *args: Word) -> None:
        """Send a command."""

    def send_packed_command(self, command: list[bytes]) -> None:
        """Send commands."""

    def pack_commands(self, commands: Sequence[Command]) -> list[bytes]:
        """Return commands as they are sent."""

    def read_response(self, disable_decoding: bool = False) -> object:
        """Read an answer."""


class MemcachedClient(Protocol):
    """A client of pymemcache with one connection, used by one thread at a time."""

    def get(self, key: bytes) -> bytes | None:
        """Return an entry."""

    def get_many(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Return the entries that exist."""

    def gets(self, key: bytes) -> tuple[bytes | None, bytes | None]:
        """Return an entry and its version."""

    def set(self, key: bytes, value: bytes, expire: int, noreply: bool) -> bool | None:
        """Store an entry."""

    def set_many(self, values: dict[bytes, bytes], expire: int, noreply: bool) -> list[bytes]:
        """Store entries, and return the keys of those that were not."""

    def add(self, key: bytes, value: bytes, expire: int, noreply: bool) -> bool:
        """Store an entry if the key is absent."""

    def cas(self, key: bytes, value: bytes, cas: bytes, expire: int, noreply: bool) -> bool | None:
        """Replace an entry that still has this version."""

    def delete(self, key: bytes, noreply: bool) -> bool:
        """Delete an entry."""

    def incr(self, key: bytes, value: int) -> int | None:
        """Add to a counter; None if there is none."""

    def close(self) -> None:
        """Close the connection."""
