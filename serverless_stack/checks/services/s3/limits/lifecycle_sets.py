"""Limits of S3 on the lifecycle rules of a bucket together.

S3 takes overlapping rules and resolves their conflicts in silence: the sooner expiration and the
cheaper storage class win ("Examples of S3 Lifecycle configurations", overlapping filters). A rule
that never has an effect is therefore an error here.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.s3.limits.lifecycle import MAX_RULES, WATERFALL, Move

MAX_KEPT_VERSIONS = 100
"""``NewerNoncurrentVersions`` ("Lifecycle configuration elements")."""
SMALL_BYTES = 128 * 1024
"""Smaller objects are not moved, unless a filter by size selects them."""
_MAX_COMPARED = 100  # pairs of rules grow with the square


@dataclass(frozen=True)
class RuleShape:
    """A lifecycle rule: its objects, and what happens to them after how many days.

    Attributes:
        id: Its name in messages.
        prefix: The prefix of the keys.
        tags: The tags that its objects have.
        larger_than: The size that its objects exceed, in bytes.
        smaller_than: The size that its objects are below, in bytes.
        moves: The transitions.
        expires: The age at which objects are deleted.
        noncurrent_expires: The days after which noncurrent versions are deleted.
        kept_versions: The number of noncurrent versions that are kept.
        aborts: The age at which unfinished uploads are deleted.
    """

    id: str
    prefix: str = ""
    tags: frozenset[tuple[str, str]] = frozenset()
    larger_than: float = -1
    smaller_than: float = math.inf
    moves: tuple[Move, ...] = ()
    expires: float | None = None
    noncurrent_expires: float | None = None
    kept_versions: int = 0
    aborts: float | None = None

    def covers(self, other: "RuleShape") -> bool:
        """Return whether all objects of another rule are objects of this one, too."""
        return (
            other.prefix.startswith(self.prefix)
            and self.tags <= other.tags
            and self.larger_than <= other.larger_than
            and self.smaller_than >= other.smaller_than
        )


def rule_set_problems(rules: Sequence[RuleShape], argument: str = "lifecycle_rules") -> list[str]:
    """List the rules that other rules leave without an effect, and too many rules.

    Args:
        rules: The rules of a bucket.
        argument: The argument, as the caller wrote it.
    """
    problems = []
    if len(rules) > MAX_RULES:
        problems.append(f"`{argument}` must be {MAX_RULES:,} at most, got: {len(rules):,}")
    for rule in rules:
        problems += _same_day_problems(rule, argument)
        if not 0 <= rule.kept_versions <= MAX_KEPT_VERSIONS:
            problems.append(
                f"`{argument}` must keep between 1 and {MAX_KEPT_VERSIONS} noncurrent versions, "
                f"got: {rule.kept_versions} in {rule.id!r}"
            )
    compared = [rule for rule in rules if not is_unresolved(rule.prefix)][:_MAX_COMPARED]
    for one, other in combinations(compared, 2):
        if one.covers(other) and other.covers(one):
            problems += _twin_problems(one, other, argument)
    for broad, narrow in permutations(compared, 2):
        if broad.covers(narrow):
            problems += _effect_problems(broad, narrow, argument)
    return problems


def _same_day_problems(rule: RuleShape, argument: str) -> Iterator[str]:
    for one, other in combinations(rule.moves, 2):
        if one.days == other.days and one.storage_class != other.storage_class:
            yield (
                f"`{argument}` must have one transition on a day, got: {one.storage_class} and "
                f"{other.storage_class} after {one.days:g} days in {rule.id!r}"
            )


def _twin_problems(one: RuleShape, other: RuleShape, argument: str) -> Iterator[str]:
    """List what two rules for the same objects both say."""
    for name, field in (("expiration", "expires"), ("expiration of versions", _NONCURRENT)):
        values = getattr(one, field), getattr(other, field)
        if None not in values:
            yield (
                f"`{argument}` must have one {name} for the same objects, got: "
                f"{values[0]:g} days in {one.id!r} and {values[1]:g} days in {other.id!r}"
            )


_NONCURRENT = "noncurrent_expires"


def _effect_problems(broad: RuleShape, narrow: RuleShape, argument: str) -> Iterator[str]:
    """List what a rule says in vain, because a rule for more objects comes first."""
    is_twin = narrow.covers(broad)
    lost = f"`{argument}` must have an effect, got: "
    if _is_sooner(broad.expires, narrow.expires) and not is_twin:
        yield (
            f"{lost}{narrow.id!r} deletes objects after {narrow.expires:g} days, which "
            f"{broad.id!r} deletes after {broad.expires:g} days"
        )
    for move in narrow.moves:
        if broad.expires is not None and not _is_sooner(move.days, broad.expires):
            yield (
                f"{lost}{narrow.id!r} moves objects to {move.storage_class} after {move.days:g} "
                f"days, which {broad.id!r} deletes after {broad.expires:g} days"
            )
        yield from _move_problems(broad, narrow, move, lost, is_twin=is_twin)
    if (
        not is_twin
        and broad.kept_versions <= narrow.kept_versions
        and _is_sooner(broad.noncurrent_expires, narrow.noncurrent_expires)
    ):
        yield (
            f"{lost}{narrow.id!r} keeps versions for {narrow.noncurrent_expires:g} days, which "
            f"{broad.id!r} deletes after {broad.noncurrent_expires:g} days"
        )
    if _is_sooner(broad.aborts, narrow.aborts):
        yield (
            f"{lost}{narrow.id!r} deletes unfinished uploads after {narrow.aborts:g} days, which "
            f"{broad.id!r} deletes after {broad.aborts:g} days"
        )


def _move_problems(
    broad: RuleShape, narrow: RuleShape, move: Move, lost: str, *, is_twin: bool
) -> Iterator[str]:
    for other in broad.moves:
        if other.storage_class not in WATERFALL or move.storage_class not in WATERFALL:
            continue
        if other.days == move.days and other.storage_class != move.storage_class:
            if not is_twin or narrow.id < broad.id:  # of two twins, one tells it
                yield (
                    f"{lost}two transitions after {move.days:g} days, to {move.storage_class} in "
                    f"{narrow.id!r} and to {other.storage_class} in {broad.id!r}"
                )
        elif _is_sooner(other.days, move.days) and WATERFALL.index(
            other.storage_class
        ) >= WATERFALL.index(move.storage_class):
            yield (
                f"{lost}{narrow.id!r} moves objects to {move.storage_class} after {move.days:g} "
                f"days, which {broad.id!r} moves to {other.storage_class} after {other.days:g} days"
            )


def _is_sooner(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one < other
