"""From needs to a cache: score every option, and tell what no option can do."""

from collections.abc import Iterable
from itertools import combinations

from serverless_stack.operations.advice.calls import call_of
from serverless_stack.operations.advice.facts import NEEDS, OPTIONS, fact
from serverless_stack.operations.advice.values import (
    Advice,
    Alternative,
    Conflict,
    Fit,
    Need,
    Option,
    Reason,
)


def advise(*, needs: Iterable[str]) -> Advice:
    """Choose a cache: Redis or Memcached, serverless, on nodes or in cluster mode.

    The option is taken that leaves the fewest essential needs unmet, then the fewest of them met
    only in part, then the same of the other needs. Of equals, the first of ``OPTIONS`` is taken.

    Args:
        needs: Names of ``NEEDS``, one or more; their order does not matter.

    Returns:
        The cache to take, the reasons, what it lacks, and what speaks against the others.

    Raises:
        ValueError: If no need is stated, or one that is not known.
    """
    stated = _known(needs)
    best, *others = sorted(OPTIONS, key=lambda option: _lacks(option, stated))
    reasons = [_reason(need, best) for need in stated]
    return Advice(
        needs=tuple(need.name for need in stated),
        option=best,
        call=call_of(best, {need.name for need in stated}),
        reasons=tuple(reason for reason in reasons if reason.fit is Fit.YES),
        shortfalls=tuple(reason for reason in reasons if reason.fit is not Fit.YES),
        conflicts=tuple(_conflicts(stated, best)),
        alternatives=tuple(Alternative(each, _against(each, stated)) for each in others),
    )


def _known(needs: Iterable[str]) -> list[Need]:
    given = [needs] if isinstance(needs, str) else list(needs)
    # As they are written in a sentence, too: `pub/sub`, `data types`.
    names = [name.replace("/", "-").replace(" ", "-") for name in given]
    known = {need.name: need for need in NEEDS}
    unknown = sorted(
        {repr(name) for name, plain in zip(given, names, strict=True) if plain not in known}
    )
    if unknown or not names or isinstance(needs, str):
        got = ", ".join(unknown) or (f"the text {needs!r}" if names else "none")
        raise ValueError(f"`needs` must be a list of one or more of {', '.join(known)}, got: {got}")
    return [need for need in NEEDS if need.name in names]


def _lacks(option: Option, stated: list[Need]) -> tuple[int, ...]:
    """How much is missing, the worst first; the smaller the better."""
    missing = [(need.essential, fact(need, option).fit) for need in stated]
    worst_first = [(True, Fit.NO), (True, Fit.PARTLY), (False, Fit.NO), (False, Fit.PARTLY)]
    return tuple(missing.count(kind) for kind in worst_first)


def _reason(need: Need, option: Option) -> Reason:
    found = fact(need, option)
    return Reason(need.name, found.fit, found.text, found.page)


def _against(option: Option, stated: list[Need]) -> tuple[Reason, ...]:
    reasons = [_reason(need, option) for need in stated]
    return tuple(reason for reason in reasons if reason.fit is not Fit.YES)


def _meeting(needs: Iterable[Need]) -> list[Option]:
    wanted = list(needs)
    return [each for each in OPTIONS if all(fact(need, each).fit is Fit.YES for need in wanted)]


def _conflicts(stated: list[Need], best: Option) -> list[Conflict]:
    """The smallest sets of needs that no option meets."""
    found: list[tuple[Need, ...]] = []
    for size in range(2, len(stated) + 1):
        for together in combinations(stated, size):
            if not _meeting(together) and not any(set(less) <= set(together) for less in found):
                found.append(together)
    return [
        Conflict(tuple(need.name for need in together), _explained(together, best))
        for together in found
    ]


def _explained(together: tuple[Need, ...], best: Option) -> str:
    wanted = [f"{need.name} needs {_named(_meeting([need]))}" for need in together]
    kept = []
    for fit, verb in {Fit.YES: "meets", Fit.PARTLY: "partly meets", Fit.NO: "gives up"}.items():
        names = [need.name for need in together if fact(need, best).fit is fit]
        if names:
            kept.append(f"{verb} {_listed(names, 'and')}")
    return f"{'; '.join(wanted)}. {best.title[0].upper()}{best.title[1:]} {_listed(kept, 'and')}."


def _named(options: list[Option]) -> str:
    """The options in words; all of an engine are "any" of it."""
    names = []
    for engine in ("Redis", "Memcached"):
        own = [each for each in OPTIONS if each.engine == engine.lower()]
        found = [each for each in own if each in options]
        names += [f"any {engine}"] if found == own else [each.title for each in found]
    return _listed(names, "or")


def _listed(words: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))
