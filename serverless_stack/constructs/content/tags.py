"""The cache tags of content, checked and in the form of the function's properties."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from serverless_stack._shared.cache_tags import (
    METADATA_KEY,
    header_value,
    tag_count_problems,
    tag_problems,
)
from serverless_stack._shared.content.rules import matches
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.content.distributions import AnyDistribution

_MAX_METADATA_BYTES = 2048  # "Working with object metadata": names and values together
_OTHER_METADATA_BYTES = 21  # the build of a page


def tag_lists(tags: Mapping[str, str | Sequence[str]]) -> dict[str, list[str]]:
    """Return the tags by pattern; a text is one tag."""
    return {
        pattern: [value] if isinstance(value, str) else list(value)
        for pattern, value in tags.items()
    }


def invalidated_tag_problems(tags: Sequence[str]) -> Iterator[str]:
    """Check the cache tags of an invalidation; tokens pass."""
    yield from tag_problems([tag for tag in tags if not is_unresolved(tag)], "tags")


def content_tag_problems(
    tags: Mapping[str, Sequence[str]], names: Collection[str], fronts: Sequence[AnyDistribution]
) -> Iterator[str]:
    """Check the cache tags of content.

    Args:
        tags: The tags by pattern.
        names: The names of the files.
        fronts: The distributions.
    """
    for pattern, values in tags.items():
        argument = f"tags[{pattern!r}]"
        if is_unresolved(pattern):
            yield "`tags` must have patterns that are known at synthesis, got: a token"
        elif not pattern or pattern.startswith("/"):
            yield f"`tags` must have globs on paths without a slash before them, got: {pattern!r}"
        if not values:
            yield f"`{argument}` must have at least one tag, got: none"
        yield from tag_problems([tag for tag in values if not is_unresolved(tag)], argument)
    yield from _combination_problems(tags, names)
    yield from distribution_tag_problems(fronts) if tags else ()


def distribution_tag_problems(fronts: Sequence[AnyDistribution]) -> Iterator[str]:
    """Check that distributions read cache tags, as far as is known."""
    cdns = [front for front in fronts if isinstance(front, Cdn)]
    without = ", ".join(path_of(cdn) for cdn in cdns if not cdn.cache_tags)
    if without:
        yield (
            "`tags` must go with distributions that read them, "
            f"got: {without} without `cache_tags=True`"
        )


def tag_properties(tags: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    """Return the property of the custom resource."""
    return [{"Pattern": pattern, "Tags": list(values)} for pattern, values in tags.items()]


def _combination_problems(
    tags: Mapping[str, Sequence[str]], names: Collection[str]
) -> Iterator[str]:
    """Check the tags of single files; those of files with the same patterns are the same."""
    seen: set[tuple[str, ...]] = set()
    for name in sorted(names) if tags else ():
        patterns = tuple(pattern for pattern in tags if matches(pattern, name))
        if patterns in seen:
            continue
        seen.add(patterns)
        together = [tag for pattern in patterns for tag in tags[pattern]]
        for message in tag_count_problems(together, "tags"):
            yield f"{message} for {name!r}"
        size = len(METADATA_KEY) + len(header_value(together)) + _OTHER_METADATA_BYTES
        if size > _MAX_METADATA_BYTES:
            yield (
                f"`tags` must have at most {_MAX_METADATA_BYTES - 30:,} characters for a file, "
                f"which S3 keeps in its metadata, got: {size - 30:,} for {name!r}"
            )
