"""Which paths the path patterns of CloudFront match, from "Path pattern"."""

from collections.abc import Iterator, Sequence
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved

# "Quotas on distributions"
MAX_BEHAVIORS: Final = 75
MAX_ORIGINS: Final = 100
MAX_ORIGIN_GROUPS: Final = 10

_OTHER = "\0"  # stands for every character that the earlier pattern does not have
_MAX_STATES = 20_000


def covers(earlier: str, later: str) -> bool:
    """Whether one pattern matches every path that another one matches.

    ``*`` stands for any number of characters, ``?`` for one. A slash at the beginning makes no
    difference. The search ends without a proof after some thousand steps, which only patterns with
    dozens of ``?`` between two ``*`` need.

    Args:
        earlier: The pattern that CloudFront compares first.
        later: The pattern that may be out of reach.
    """
    first, second = earlier.removeprefix("/"), later.removeprefix("/")
    alphabet = [*sorted(set(first) - set("*?")), _OTHER]
    start = (0, _reduced(first, {0}))
    seen: list[list[frozenset[int]]] = [[] for _ in range(len(second) + 1)]
    seen[0].append(start[1])
    waiting, steps = [start], 0
    while waiting:
        place, places = waiting.pop()
        if place == len(second) and len(first) not in places:
            return False
        steps += 1
        if steps > _MAX_STATES:
            return False
        for following, character in _steps(second, place, alphabet):
            reached = places if character is None else _after(first, places, character)
            # Whatever a smaller set leads to was examined with it.
            if not any(known <= reached for known in seen[following]):
                seen[following].append(reached)
                waiting.append((following, reached))
    return True


def _steps(pattern: str, place: int, alphabet: list[str]) -> Iterator[tuple[int, str | None]]:
    """Yield where a pattern goes from a place, and by which character; None for by none."""
    if place == len(pattern):
        return
    symbol = pattern[place]
    if symbol == "*":
        yield place + 1, None
        yield from ((place, character) for character in alphabet)
    elif symbol == "?":
        yield from ((place + 1, character) for character in alphabet)
    else:
        yield place + 1, symbol


def _after(pattern: str, places: frozenset[int], character: str) -> frozenset[int]:
    reached = set()
    for place in places:
        symbol = pattern[place] if place < len(pattern) else ""
        if symbol == "*":
            reached.add(place)
        elif symbol and symbol in ("?", character):
            reached.add(place + 1)
    return _reduced(pattern, reached)


def _reduced(pattern: str, places: set[int]) -> frozenset[int]:
    """Add what follows a ``*``, and drop what is before the last one, which accepts as much."""
    reached = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] == "*":
            place += 1
            reached.add(place)
    stars = [place for place in reached if place < len(pattern) and pattern[place] == "*"]
    last = max(stars, default=0)
    return frozenset(place for place in reached if place >= last)


def order_problems(patterns: Sequence[str], argument: str) -> list[str]:
    """List the patterns that can never match, because an earlier one takes all of their paths.

    Args:
        patterns: The patterns in their order.
        argument: What has them.
    """
    problems = []
    if len(patterns) > MAX_BEHAVIORS - 1:
        problems.append(
            f"`{argument}` must have at most {MAX_BEHAVIORS - 1} patterns beside the default, "
            f"got: {len(patterns)}"
        )
        return problems
    known = [pattern for pattern in patterns if not is_unresolved(pattern)]
    for place, later in enumerate(known):
        earlier = next((first for first in known[:place] if covers(first, later)), None)
        if earlier is not None:
            problems.append(
                f"`{argument}` must have {later!r} before {earlier!r}, which matches all of its "
                "paths; the first pattern that matches counts"
            )
    return problems


def number_problems(origins: int, groups: int, argument: str) -> list[str]:
    """List whether a distribution has more origins or origin groups than CloudFront accepts.

    Args:
        origins: The number of origins.
        groups: The number of origin groups.
        argument: What has them.
    """
    return [
        f"`{argument}` must have at most {most} {noun}, got: {number}"
        for number, most, noun in (
            (origins, MAX_ORIGINS, "origins"),
            (groups, MAX_ORIGIN_GROUPS, "origin groups"),
        )
        if number > most
    ]
