"""What is in a location, packed: tens of thousands of entries in the memory of a few pages."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, overload

_END = "\0"
_SAME = "="
_HASH = re.compile(r"[0-9a-f]{32}")


class Item(NamedTuple):
    """A file or an object.

    Attributes:
        key: Its path below the location.
        size: Its size in bytes.
        content: What its bytes are known by, the same on both sides; None is not known.
        headers: The digest of its headers; None has none, or does not matter.
        etag: The tag that S3 gave it.
    """

    key: str
    size: int
    content: str | None
    headers: str | None = None
    etag: str = ""


class Texts(Sequence[bytes]):
    """Short texts, one after the other in one piece of memory."""

    def __init__(self) -> None:
        self._all, self._ends = bytearray(), array("Q", [0])

    def append(self, text: bytes) -> None:
        """Add a text."""
        self._all += text
        self._ends.append(len(self._all))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        return bytes(self._all[self._ends[place] : self._ends[place + 1]])


class Items(Mapping[str, Item]):
    """Items by key, in the order in which they were added. Each is made when it is asked for."""

    def __init__(self) -> None:
        self._keys, self._fields = Texts(), Texts()
        self._headers: dict[str | None, int] = {None: 0}  # few, whatever the number of files
        self._digests: list[str | None] = [None]
        self._last = ""
        self._in_order = True

    def add(self, item: Item) -> None:
        """Add an item; in the order of the keys at best."""
        self._in_order = self._in_order and (self._last < item.key or len(self) == 0)
        self._last = item.key
        headers = self._headers.setdefault(item.headers, len(self._digests))
        if headers == len(self._digests):
            self._digests.append(item.headers)
        etag = _SAME if item.etag == item.content else item.etag
        text = f"{item.size}{_END}{headers}{_END}{etag}{_END}"
        self._keys.append(encoded(item.key))
        self._fields.append(encoded(text) + _short(item.content))

    def settled(self) -> "Items":
        """The same in the order of the keys, in which the buckets of some makers do not list."""
        if self._in_order:
            return self
        made = Items()
        for item in sorted(self.ordered(), key=lambda item: item.key):
            made.add(item)
        return made

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return map(decoded, self._keys)

    def __getitem__(self, key: str) -> Item:
        wanted = encoded(key)  # sorts as the text does
        place = bisect_left(self._keys, wanted)
        if place == len(self) or self._keys[place] != wanted:
            raise KeyError(key)
        return self._item(place)

    def ordered(self) -> Iterator[Item]:
        """All items, in the order in which they were added."""
        return map(self._item, range(len(self)))

    def _item(self, place: int) -> Item:
        size, headers, tag, short = self._fields[place].split(_END.encode(), 3)
        content, etag = _long(short), decoded(tag)
        if etag == _SAME:
            etag = content or ""
        key, digest = decoded(self._keys[place]), self._digests[int(headers)]
        return Item(key, int(size), content, digest, etag)


def ordered(items: Mapping[str, Item]) -> Iterable[Item]:
    """The items in the order of the keys, whatever holds them."""
    if isinstance(items, Items):
        return items.ordered()
    return (items[key] for key in sorted(items))


def pairs(
    ours: Mapping[str, Item], theirs: Mapping[str, Item]
) -> Iterator[tuple[str, Item | None, Item | None]]:
    """Each key in order, and both sides of it; what one side does not have is None there."""
    left, right = iter(ordered(ours)), iter(ordered(theirs))
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if one is not None and (other is None or one.key < other.key):
            yield one.key, one, None
            one = next(left, None)
        elif other is not None and (one is None or other.key < one.key):
            yield other.key, None, other
            other = next(right, None)
        elif one is not None:
            yield one.key, one, other
            one, other = next(left, None), next(right, None)


def encoded(text: str) -> bytes:
    """A text in UTF-8, which sorts as the text does."""
    # Names of files need not be UTF-8: Python keeps such bytes as surrogates.
    return text.encode("utf-8", "surrogatepass")


def decoded(text: bytes) -> str:
    """The text of `encoded`."""
    return text.decode("utf-8", "surrogatepass")


def _short(content: str | None) -> bytes:
    """What content is known by, in half of the bytes if it is a hash as S3 writes it."""
    if content is None:
        return b""
    if _HASH.fullmatch(content):
        return b"h" + bytes.fromhex(content)
    return b"t" + encoded(content)


def _long(short: bytes) -> str | None:
    if not short:
        return None
    return short[1:].hex() if short.startswith(b"h") else decoded(short[1:])
