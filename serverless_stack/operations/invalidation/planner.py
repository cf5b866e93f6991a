"""Planning an invalidation: the fewest paths that drop what changed. Pure: no AWS, no clock."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress, islice

from serverless_stack.operations.invalidation._cover import Cover
from serverless_stack.operations.invalidation._merge import merged
from serverless_stack.operations.invalidation._sides import Sides
from serverless_stack.operations.invalidation._urls import QUERY, Protected, encoded

# "Quotas on invalidations": what may be in progress for one distribution.
MAX_PATHS = 3000
MAX_WILDCARDS = 15
DEFAULT_BUDGET = 30


@dataclass(frozen=True)
class InvalidationPlan:
    """What to invalidate.

    Attributes:
        paths: The paths, sorted, as CloudFront wants them.
        collateral: How many URLs of unchanged objects they drop from the cache as well.
    """

    paths: tuple[str, ...]
    collateral: int

    @property
    def cost(self) -> int:
        """The paths that AWS bills; a wildcard is one."""
        return len(self.paths)

    def batches(self) -> tuple[tuple[str, ...], ...]:
        """The paths in parts, of which each fits into CloudFront's quotas."""
        return batches_of(self.paths)


def plan(
    changed_keys: Iterable[str],
    all_keys: Iterable[str],
    *,
    budget: int = DEFAULT_BUDGET,
    index_document: str = "index.html",
    path_prefix: str = "",
    query_strings: bool = False,
    protected: Sequence[str] = (),
) -> InvalidationPlan:
    """Find the fewest paths that drop every URL under which a changed object can be cached.

    Nothing else is dropped as long as the budget allows; beyond it, paths are merged into
    wildcards that drop the fewest unchanged URLs. ``/*`` is the last resort, when nothing else
    fits the budget, because it drops what the plan does not know of as well.

    Args:
        changed_keys: The objects that were changed or removed.
        all_keys: All objects that can be cached, so that the plan knows what a wildcard drops.
        budget: How many paths may be billed, 1 or more.
        index_document: The file that is given for its folder: ``a/index.html`` is cached as
            ``/a/index.html``, ``/a/`` and ``/a``, that of the root as ``/``.
        path_prefix: What viewers see before a key, such as ``/docs``.
        query_strings: Whether the cache tells query strings apart, so that each variant of a
            changed URL has to be dropped.
        protected: Path patterns that another origin serves, such as ``/api/*``. No path that is
            planned can drop one of them, even if that exceeds the budget.

    Returns:
        The paths, what they cost and what they drop besides.

    Raises:
        ValueError: If an argument is out of range.
    """
    _check(budget, index_document, protected)
    base = f"{path_prefix.strip('/')}/".lstrip("/")
    guard = Protected(protected) if protected else None
    changed, everything = _keys(changed_keys), _keys(all_keys)
    objects = Sides.of(everything, set(changed)).behind(base)

    def forbidden(prefix: str) -> bool:
        return prefix == "" or (guard is not None and guard.meets(prefix))

    begins = guard.begins if guard else ()
    sides = objects.with_folders(index_document, beside=begins)
    if guard is not None:
        sides = sides.without(begins, guard.takes)
    if 1 not in sides.needed:
        return InvalidationPlan((), 0)
    apart = _apart(sides, begins, forbidden) if query_strings else []
    sides = sides.with_more([text + QUERY for text in apart], bytes([1]) * len(apart))
    cover = Cover(sides, index_document, forbidden, query_strings=query_strings)
    # No path takes more than one run.
    found = cover.exact(budget) if sides.runs() <= budget else None
    if found is None:
        found = merged(cover, budget)
        if found is None and (guard is None or not guard.meets("")):
            return InvalidationPlan(("/*",), cover.collateral(""))
        found = found or merged(cover, None) or []
    paths, collateral, texts = [], 0, {text for text, _ in found}
    for text, single in found:
        # A single URL with its query strings is a wildcard unless these are taken by another path.
        star = "" if single and (not query_strings or text + QUERY in texts) else "*"
        paths.append(f"/{encoded(text)}{star}")
        collateral += 0 if single else cover.collateral(text)
    return InvalidationPlan(tuple(sorted(paths)), collateral)


def _apart(sides: Sides, begins: tuple[str, ...], forbidden: Callable[[str], bool]) -> list[str]:
    """What is needed and has to be apart from its query strings, which take another path."""
    needed, following = sides.needed, chain(islice(sides.texts, 1, None), [""])
    wanted = list(compress(sides.texts, needed))
    marks = bytearray(map(str.startswith, compress(following, needed), wanted))
    for at in compress(range(len(wanted)), compress(sides.beside(begins), needed)):
        marks[at] |= forbidden(wanted[at])
    return list(compress(wanted, marks))


def batches_of(paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Part paths so that each part fits into CloudFront's quotas.

    Args:
        paths: The paths.

    Returns:
        Parts of up to 3,000 single paths and 15 wildcards.
    """
    wildcards = [path for path in paths if path.endswith("*")]
    singles = [path for path in paths if not path.endswith("*")]
    parts = max(-(-len(wildcards) // MAX_WILDCARDS), -(-len(singles) // MAX_PATHS))
    return tuple(
        (
            *singles[number * MAX_PATHS : (number + 1) * MAX_PATHS],
            *wildcards[number * MAX_WILDCARDS : (number + 1) * MAX_WILDCARDS],
        )
        for number in range(parts)
    )


def _check(budget: int, index_document: str, protected: Sequence[str]) -> None:
    if budget < 1:
        raise ValueError(f"`budget` must be 1 path or more, got: {budget}")
    if not index_document or "/" in index_document:
        raise ValueError(
            f"`index_document` must be a file name without a slash, got: {index_document!r}"
        )
    for pattern in protected:
        if pattern in ("", "*", "/*"):
            raise ValueError(f"`protected` must leave some paths to invalidate, got: {pattern!r}")


def _keys(keys: Iterable[str]) -> list[str]:
    if isinstance(keys, str):  # which is an iterable of texts, too
        raise ValueError(f"keys must be several texts, got one: {keys!r}")
    listed = list(keys)
    if not all(listed):
        raise ValueError("keys must have a character at least, got: ''")
    return listed
