"""A part of the tree of prefixes, opened at once: quicker than node by node."""

from collections.abc import Sequence
from itertools import accumulate, islice, pairwise, repeat
from operator import add, xor
from typing import NamedTuple

from serverless_stack.operations.invalidation._cover import Cover

_NO_CHARACTER = "\ud800"  # a lone surrogate, which is in no key


class Subtree(NamedTuple):
    """Nodes; parents come before what they part into, and the node that was opened is the first.

    Attributes:
        ranges: Where the texts of each node begin and end, and what they have in common.
        parents: The parent of each node; that of the first is itself.
        others: What a wildcard there takes besides.
        leaves: How many of its parts are no nodes: one path each, nothing besides.
        paths: How many paths there are at least if its parent is open.
    """

    ranges: list[tuple[int, int, int]]
    parents: list[int]
    others: list[int]
    leaves: list[int]
    paths: list[int]


class _Urls(NamedTuple):
    """The URLs of a range of texts.

    Attributes:
        places: Which text each is; for that of a folder the first that begins with it.
        needed: How many paths take each that is needed, alone.
        others: How many it stands for that are not needed.
        common: How many characters each has in common with the next one.
    """

    places: Sequence[int]
    needed: Sequence[int]
    others: Sequence[int]
    common: list[int]


def subtree(cover: Cover, low: int, high: int, depth: int, *, paths: int, budget: int) -> Subtree:
    """Open a node and all below it.

    Args:
        cover: What is covered.
        low: Where the texts of the node begin.
        high: Where they end.
        depth: How many characters those have in common that are needed.
        paths: How many paths there are at least if its parent is open.
        budget: How many there may be.
    """
    urls = _urls(cover, low, high, depth)
    places = urls.places
    counts, besides = [0, *accumulate(urls.needed)], [0, *accumulate(urls.others)]
    ranges, parents = list[tuple[int, int, int]](), list[int]()
    others, leaves, parts = list[int](), list[int](), list[int]()
    # The nodes in which the URL at hand is, each in the one before: how many characters its URLs
    # have in common, where they begin, how many parts more than needed URLs it has but for nodes,
    # and these nodes.
    outer: list[tuple[int, int, int, tuple[int, ...]]] = [(depth - 1, 0, 0, ())]
    length, begin, more = depth, 0, 0
    nodes: tuple[int, ...] = ()
    for end, common in enumerate([*urls.common, depth - 1], 1):
        if common > length:
            outer.append((length, begin, more, nodes))
            length, begin, more, nodes = common, end - 1, 0, ()
            continue
        while common < length:
            count = counts[end] - counts[begin]
            if count > 1:
                leaf, other = count + more, besides[end] - besides[begin]
                more = -count
                if not other or (leaf == 1 and not nodes):
                    more, nodes = 1 - count, ()
                elif leaf or len(nodes) > 1:
                    number = len(parents)
                    for part in nodes:
                        parents[part] = number
                    ranges.append((places[begin], places[end - 1] + 1, length))
                    parents.append(number)
                    others.append(other)
                    leaves.append(leaf)
                    parts.append(leaf + len(nodes))
                    nodes = (number,)
            else:
                more, nodes = 0, ()
            up = outer[-1]
            if up[0] < common:
                length = common
            else:
                length, begin, _, _ = outer.pop()
                more += up[2]
                nodes = up[3] + nodes if nodes else up[3]
    last = len(parents) - 1
    parents = [last - parent for parent in reversed(parents)]
    parts.reverse()
    least = [paths]
    for parent in parents[1:]:
        least.append(least[parent] + parts[parent] - 1)
    found = Subtree(ranges[::-1], parents, others[::-1], leaves[::-1], least)
    to_open = list(map(add, least, parts))
    return found if max(to_open) <= budget + 1 else _within(found, to_open, budget + 1)


