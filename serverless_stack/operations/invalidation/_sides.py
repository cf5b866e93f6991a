"""What is to be dropped and what not: the URLs under which objects can be cached."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, compress, islice, repeat
from operator import eq

from serverless_stack.operations.invalidation._urls import Protected


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

    def with_more(self, texts: Sequence[str]) -> "Sides":
        """The same and some more that are needed."""
        lone = set(compress(self.texts, self.lone))
        changed = {*compress(self.texts, self.needed), *texts}
        return _with_lone(*_marked([*self.texts, *texts], changed), lone)


def sides(
    changed: Sequence[str],
    everything: Sequence[str],
    index_document: str,
    base: str,
    guard: Protected | None,
) -> Sides:
    """Find every URL of objects.

    Args:
        changed: The keys of those that changed.
        everything: The keys of all objects.
        index_document: The file that is given for its folder, too: ``a/index.html`` is ``a/`` and
            ``a`` as well, that of the root ``/``.
        base: What viewers see before a key; ends with a slash if there is anything.
        guard: What another origin serves.

    Returns:
        The URLs, without those that another origin serves.
    """
    needed_texts = {base + key for key in changed} if base else set(changed)
    texts, needed = _marked(
        [base + key for key in everything] if base else everything, needed_texts
    )
    index = bytes(map(str.endswith, texts, repeat(f"/{index_document}")))
    lone = bytes(len(texts)) if guard or 1 not in index else _lone(texts, index, index_document)
    others = [
        text for text, is_index, alone in zip(texts, index, lone, strict=True) if is_index > alone
    ]
    further = _folders(others, index_document)
    needed_texts.update(_folders([text for text in others if text in needed_texts], index_document))
    at = bisect_left(texts, index_document)
    if texts[at : at + 1] == [index_document]:
        further.append("")
        needed_texts.update([""] if needed[at] else [])
    if guard is None and not further:
        return Sides(texts, needed, lone)
    lone_texts = set(compress(texts, lone))
    texts = [*texts, *further]
    if guard is not None:
        texts, needed_texts = guard.others(texts), set(guard.others(needed_texts))
    return _with_lone(*_marked(texts, needed_texts), lone_texts)


def _marked(texts: Sequence[str], needed: set[str]) -> tuple[list[str], bytes]:
    """Texts and what is needed, sorted and each once, and 1 for each that is needed."""
    found = sorted(texts)  # quicker than a set to begin with: keys usually are sorted
    if any(map(eq, found, islice(found, 1, None))):
        found = list(dict.fromkeys(found))
    marks = _marks(found, needed)
    if marks.count(1) < len(needed):  # some objects are gone
        found = sorted([*found, *needed.difference(found)])
        marks = _marks(found, needed)
    return found, marks


def _marks(texts: list[str], some: set[str]) -> bytes:
    """1 for each of many sorted texts that is one of some, 0 for each that is not."""
    if len(some) > len(texts) // 32:
        return bytes(map(some.__contains__, texts))
    marks = bytearray(len(texts))
    for text in some:
        at = bisect_left(texts, text)
        if texts[at : at + 1] == [text]:
            marks[at] = 1
    return bytes(marks)


def _with_lone(texts: list[str], needed: bytes, lone: set[str]) -> Sides:
    return Sides(texts, needed, _marks(texts, lone))


def _lone(texts: list[str], index: bytes, index_document: str) -> bytes:
    """Which index documents are alone: no other URL begins as their folder does without its slash.

    What begins like that is together where the texts are sorted, so the neighbours tell it.
    """
    length = len(index_document) + 1
    return bytes(
        [
            is_index
            and (folder := text[:-length]) != ""
            and not (before.startswith(folder) or after.startswith(folder))
            for text, is_index, before, after in zip(
                texts, index, chain([""], texts), chain(islice(texts, 1, None), [""]), strict=False
            )
        ]
    )


def _folders(texts: Sequence[str], index_document: str) -> list[str]:
    """The URLs of the folders of index documents: with their slash, and without it."""
    length = len(index_document)
    folders = [text[:-length] for text in texts]
    return [*folders, *(folder[:-1] for folder in folders)]
