"""What a plan has to be, found by trying everything on small trees."""

import re
from collections.abc import Iterable, Sequence
from itertools import combinations
from urllib.parse import quote, unquote


def urls(keys: Iterable[str], prefix: str = "", index: str = "index.html") -> set[str]:
    """Every URL under which objects can be cached, decoded."""
    base = f"/{prefix}/" if prefix else "/"
    found = set()
    for key in keys:
        found.add(base + key)
        if key.split("/")[-1] == index:
            folder = base + key[: -len(index)]
            found |= {folder, folder[:-1] or "/"}
    return found


def requests(url: str, query_strings: bool) -> list[str]:
    """What viewers ask for: percent-encoded throughout, with query strings if they count."""
    plain = quote(url, safe="/")
    return [plain, f"{plain}?a=1", f"{plain}?b"] if query_strings else [plain]


def drops(path: str, request: str) -> bool:
    """Whether CloudFront drops what was asked for when a path is invalidated."""
    path, query, variant = path.partition("?")
    asked, _mark, asked_variant = request.partition("?")
    if query:
        if unquote(path) != unquote(asked):
            return False
        if variant.endswith("*"):
            return "?" in request and asked_variant.startswith(variant[:-1])
        return asked_variant == variant
    if path.endswith("*"):
        return unquote(asked).startswith(unquote(path[:-1]))
    return "?" not in request and unquote(path) == unquote(asked)


def matches(pattern: str, url: str) -> bool:
    text = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(text, quote(url, safe="/"), re.DOTALL) is not None


def best(
    needed: set[str], others: set[str], allowed: Sequence[str], budget: int, query_strings: bool
) -> tuple[int, int] | None:
    """The least collateral within the budget, and the fewest paths for it; None if none fits.

    Args:
        needed: The URLs to drop.
        others: The URLs not to drop.
        allowed: The prefixes, decoded, behind which there may be a wildcard.
        budget: The most paths.
        query_strings: Whether they count.
    """
    # What a path takes: URLs without a query string, and URLs with one.
    paths: list[frozenset[tuple[str, bool]]] = []
    variants = (False, True) if query_strings else (False,)
    for prefix in allowed:
        paths.append(
            frozenset((u, v) for u in needed | others if u.startswith(prefix) for v in variants)
        )
    paths += [frozenset({(url, variant)}) for url in needed for variant in variants]
    wanted = {(url, variant) for url in needed for variant in variants}
    useful = list({path for path in paths if path & wanted})
    found: tuple[int, int] | None = None
    for count in range(min(budget, len(useful)) + 1):
        for chosen in combinations(useful, count):
            taken = frozenset().union(*chosen)
            if wanted <= taken:
                collateral = len({url for url, _variant in taken - wanted if url in others})
                found = min(found or (collateral, count), (collateral, count))
    return found


def least(needed: set[str], everything: Iterable[str], budget: int) -> tuple[int, int] | None:
    """The same as `best` for larger trees without query strings: all ways for all prefixes."""
    covers = _covers("/", needed, sorted(everything), budget)
    found = min(covers)
    return None if found == _IMPOSSIBLE else (found, covers.index(found))


_IMPOSSIBLE = 10**9


def _covers(prefix: str, needed: set[str], everything: list[str], budget: int) -> list[int]:
    """The least collateral below a prefix, by how many paths there are."""
    if not needed & set(everything):
        return [0]
    found = [_IMPOSSIBLE, 0] if prefix in needed else [0]
    for character in sorted({text[len(prefix)] for text in everything if text != prefix}):
        below = [text for text in everything if text.startswith(prefix + character)]
        part = _covers(prefix + character, needed, below, budget)
        sums = [_IMPOSSIBLE] * min(budget + 1, len(found) + len(part) - 1)
        for one, some in enumerate(found):
            for other, more in enumerate(part):
                if one + other < len(sums):
                    sums[one + other] = min(sums[one + other], some + more, _IMPOSSIBLE)
        found = sums
    if prefix != "/":
        found += [_IMPOSSIBLE] * (2 - len(found))
        found[1] = min(found[1], len(set(everything) - needed))
    return found
