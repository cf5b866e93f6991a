"""Where two values differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from serverless_stack.testing.review.model import MISSING
from serverless_stack.testing.review.values import Path, canonical, is_intrinsic


class Difference(NamedTuple):
    """One place where two values differ."""

    path: Path
    old: object
    new: object
    order_only: bool = False
    """The two are lists of the same items, in a list whose order does not matter."""


def differences(
    old: object, new: object, unordered: Callable[[Path], bool], path: Path = ()
) -> Iterator[Difference]:
    """Find where two values differ, as deep as can be said.

    Args:
        old: The value before.
        new: The value after.
        unordered: Tells whether the order of the list at a path does not matter.
        path: Where the two values are.
    """
    if canonical(old) == canonical(new):
        return
    if _is_plain(old) and _is_plain(new):
        assert isinstance(old, Mapping)
        assert isinstance(new, Mapping)
        for key in sorted(old.keys() | new.keys(), key=str):
            yield from differences(
                old.get(key, MISSING), new.get(key, MISSING), unordered, (*path, str(key))
            )
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _of_lists(old, new, unordered, path)
    else:
        yield Difference(path, old, new)


def _is_plain(value: object) -> bool:
    return isinstance(value, Mapping) and not is_intrinsic(value)


def _of_lists(
    old: Sequence[object],
    new: Sequence[object],
    unordered: Callable[[Path], bool],
    path: Path,
) -> Iterator[Difference]:
    before, after = [canonical(item) for item in old], [canonical(item) for item in new]
    if Counter(before) == Counter(after):
        yield Difference(path, old, new, order_only=unordered(path))
        return
    pairs = _unordered_pairs if unordered(path) else _ordered_pairs
    for left, right in pairs(before, after):
        index = right if right is not None else left
        assert index is not None
        yield from differences(
            MISSING if left is None else old[left],
            MISSING if right is None else new[right],
            unordered,
            (*path, index),
        )


def _zip(left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[int | None, int | None]]:
    common = min(len(left), len(right))
    yield from zip(left[:common], right[:common], strict=True)
    yield from ((index, None) for index in left[common:])
    yield from ((None, index) for index in right[common:])


def _ordered_pairs(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[int | None, int | None]]:
    """Pair what differs between equal stretches."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, left, left_end, right, right_end in matcher.get_opcodes():
        if tag != "equal":
            yield from _zip(range(left, left_end), range(right, right_end))


def _unordered_pairs(
    before: Sequence[str], after: Sequence[str]
) -> Iterator[tuple[int | None, int | None]]:
    """Pair what is left when equal items are taken out, wherever they are."""
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)

    def left_over(values: Sequence[str], counts: Counter[str]) -> list[int]:
        found = []
        for index, value in enumerate(values):
            if counts[value] > 0:
                counts[value] -= 1
                found.append(index)
        return found

    yield from _zip(left_over(before, gone), left_over(after, come))
