"""What the stores need of the libraries below them; for type checkers, not loaded at run time."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from serverless_stack.runtime.caching.clients.redis_link import Command, Word


class Credentials(Protocol):
    """Who the function is to the server."""

    def get(self) -> tuple[str] | tuple[str, str]:
        """Give a token, or a user and a token."""

    def refresh(self) -> bool:
        """Get another token after one was refused, and tell whether another try is worth it."""


class SecretsManager(Protocol):
    """The part of boto3's Secrets Manager client that is used here."""

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, object]:
        """Give a secret."""


class RedisConnection(Protocol):
    """The part of redis-py's connections that is used here."""

    def connect(self) -> None:
        """Connect and authenticate."""

    def disconnect(self) -> None:
        """Close."""

    def can_read(self, timeout: float = 0) -> bool:
        """Tell whether there is an answer, or the end of the connection."""

    def send_command(self, *args: Word) -> None:
        """Send a command."""

    def send_packed_command(self, command: list[bytes]) -> None:
        """Send commands."""

    def pack_commands(self, commands: Sequence[Command]) -> list[bytes]:
        """Give commands as they are sent."""

    def read_response(self, disable_decoding: bool = False) -> object:
        """Read an answer."""


class MemcachedClient(Protocol):
    """The part of pymemcache's clients that a store uses, from one thread at a time."""

    def get(self, key: bytes) -> bytes | None:
        """Give an entry."""

    def get_many(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Give the entries that there are."""

    def gets(self, key: bytes) -> tuple[bytes | None, bytes | None]:
        """Give an entry and its version."""

    def set(self, key: bytes, value: bytes, expire: int, noreply: bool) -> bool | None:
        """Store an entry."""

    def set_many(self, values: dict[bytes, bytes], expire: int, noreply: bool) -> list[bytes]:
        """Store entries; gives the keys of those that were not."""

    def add(self, key: bytes, value: bytes, expire: int, noreply: bool) -> bool:
        """Store an entry unless there is one."""

    def cas(self, key: bytes, value: bytes, cas: bytes, expire: int, noreply: bool) -> bool | None:
        """Replace an entry that still has this version."""

    def delete(self, key: bytes, noreply: bool) -> bool:
        """Remove an entry."""

    def incr(self, key: bytes, value: int) -> int | None:
        """Add to a counter; None when there is none."""

    def close(self) -> None:
        """Close the connection."""
