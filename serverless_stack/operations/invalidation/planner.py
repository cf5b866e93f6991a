"""Planning an invalidation: the fewest paths that drop what changed. Pure: no AWS, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from serverless_stack.operations.invalidation.knapsack import best_cover, fewest_paths
from serverless_stack.operations.invalidation.paths import batches_of, normalized_tags
from serverless_stack.operations.invalidation.trie import Trie
from serverless_stack.operations.invalidation.urls import ExcludedPaths, Urls

DEFAULT_MAX_PATHS = 30


@dataclass(frozen=True)
class InvalidationPlan:
    """The paths and cache tags to invalidate.

    Attributes:
        paths: The paths, sorted and encoded for CloudFront.
        collateral: How many URLs of unchanged objects they drop as well.
        tags: The cache tags, sorted.
    """

    paths: tuple[str, ...]
    collateral: int
    tags: tuple[str, ...] = ()

    @property
    def cost(self) -> int:
        """The number of paths that AWS bills. A wildcard is one path, and so is a tag."""
        return len(self.paths) + len(self.tags)

    def batches(self) -> tuple[tuple[str, ...], ...]:
        """Return the paths and tags in batches that fit into CloudFront's quotas."""
        return batches_of(self.paths, self.tags)


def plan(
    changed_keys: Iterable[str],
    all_keys: Iterable[str],
    *,
    max_paths: int = DEFAULT_MAX_PATHS,
    index_document: str = "index.html",
    path_prefix: str = "",
    query_strings: bool = False,
    exclude_paths: Sequence[str] = (),
    tags: Iterable[str] = (),
) -> InvalidationPlan:
    """Return the fewest paths that drop every URL under which a changed object may be cached.

    Within `max_paths`, nothing else is dropped. If more paths were needed, they are merged into
    wildcards that drop the fewest unchanged URLs. ``/*`` is the last resort, because it drops
    objects that the plan does not know as well.

    Args:
        changed_keys: The objects that were changed or removed.
        all_keys: All objects that may be cached.
        max_paths: How many paths may be billed, 1 or more. Tags count; at least one path is left
            for the changed keys.
        index_document: The file that is served for its folder: ``a/index.html`` is cached as
            ``/a/index.html``, ``/a/`` and ``/a``, that of the root as ``/index.html`` and ``/``.
        path_prefix: What precedes a key in its URL, such as ``/docs``.
        query_strings: Whether the cache distinguishes query strings, so that every variant of a
            changed URL has to be dropped.
        exclude_paths: Path patterns that another origin serves, such as ``/api/*``. No planned
            path drops a URL that matches one of them, even if that takes more than `max_paths`.
        tags: Cache tags to invalidate as well.

    Returns:
        The plan. The same arguments return the same plan, in whatever order the keys are.

    Raises:
        ValueError: If an argument is out of range.
    """
    _check(max_paths, index_document, exclude_paths)
    sent_tags = normalized_tags(_list_of(tags, "tags"))
    max_paths = max(1, max_paths - len(sent_tags))
    excluded = ExcludedPaths(exclude_paths) if exclude_paths else None
    urls = Urls.of(
        _list_of(changed_keys, "changed_keys"),
        _list_of(all_keys, "all_keys"),
        base=f"{path_prefix.strip('/')}/".lstrip("/"),
        index_document=index_document,
        excluded=excluded,
        query_strings=query_strings,
    )
    if not urls.changed:
        return InvalidationPlan((), 0, sent_tags)

    def allowed(prefix: str) -> bool:
        return prefix != "" and (excluded is None or not excluded.overlaps(prefix))

    weights = urls.weights()
    trie = Trie(urls.texts, [text in urls.changed for text in urls.texts], weights, allowed)
    fewest = fewest_paths(trie)
    if fewest > max_paths and excluded is None:
        return InvalidationPlan(("/*",), sum(weights), sent_tags)
    leaves, nodes = best_cover(trie, max(fewest, max_paths))
    paths = [urls.path(*trie.leaf(leaf)) for leaf in leaves]
    paths += [urls.path(trie.prefixes[node], True) for node in nodes]
    collateral = sum(trie.collateral[node] or 0 for node in nodes)
    return InvalidationPlan(tuple(sorted(paths)), collateral, sent_tags)


def _check(max_paths: int, index_document: str, exclude_paths: Sequence[str]) -> None:
    if max_paths < 1:
        raise ValueError(f"`max_paths` must be 1 or more, got: {max_paths}")
    if not index_document or "/" in index_document:
        raise ValueError(
            f"`index_document` must be a file name without a slash, got: {index_document!r}"
        )
    if isinstance(exclude_paths, str):
        raise ValueError(f"`exclude_paths` must be a list of patterns, got: {exclude_paths!r}")
    for pattern in exclude_paths:
        if pattern in ("", "*", "/*"):
            raise ValueError(
                f"`exclude_paths` must leave some paths to invalidate, got: {pattern!r}"
            )


def _list_of(keys: Iterable[str], argument: str) -> list[str]:
    if isinstance(keys, str):
        raise ValueError(f"`{argument}` must be a list of keys, got: {keys!r}")
    listed = list(keys)
    if not all(listed):
        raise ValueError(f"`{argument}` must be keys of at least one character, got: ''")
    return listed
