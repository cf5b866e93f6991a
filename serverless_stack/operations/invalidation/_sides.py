"""What is to be dropped and what not: the URLs under which objects can be cached."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import compress, islice, repeat
from operator import eq, itemgetter

_OPPOSITE = bytes([1, 0]) + bytes(254)


@dataclass(frozen=True, slots=True)
class Sides:
    """The URLs, of which some changed.

    Attributes:
        texts: The URLs, sorted, each once.
        needed: 1 for each that changed, 0 for each that did not.
        index: 1 for each index document that stands for the two URLs of its folder as well.
    """

    texts: list[str]
    needed: bytes
    index: bytes

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

    def behind(self, prefix: str) -> "Sides":
        """The same with a prefix before each."""
        return replace(self, texts=[prefix + text for text in self.texts]) if prefix else self

    def runs(self) -> int:
        """How many times some that are needed follow each other: no path takes more than one."""
        return (self.needed + b"\0").count(b"\1\0")

    def with_folders(self, index_document: str, *, beside: tuple[str, ...]) -> "Sides":
        """The same with the URLs of the folders of index documents.

        An index document stands for its folder, unless that has to be told from what is beside it.
        If a URL of any folder is that of another object, too, each is there by itself.

        Args:
            index_document: The file that is given for its folder, too: ``a/index.html`` is ``a/``
                and ``a`` as well, that of the root ``/``.
            beside: What the URLs begin with that something else may serve, if any.
        """
        texts, needed = self.texts, self.needed
        at = bisect_left(texts, index_document)
        if texts[at : at + 1] == [index_document]:
            texts, needed = ["", *texts], needed[at : at + 1] + needed
        end = f"/{index_document}"
        joined = "\n".join(texts)  # in which much is told at once, not one by one
        if end not in joined:
            return Sides(texts, needed, bytes(len(texts)))
        count = joined.count(f"{end}\n") + joined.endswith(end)
        if count == len(texts) == joined.count("\n") + 1:
            index = bytes([1]) * count
        else:
            index = bytes(map(str.endswith, texts, repeat(end)))
        found = Sides(texts, needed, index)
        doubtful = texts[0] == end or any(
            text in joined for text in (f"/{end}", f"{index_document}{end}", f"\n{end}")
        )
        if doubtful or found._clash(end):
            return found._listed(index, index_document)
        return found._listed(both(found.beside(beside, end), index), index_document)

    def beside(self, begins: tuple[str, ...], end: str = "") -> bytes:
        """1 for each text that begins so, and for each of which that begins so before its end."""
        texts, marks = self.texts, bytearray(len(self.texts))
        for begin in begins:
            low = bisect_left(texts, begin)
            high = bisect_right(texts, begin, low, key=itemgetter(slice(len(begin))))
            marks[low:high] = bytes([1]) * (high - low)
            for length in range(len(begin)):
                at = bisect_left(texts, begin[:length] + end)
                if texts[at : at + 1] == [begin[:length] + end]:
                    marks[at] = 1
        return bytes(marks)

    def _listed(self, marks: bytes, index_document: str) -> "Sides":
        """The same with the URLs of the folders of some index documents by themselves."""
        if 1 not in marks:
            return self
        folders = [text[: -len(index_document)] for text in compress(self.texts, marks)]
        folders += [folder[:-1] for folder in folders]
        found = Sides(self.texts, self.needed, both(self.index, opposite(marks)))
        return found.with_more(folders, 2 * bytes(compress(self.needed, marks)))

    def _clash(self, end: str) -> bool:
        """Whether a URL of a folder is that of another object, too."""
        texts, rest = self.texts, opposite(self.index)
        others, following = compress(texts, rest), compress(islice(texts, 1, None), rest)
        # Such a text is followed by one that begins with it.
        begins = compress(compress(texts, rest), map(str.startswith, following, others))
        documents = {text.removesuffix("/") + end for text in begins}
        return bool(documents) and not documents.isdisjoint(compress(texts, self.index))

    def with_more(self, texts: Sequence[str], needed: bytes) -> "Sides":
        """The same and some more, with 1 for each of them that is needed."""
        if not texts:
            return self
        found, needed = [*texts, *self.texts], needed + self.needed
        index = bytes(len(texts)) + self.index
        in_order = itemgetter(*sorted(range(len(found)), key=found.__getitem__))
        found, needed = list(in_order(found)), bytes(in_order(needed))
        index = bytes(in_order(index))
        if _repeats(found):
            any_needed = set(compress(found, needed))
            found = list(dict.fromkeys(found))
            needed, index = _marks(found, any_needed), bytes(len(found))
        return Sides(found, needed, index)

    def without(self, begins: tuple[str, ...], taken: Callable[[str], bool]) -> "Sides":
        """The same without what something else has taken, which begins with one of these."""
        kept = bytearray([1]) * len(self.texts)
        for at in compress(range(len(kept)), self.beside(begins)):
            kept[at] = not taken(self.texts[at])
        if 0 not in kept:
            return self
        needed, index = compress(self.needed, kept), compress(self.index, kept)
        return Sides(list(compress(self.texts, kept)), bytes(needed), bytes(index))


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
