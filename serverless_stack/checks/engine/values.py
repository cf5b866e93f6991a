"""Reading plain JSON values: mappings, lists, texts, and whether a tree has a bounded size."""

import datetime
import json
from collections.abc import Mapping
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved

UNKNOWN: Final = "${Token[unknown]}"
"""Stands for a value, or a part of a text, that is known only at deploy time."""

MAX_DEPTH: Final = 100
MAX_VALUES: Final = 1_000_000
"""A template of a million bytes, the most that CloudFormation accepts, has fewer values."""
MAX_RESOURCES: Final = 2_500
"""Five times as many as CloudFormation accepts. Rules on pairs of resources stay fast."""

_MAX_BITS = 10_000  # Python refuses to convert longer integers to text


def mapping(value: object) -> Mapping[str, object]:
    """Return a value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[object]:
    """Return a list as it is, and another value as a list of it; None is an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts_of(value: object) -> list[str]:
    """Return the texts that are known among one value or a list of them."""
    return [item for item in listed(value) if isinstance(item, str) and not is_unresolved(item)]


def parsed_json(text: str) -> object:
    """Return what a JSON text describes; None if it is not JSON, or nested too deeply."""
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if excess_of(parsed) is None else None


def excess_of(tree: object) -> str | None:
    """Return how a tree exceeds the bounds within which it is checked; None if it does not.

    The work is bounded, even for trees that contain themselves or share parts.
    """
    count, level = 0, [tree]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[object] = []
        for value in level:
            if isinstance(value, str):
                continue
            if isinstance(value, dict | Mapping):  # the former is told at once
                deeper.extend(value.values())
            elif isinstance(value, list | tuple):
                deeper.extend(value)
            elif isinstance(value, int) and value.bit_length() > _MAX_BITS:
                return "a number with thousands of digits"
        count += len(deeper)
        if count > MAX_VALUES:
            return f"more than {MAX_VALUES:,} values"
        if not deeper:
            return None
        level = deeper
    return f"more than {MAX_DEPTH} levels"


def plain(tree: object) -> object:
    """Return a copy of a bounded tree that consists of dictionaries, lists and JSON values only.

    Keys become texts, as do dates, which some YAML readers make of `2012-10-17`. Other objects
    become tokens, because their value in JSON is not known.
    """
    if isinstance(tree, dict | Mapping):
        return {key if type(key) is str else str(key): plain(tree[key]) for key in tree}
    if isinstance(tree, list | tuple):
        return [plain(item) for item in tree]
    if tree is None or isinstance(tree, str | bool | int | float):
        return tree
    return tree.isoformat() if isinstance(tree, datetime.date) else UNKNOWN
