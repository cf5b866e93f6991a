"""Reading the methods of a Java class ("The class File Format" of the JVM specification)."""

import struct
from dataclasses import dataclass

_MAGIC = 0xCAFEBABE
_UTF8, _CLASS = 1, 7
# The bytes after the tag of each entry of the constant pool.
_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2}
_SIZES |= {17: 4, 18: 4, 19: 2, 20: 2}
_LONG_AND_DOUBLE = (5, 6)  # which take two places of the pool


@dataclass(frozen=True)
class _Class:
    """What a class declares.

    Attributes:
        parent: The name of its superclass.
        interfaces: How many interfaces it implements.
        methods: The names of its methods.
    """

    parent: str
    interfaces: int
    methods: frozenset[str]

    @property
    def inherits(self) -> bool:
        """Whether it has more than its own methods and those of ``Object``."""
        return self.parent != "java/lang/Object" or self.interfaces > 0


def lacks_method(content: bytes, name: str) -> bool:
    """Return whether a class has no such method; False if it may inherit it, or cannot be read.

    Args:
        content: The content of the class file.
        name: The name of the method.
    """
    found = _read(content)
    return found is not None and not found.inherits and name not in found.methods


def inherits(content: bytes) -> bool:
    """Return whether a class has a superclass of its own or an interface.

    Args:
        content: The content of the class file; False if it cannot be read.
    """
    found = _read(content)
    return found is not None and found.inherits


def _read(content: bytes) -> _Class | None:
    try:
        return _parse(content)
    except (struct.error, KeyError, IndexError, UnicodeDecodeError):
        return None


def _parse(content: bytes) -> _Class | None:
    magic, _minor, _major, count = struct.unpack_from(">IHHH", content)
    if magic != _MAGIC:
        return None
    place, index = 10, 1
    texts: dict[int, str] = {}
    classes: dict[int, int] = {}
    while index < count:
        tag = content[place]
        if tag == _UTF8:
            (length,) = struct.unpack_from(">H", content, place + 1)
            texts[index] = content[place + 3 : place + 3 + length].decode("utf-8", "replace")
            place += 3 + length
        else:
            if tag == _CLASS:
                (classes[index],) = struct.unpack_from(">H", content, place + 1)
            place += 1 + _SIZES[tag]
        index += 2 if tag in _LONG_AND_DOUBLE else 1
    _access, _this, parent, interfaces = struct.unpack_from(">HHHH", content, place)
    place += 8 + 2 * interfaces
    _names, place = _members(content, place)
    methods, _place = _members(content, place)
    own = frozenset(texts[name] for name in methods)
    return _Class(texts[classes[parent]] if parent else "", interfaces, own)


def _members(content: bytes, place: int) -> tuple[list[int], int]:
    """Return the indexes of the names of the fields or methods at a place, and what follows."""
    (count,) = struct.unpack_from(">H", content, place)
    place += 2
    names = []
    for _ in range(count):
        _access, name, _descriptor, attributes = struct.unpack_from(">HHHH", content, place)
        names.append(name)
        place += 8
        for _attribute in range(attributes):
            (length,) = struct.unpack_from(">I", content, place + 2)
            place += 6 + length
    return names, place
