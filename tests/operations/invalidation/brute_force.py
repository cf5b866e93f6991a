"""The best plans of small trees, found by trying every plan."""

import re
from collections.abc import Iterable, Sequence
from itertools import combinations
from urllib.parse import quote, unquote


def urls(keys: Iterable[str], prefix: str = "", index: str = "index.html") -> set[str]:
    """Return every URL under which objects may be cached, decoded."""
    base = f"/{prefix}/" if prefix else "/"
    found = set()
    for key in keys:
        found.add(base + key)
        if key.split("/")[-1] == index:
            folder = base + key[: -len(index)]
            found |= {folder, folder[:-1] or "/"}
    return found


def requests(url: str, query_strings: bool) -> list[str]:
    """Return the requests of viewers for a URL: encoded, and with query strings if they count."""
    plain = quote(url, safe="/")
    return [plain, f"{plain}?a=1", f"{plain}?b"] if query_strings else [plain]


def drops(path: str, request: str) -> bool:
    """Return whether CloudFront drops the response to a request when a path is invalidated."""
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
    needed: set[str], others: set[str], allowed: Sequence[str], max_paths: int, query_strings: bool
) -> tuple[int, int] | None:
    """Return the least collateral, and the fewest paths for it; None if no plan fits.

    Args:
        needed: The URLs to drop.
        others: The URLs not to drop.
        allowed: The prefixes, decoded, that may be wildcards.
        max_paths: How many paths there may be.
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
    for count in range(min(max_paths, len(useful)) + 1):
        for chosen in combinations(useful, count):
            taken = frozenset().union(*chosen)
            if wanted <= taken:
                collateral = len({url for url, _variant in taken - wanted if url in others})
                found = min(found or (collateral, count), (collateral, count))
    return found


def least(needed: set[str], everything: Iterable[str], max_paths: int) -> tuple[int, int] | None:
    """Return the same as `best` for larger trees without query strings."""
    covers = _covers("/", needed, sorted(everything), max_paths)
    found = min(covers)
    return None if found == _IMPOSSIBLE else (found, covers.index(found))


_IMPOSSIBLE = 10**9


def _covers(prefix: str, needed: set[str], everything: list[str], max_paths: int) -> list[int]:
    """Return the least collateral below a prefix for each number of paths."""
    if not needed & set(everything):
        return [0]
    found = [_IMPOSSIBLE, 0] if prefix in needed else [0]
    for character in sorted({text[len(prefix)] for text in everything if text != prefix}):
        below = [text for text in everything if text.startswith(prefix + character)]
        part = _covers(prefix + character, needed, below, max_paths)
        sums = [_IMPOSSIBLE] * min(max_paths + 1, len(found) + len(part) - 1)
        for one, some in enumerate(found):
            for other, more in enumerate(part):
                if one + other < len(sums):
                    sums[one + other] = min(sums[one + other], some + more, _IMPOSSIBLE)
        found = sums
    if prefix != "/":
        found += [_IMPOSSIBLE] * (2 - len(found))
        found[1] = min(found[1], len(set(everything) - needed))
    return found
