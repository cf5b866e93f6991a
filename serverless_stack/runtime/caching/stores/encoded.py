"""The base of the stores: it checks arguments, and encodes and decodes values."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from serverless_stack.runtime.caching.base import (
    MISSING,
    Codec,
    Missing,
    check_codec,
    check_keys,
    check_step,
    check_ttl,
    check_values,
)

N = TypeVar("N", str, bytes, str | bytes | int)


class EncodedStore(ABC, Generic[N]):
    """A `Store` of bytes under names.

    `N` is the type of a name, which is how the server is sent a key.
    """

    def _set_codec(self, codec: Codec) -> None:
        check_codec(codec)
        self.codec = codec
        self._decode = codec.decode

    @abstractmethod  # each store writes it out, as it is the hot path
    def get(self, key: str) -> object | Missing:
        """Return the value, or ``MISSING`` if there is none or the entry is corrupt."""

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        """Return the values that exist, in one round trip per node.

        Keys of a node that cannot be used count as absent while another node answers.
        """
        check_keys(keys)
        names = {self._name(key): key for key in keys}
        found: dict[str, object] = {}
        if names:
            for name, data in self._get_many(list(names)).items():
                value = self._decode(data)
                if value is not MISSING:
                    found[names[name]] = value
        return found

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        """Store a value for ``ttl`` seconds (1 or more). Default: until evicted."""
        self._set(*self._entry(key, value, ttl))

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        """Store several values, in one round trip per node, or none if one cannot be encoded.

        It is not atomic: a node may fail while others store their part.
        """
        check_values(values)
        check_ttl(ttl)
        encoded = {self._name(key): self.codec.encode(value) for key, value in values.items()}
        if encoded:
            self._set_many(encoded, ttl)

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        """Store a value atomically if the key is absent, and return whether it was."""
        return self._add(*self._entry(key, value, ttl))

    def delete(self, key: str) -> None:
        """Delete an entry; an absent entry is no error."""
        self._delete(self._name(key))

    def delete_if(self, key: str, value: object) -> bool:
        """Delete an entry atomically if it has this value, and return whether it did."""
        return self._delete_if(self._name(key), self.codec.encode(value))

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        """Add ``by`` (1 or more) to a counter; ``ttl`` counts from the counter's start."""
        name = self._name(key)
        check_step(by)
        check_ttl(ttl)
        return self._increment(name, by, ttl)

    def _entry(self, key: str, value: object, ttl: int | None) -> tuple[N, bytes, int | None]:
        name = self._name(key)
        check_ttl(ttl)
        return name, self.codec.encode(value), ttl

    @staticmethod
    @abstractmethod
    def _name(key: str) -> N: ...

    @abstractmethod
    def _get_many(self, names: list[N]) -> Mapping[N, bytes | None]: ...

    @abstractmethod
    def _set(self, name: N, data: bytes, ttl: int | None) -> None: ...

    @abstractmethod
    def _set_many(self, encoded: Mapping[N, bytes], ttl: int | None) -> None: ...

    @abstractmethod
    def _add(self, name: N, data: bytes, ttl: int | None) -> bool: ...

    @abstractmethod
    def _delete(self, name: N) -> None: ...

    @abstractmethod
    def _delete_if(self, name: N, data: bytes) -> bool: ...

    @abstractmethod
    def _increment(self, name: N, by: int, ttl: int | None) -> int: ...
