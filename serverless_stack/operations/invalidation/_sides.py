"""What is to be dropped and what not: the URLs under which objects can be cached."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress, islice, repeat
from operator import eq, ge, itemgetter, not_, or_

_OPPOSITE = bytes([1, 0]) + bytes(254)


@dataclass(frozen=True, slots=True)
class Sides:
    """The URLs, of which some changed.

    Attributes:
        texts: The URLs, sorted, each once.
        needed: 1 for each that changed, 0 for each that did not.
        lone: 1 for each index document that stands for the two URLs of its folder as well, because
            nothing else begins as these do.
    """

    texts: list[str]
    needed: bytes
    lone: bytes

    @classmethod
    def of(cls, texts: Sequence[str], needed: set[str]) -> "Sides":
        """The URLs of many objects and of some that are needed, of which some may be gone."""
        found = sorted(texts)  # quicker than a set to begin with: keys usually are sorted
        if _repeats(found):
            found = list(dict.fromkeys(found))
        marks = _marks(found, needed)
        if marks.count(1) < len(needed):
            found = sorted([*found, *needed.difference(found)])
            marks = _marks(found, needed)
        return cls(found, marks, bytes(len(found)))

    def runs(self) -> int:
        """How many times some that are needed follow each other: no path takes more than one."""
        return (self.needed + b"\0").count(b"\1\0")

    def with_folders(self, index_document: str, *, of: bytes | None, lone: bool) -> "Sides":
        """The same with the URLs of the folders of index documents.

        Args:
            index_document: The file that is given for its folder, too: ``a/index.html`` is ``a/``
                and ``a`` as well, that of the root ``/``.
            of: 1 for each object whose folder is wanted; None wants all.
            lone: Whether one may stand for them.
        """
        texts, needed = self.texts, self.needed
        marks = bytes([1]) * len(texts) if of is None else of
        further, further_needed = [], b""
        at = bisect_left(texts, index_document)
        if texts[at : at + 1] == [index_document] and marks[at]:
            further, further_needed = [""], needed[at : at + 1]
        end = f"/{index_document}"
        if of is None and end not in "\n".join(texts):  # told at once, not one by one
            index = bytes(len(texts))
        else:
            index = _narrowed(marks, map(str.endswith, compress(texts, marks), repeat(end)))
        if 1 not in index:
            return self.with_more(further, further_needed)
        alone = _lone(texts, index, index_document) if lone else bytes(len(texts))
        crowded = both(index, opposite(alone))
        folders = [text[: -len(index_document)] for text in compress(texts, crowded)]
        further += [*folders, *(folder[:-1] for folder in folders)]
        further_needed += 2 * bytes(compress(needed, crowded))
        return Sides(texts, needed, alone).with_more(further, further_needed)

    def with_more(self, texts: Sequence[str], needed: bytes) -> "Sides":
        """The same and some more, with 1 for each of them that is needed."""
        if not texts:
            return self
        found, needed = [*self.texts, *texts], self.needed + needed
        lone = self.lone + bytes(len(texts))
        in_order = itemgetter(*sorted(range(len(found)), key=found.__getitem__))
        found, needed, lone = list(in_order(found)), bytes(in_order(needed)), bytes(in_order(lone))
        if _repeats(found):
            any_needed, any_lone = set(compress(found, needed)), set(compress(found, lone))
            found = list(dict.fromkeys(found))
            needed, lone = _marks(found, any_needed), _marks(found, any_lone)
        return Sides(found, needed, lone)

    def without(self, marks: bytes) -> "Sides":
        """The same without those that have a mark of 1."""
        kept = opposite(marks)
        needed, lone = compress(self.needed, kept), compress(self.lone, kept)
        return Sides(list(compress(self.texts, kept)), bytes(needed), bytes(lone))


def opposite(marks: bytes) -> bytes:
    """1 for each 0, and 0 for each 1."""
    return marks.translate(_OPPOSITE)


def both(some: bytes, others: bytes) -> bytes:
    """1 where both have a mark of 1, 0 elsewhere."""
    return (int.from_bytes(some) & int.from_bytes(others)).to_bytes(len(some))


def _repeats(texts: list[str]) -> bool:
    """Whether one of the sorted texts is there twice."""
    return any(map(eq, texts, islice(texts, 1, None)))


def _marks(texts: list[str], some: set[str]) -> bytes:
    """1 for each of many sorted texts that is one of some, 0 for each that is not."""
    if len(some) > len(texts) // 32:  # else most would be looked up in vain
        return bytes(map(some.__contains__, texts))
    marks = bytearray(len(texts))
    for text in some:
        at = bisect_left(texts, text)
        if texts[at : at + 1] == [text]:
            marks[at] = 1
    return bytes(marks)


def _narrowed(marks: bytes, tests: Iterable[bool]) -> bytes:
    """The marks of 1 that pass their test."""
    passed = bytes(tests)
    if 0 not in passed:
        return marks
    found = bytearray(len(marks))
    if 1 in passed:
        for at in compress(compress(range(len(marks)), marks), passed):
            found[at] = 1
    return bytes(found)


def _lone(texts: list[str], index: bytes, index_document: str) -> bytes:
    """Which index documents are alone: no other URL begins as their folder does without its slash.

    What begins like that is together where the texts are sorted, so the neighbours tell it.
    """
    length = len(index_document) + 1
    folders = [text[:-length] for text in compress(texts, index)]
    before = compress(chain([""], texts), index)
    after = compress(chain(islice(texts, 1, None), [""]), index)
    # What is sorted between a folder and its index document begins as the folder.
    crowded = map(or_, map(ge, before, folders), map(str.startswith, after, folders))
    return _narrowed(index, map(not_, crowded))
