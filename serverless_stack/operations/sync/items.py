"""What is in a location, packed: tens of thousands of entries in the memory of a few pages."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_END = "\0"
_SAME = "="


@dataclass(frozen=True, slots=True)
class Item:
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


class Items(Mapping[str, Item]):
    """Items by key, in the order in which they were added. Each is made when it is asked for."""

    def __init__(self) -> None:
        self._keys, self._fields = bytearray(), bytearray()
        self._key_ends, self._field_ends = array("Q", [0]), array("Q", [0])
        self._last = ""
        self._in_order = True

    def add(self, item: Item) -> None:
        """Add an item; in the order of the keys at best."""
        self._in_order = self._in_order and (self._last < item.key or len(self) == 0)
        self._last = item.key
        etag = _SAME if item.etag == item.content else item.etag
        fields = (str(item.size), item.content or "", item.headers or "", etag)
        self._keys += _bytes(item.key)
        self._key_ends.append(len(self._keys))
        self._fields += _bytes(_END.join(fields))
        self._field_ends.append(len(self._fields))

    def settled(self) -> "Items":
        """The same in the order of the keys, in which the buckets of some makers do not list."""
        if self._in_order:
            return self
        made = Items()
        for item in sorted(self.ordered(), key=lambda item: item.key):
            made.add(item)
        return made

    def __len__(self) -> int:
        return len(self._key_ends) - 1

    def __iter__(self) -> Iterator[str]:
        return (self._key(place) for place in range(len(self)))

    def __getitem__(self, key: str) -> Item:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._key(middle) < key:
                low = middle + 1
            else:
                high = middle
        if low == len(self) or self._key(low) != key:
            raise KeyError(key)
        return self._item(low)

    def ordered(self) -> Iterator[Item]:
        """All items, in the order of the keys."""
        return (self._item(place) for place in range(len(self)))

    def _key(self, place: int) -> str:
        return _text(self._keys[self._key_ends[place] : self._key_ends[place + 1]])

    def _item(self, place: int) -> Item:
        text = _text(self._fields[self._field_ends[place] : self._field_ends[place + 1]])
        size, content, headers, etag = text.split(_END, 3)
        tag = content if etag == _SAME else etag
        return Item(self._key(place), int(size), content or None, headers or None, tag)


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


def _bytes(text: str) -> bytes:
    # Names of files need not be UTF-8: Python keeps such bytes as surrogates.
    return text.encode("utf-8", "surrogatepass")


def _text(content: bytearray) -> str:
    return content.decode("utf-8", "surrogatepass")
