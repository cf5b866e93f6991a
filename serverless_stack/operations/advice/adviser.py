"""From needs to a cache, with the reasons, the conflicts and the code."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

from serverless_stack.operations.advice.table import NEEDS, OPTIONS, Fact, Fit, Need, Option, fact

_WIDTH = 78  # of the code, which the command line indents by two


@dataclass(frozen=True)
class Conflict:
    """Needs that no cache meets together, although one meets any smaller set of them.

    Attributes:
        needs: The needs, two or more.
        text: What meets each of them, and which of them the recommended cache meets.
    """

    needs: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Alternative:
    """An option that is not recommended.

    Attributes:
        option: The option.
        against: The needs that it does not meet, or only in part. Empty if it meets them all.
    """

    option: Option
    against: tuple[Fact, ...]


@dataclass(frozen=True)
class Advice:
    """A recommended cache.

    Attributes:
        needs: The needs, in the order of ``NEEDS``, each once.
        option: The recommended cache.
        call: The code that creates it, for use in a stack or construct.
        reasons: The needs that it meets.
        shortfalls: The needs that it does not meet, or only in part. Empty if it meets them all.
        conflicts: Why there are shortfalls.
        alternatives: The other options, the best first.
    """

    needs: tuple[str, ...]
    option: Option
    call: str
    reasons: tuple[Fact, ...]
    shortfalls: tuple[Fact, ...]
    conflicts: tuple[Conflict, ...]
    alternatives: tuple[Alternative, ...]


def advise(*, needs: Iterable[str]) -> Advice:
    """Recommend a cache: Redis or Memcached, serverless, on nodes or in cluster mode.

    The recommended option leaves the fewest essential needs unmet, then the fewest of them partly
    met, then the same for the other needs. Ties go to the first of ``OPTIONS``.

    Args:
        needs: One or more names of ``NEEDS``, in any order.

    Raises:
        ValueError: No need is given, or an unknown one.
    """
    stated = _stated(needs)
    best, *others = sorted(OPTIONS, key=lambda option: _shortfall_counts(option, stated))
    return Advice(
        needs=tuple(need.name for need in stated),
        option=best,
        call=call_of(best, {need.name for need in stated}),
        reasons=tuple(fact(need, best) for need in stated if _meets(best, [need])),
        shortfalls=_shortfalls(best, stated),
        conflicts=tuple(_conflicts(stated, best)),
        alternatives=tuple(Alternative(option, _shortfalls(option, stated)) for option in others),
    )


def call_of(option: Option, needs: Collection[str]) -> str:
    """Return the code that creates a cache where ``self`` is a stack or construct.

    Args:
        option: The cache.
        needs: Names of the needs. The code spells out what they ask for, even if the construct does
            it by default.
    """
    arguments = ["self", '"Cache"']
    replicated = "replication" in needs
    if option.deployment == "serverless":
        engine = "VALKEY_8" if option.engine == "redis" else "MEMCACHED_1_6"
        arguments.append(f"engine=ServerlessEngine.{engine}")
    elif option.engine == "memcached":
        arguments.append("num_cache_nodes=2")
    else:
        arguments.append("engine=RedisEngine.VALKEY_8_1")
        if option.deployment == "cluster mode":
            shards = "2, replicas=1" if replicated else "2"
            arguments.append(f"topology=RedisTopology.sharded({shards})")
        elif replicated:
            arguments.append("topology=RedisTopology.replicated(1)")
    if "persistence" in needs and option.construct != "MemcachedCache":
        arguments.append("backup=Backup(retention=cdk.Duration.days(7))")
    line = f"{option.construct}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return line
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return f"{option.construct}(\n{lines})"


def _stated(needs: Iterable[str]) -> list[Need]:
    given = [needs] if isinstance(needs, str) else list(needs)
    # Accept the spelling of a sentence: `pub/sub`, `data types`.
    names = {name: name.replace("/", "-").replace(" ", "-") for name in given}
    known = [need.name for need in NEEDS]
    unknown = sorted(repr(name) for name, plain in names.items() if plain not in known)
    if unknown or not names or isinstance(needs, str):
        got = ", ".join(unknown) or (f"the text {needs!r}" if names else "none")
        raise ValueError(f"`needs` must be a list of one or more of {', '.join(known)}, got: {got}")
    return [need for need in NEEDS if need.name in names.values()]


def _meets(option: Option, needs: Iterable[Need]) -> bool:
    return all(fact(need, option).fit is Fit.YES for need in needs)


def _shortfalls(option: Option, needs: Iterable[Need]) -> tuple[Fact, ...]:
    return tuple(fact(need, option) for need in needs if not _meets(option, [need]))


def _shortfall_counts(option: Option, needs: Iterable[Need]) -> list[int]:
    """Return how many needs an option misses, by severity, worst first."""
    fits = [(need.essential, fact(need, option).fit) for need in needs]
    severities = [(True, Fit.NO), (True, Fit.PARTLY), (False, Fit.NO), (False, Fit.PARTLY)]
    return [fits.count(severity) for severity in severities]


def _conflicts(needs: list[Need], best: Option) -> list[Conflict]:
    """Find the smallest sets of needs that no option meets."""
    found: list[tuple[Need, ...]] = []
    for size in range(2, len(needs) + 1):
        for group in combinations(needs, size):
            met = any(_meets(option, group) for option in OPTIONS)
            if not met and not any(set(smaller) <= set(group) for smaller in found):
                found.append(group)
    return [Conflict(tuple(n.name for n in group), _explanation(group, best)) for group in found]


def _explanation(group: tuple[Need, ...], best: Option) -> str:
    demands = [f"{need.name} needs {_options_meeting(need)}" for need in group]
    outcomes = []
    for fit, verb in {Fit.YES: "meets", Fit.PARTLY: "partly meets", Fit.NO: "gives up"}.items():
        names = [need.name for need in group if fact(need, best).fit is fit]
        if names:
            outcomes.append(f"{verb} {_joined(names, 'and')}")
    title = f"{best.title[0].upper()}{best.title[1:]}"
    return f"{'; '.join(demands)}. {title} {_joined(outcomes, 'and')}."


def _options_meeting(need: Need) -> str:
    """Return the options in words; all of one engine are "any" of it."""
    names = []
    for engine in ("Redis", "Memcached"):
        every = [option for option in OPTIONS if option.engine == engine.lower()]
        meeting = [option.title for option in every if _meets(option, [need])]
        names += [f"any {engine}"] if len(meeting) == len(every) else meeting
    return _joined(names, "or")


def _joined(words: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))
