"""Limits of S3 on lifecycle rules, from "Lifecycle configuration elements"."""

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from serverless_stack.checks.engine.problems import is_unresolved, repeated

MAX_RULE_ID = 255
MAX_RULES = 1000
_DAYS_BEFORE_INFREQUENT_ACCESS = 30
_INFREQUENT_ACCESS = ("STANDARD_IA", "ONEZONE_IA")
# "Transitioning objects using Amazon S3 Lifecycle": objects only move to the right.
WATERFALL = (
    *("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA"),
    *("GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"),
)
_GLACIERS = WATERFALL[3:]
_MAX_COMPARED = 50  # pairs of transitions grow with the square; S3 has six storage classes


class Move(NamedTuple):
    """One transition: storage class, age in days, and name in messages."""

    storage_class: str
    days: float
    argument: str = ""

    @property
    def name(self) -> str:
        """Its name in messages."""
        return self.argument or f"transitions.{self.storage_class}"


def day_problems(days: float | None, argument: str, at_least: int = 1) -> list[str]:
    """List what S3 refuses in one age of a lifecycle rule; None is no age."""
    if days is None or is_unresolved(days) or (days >= at_least and days == int(days)):
        return []
    nearest = max(at_least, round(days))
    return [
        f"`{argument}` must be whole days, {at_least} or more, got: {days:g} days "
        f"(nearest accepted: {nearest} days)"
    ]


def transition_problems(transitions: Iterable[tuple[str, float] | Move]) -> list[str]:
    """List what S3 refuses in the transitions of one lifecycle rule: storage classes and ages."""
    moves = [move for move in itertools.starmap(Move, transitions) if not is_unresolved(move.days)]
    problems = []
    for move in moves:
        problems += day_problems(move.days, move.name, at_least=0)
        soonest = _DAYS_BEFORE_INFREQUENT_ACCESS
        if move.storage_class in _INFREQUENT_ACCESS and move.days < soonest:
            problems.append(
                f"`{move.name}` must be after {soonest} days or more, got: {move.days:g} days "
                f"(nearest accepted: {soonest} days)"
            )
    known = [move for move in moves if move.storage_class in WATERFALL][:_MAX_COMPARED]
    for one, other in itertools.combinations(sorted(known, key=lambda move: move.days), 2):
        problems += _order_problems(one, other)
    return problems


def _order_problems(earlier: Move, later: Move) -> list[str]:
    if earlier.storage_class == later.storage_class:
        return [
            f"`{later.name}` must be to a different storage class than the other transitions, "
            f"got again: {later.storage_class}"
        ]
    apart = later.days - earlier.days
    backwards = WATERFALL.index(earlier.storage_class) > WATERFALL.index(later.storage_class)
    if backwards and apart > 0:
        return [
            f"`{earlier.name}` must not come before {later.storage_class}, to which objects "
            f"cannot move from {earlier.storage_class}, got: {earlier.days:g} days, before "
            f"{later.days:g} days"
        ]
    soonest = earlier.days + _DAYS_BEFORE_INFREQUENT_ACCESS
    from_infrequent = earlier.storage_class in _INFREQUENT_ACCESS
    if from_infrequent and later.storage_class in _GLACIERS and later.days < soonest:
        return [
            f"`{later.name}` must be {_DAYS_BEFORE_INFREQUENT_ACCESS} days or more after the "
            f"transition to {earlier.storage_class} after {earlier.days:g} days, "
            f"got: {later.days:g} days (nearest accepted: {soonest:g} days)"
        ]
    return []


def expiry_problems(
    transitions: Iterable[tuple[str, float] | Move], expire_after_days: float, argument: str
) -> list[str]:
    """List the transitions that are not before the expiration of the objects."""
    return [
        f"`{argument}` must be later than the transition to {move.storage_class} "
        f"after {move.days:g} days, got: {expire_after_days:g} days "
        f"(nearest accepted: {int(move.days) + 1} days)"
        for move in itertools.starmap(Move, transitions)
        if not is_unresolved(move.days)
        and not is_unresolved(expire_after_days)
        and expire_after_days <= move.days
    ]


def lifecycle_problems(
    transitions: Iterable[tuple[str, float] | Move],
    expire_after_days: float | None,
    argument: str = "expire_after",
) -> list[str]:
    """List what S3 refuses in the transitions and the expiration of one lifecycle rule."""
    moves = list(transitions)
    problems = [*day_problems(expire_after_days, argument), *transition_problems(moves)]
    if expire_after_days is not None:
        problems += expiry_problems(moves, expire_after_days, argument)
    return problems


def rule_id_problems(ids: Sequence[str], argument: str) -> list[str]:
    """List what S3 refuses in the ids of a bucket's lifecycle rules."""
    known = [id for id in ids if not is_unresolved(id)]
    problems = [
        f"`{argument}` must have at most {MAX_RULE_ID} characters, got: {len(id)}"
        for id in known
        if len(id) > MAX_RULE_ID
    ]
    return problems + [
        f"`{argument}` must be unique, got more than once: {id!r}" for id in sorted(repeated(ids))
    ]


def size_filter_problems(
    greater_than: float | None, less_than: float | None, argument: str
) -> list[str]:
    """List a size filter that no object can match."""
    if greater_than is None or less_than is None or greater_than < less_than:
        return []
    if is_unresolved(greater_than) or is_unresolved(less_than):
        return []
    return [
        f"`{argument}` must be less than the size that objects are below, {less_than:.15g} bytes, "
        f"got: {greater_than:.15g} (nearest accepted: {less_than - 1:.15g})"
    ]


def multipart_filter_problems(*, tags: bool, sizes: bool, argument: str) -> list[str]:
    """List the filters by which S3 refuses to abort uploads, which have no tags or size yet."""
    filters = [name for name, given in (("tags", tags), ("sizes of objects", sizes)) if given]
    if not filters:
        return []
    return [
        f"`{argument}` must be in a rule without a filter by {' and '.join(filters)}, "
        "got: one with it"
    ]