def _within(found: Subtree, to_open: Sequence[int], most: int) -> Subtree:
    """The same without what is below nodes that take too many paths to open."""
    kept = Subtree([], [], [], [], [])
    into: list[int | None] = []  # which node each is now, if it is open
    for number, paths in enumerate(to_open):
        parent = into[found.parents[number]] if number else 0
        if parent is None:
            into.append(None)
            continue
        is_open = paths <= most
        into.append(len(kept.parents) if is_open else None)
        kept.ranges.append(found.ranges[number])
        kept.parents.append(parent)
        kept.others.append(found.others[number])
        kept.leaves.append(found.leaves[number] if is_open else 1)
        kept.paths.append(found.paths[number])
    return kept


def is_regular(texts: Sequence[str]) -> bool:
    """Whether most neighbours have as much in common as the next ones: few nodes, many parts."""
    common = _commons(texts)
    changes = [one != other for one, other in pairwise(common)]
    return 3 * changes.count(True) <= len(texts)


def _urls(cover: Cover, low: int, high: int, depth: int) -> _Urls:
    texts, needed, others = cover.texts[low:high], cover.needed[low:high], cover.weights[low:high]
    common = _commons(texts)
    found = _Urls(range(low, high), needed, others, common)
    if cover.index and 1 in cover.index[low:high]:
        return _with_folders(cover, found, texts, depth)
    return found


def _with_folders(cover: Cover, urls: _Urls, texts: Sequence[str], depth: int) -> _Urls:
    """The same with the URLs of folders that have to be told from their index documents."""
    size, low, common = len(cover.index_document), urls.places[0], urls.common
    index = cover.index[low : low + len(texts)]
    near = zip(range(len(texts)), map(len, texts), [0, *common], [*common, 0], strict=True)
    crowded = [  # others begin with the folder without its slash
        (at, length - size, before if before > after else after)
        for at, length, before, after in near
        if (before if before > after else after) >= length - size - 1 and index[at]
    ]
    others, folders = bytearray(urls.others), list[tuple[int, int, int]]()
    for at, slash, near_it in crowded:
        is_needed, first = urls.needed[at], at
        if near_it >= slash:
            while first and common[first - 1] >= slash:
                first -= 1
            if slash >= depth:
                folders.append((first, slash, is_needed))
        elif not is_needed:
            continue  # it stands for its folder, as what is alone behind a slash does
        others[at] = 1 - is_needed
        while first and common[first - 1] >= slash - 1:
            first -= 1
        if slash > depth:
            folders.append((first, slash - 1, is_needed))
    if not folders:
        return _Urls(urls.places, urls.needed, others, common)
    folders.sort()
    folders.append((len(texts), 0, 0))  # what is behind the last one, dropped again
    places, needed, besides, shared, done = list[int](), list[int](), list[int](), list[int](), 0
    for first, length, is_needed in folders:
        if first > done:
            places += urls.places[done:first]
            needed += urls.needed[done:first]
            besides += others[done:first]
            shared += common[done:first]
            done = first
        places.append(low + first)
        needed.append(cover.each * is_needed)
        besides.append(1 - is_needed)
        shared.append(length)
    return _Urls(places[:-1], needed[:-1], besides[:-1], shared[:-1])


def _commons(texts: Sequence[str]) -> list[int]:
    """How many characters each of sorted texts begins with in common with the next one."""
    length, joined = max(map(len, texts)), "".join(texts)
    if joined.isascii() and "\0" not in joined:
        bits = 3  # two to this are in a character
        filled = map(str.ljust, texts, repeat(length), repeat("\0"))
        values = list(map(int.from_bytes, map(str.encode, filled)))
    else:
        bits = 5
        filled = map(str.ljust, texts, repeat(length), repeat(_NO_CHARACTER))
        codec = repeat("utf-32-be"), repeat("surrogatepass")
        values = list(map(int.from_bytes, map(str.encode, filled, *codec)))
    differ = map(int.bit_length, map(xor, values, islice(values, 1, None)))
    all_bits = length << bits
    return [(all_bits - bit) >> bits for bit in differ]
