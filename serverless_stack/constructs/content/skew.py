"""Skew protection of content, checked and added to the distributions."""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeGuard

from aws_cdk import Duration

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.cloudfront.limits.error_pages import matching_pattern
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.cdn.functions.snippet import Snippet
from serverless_stack.constructs.cdn.skew_protection import skew_protection_snippets
from serverless_stack.constructs.content.distributions import AnyDistribution, path_prefix

_MIN_SECONDS = 60
_MAX_SECONDS = 365 * 24 * 60 * 60  # browsers keep a cookie for 400 days at most


def skew_problems(
    duration: Duration,
    grace_period: Duration | None,
    prefix: str,
    names: Collection[str],
    fronts: Sequence[AnyDistribution],
) -> Iterator[str]:
    """Check the skew protection of content.

    Args:
        duration: How long a visitor keeps his build.
        grace_period: How long files stay that left the source.
        prefix: The prefix of the keys.
        names: The names of the files.
        fronts: The distributions.
    """
    argument = "skew_protection"
    if duration.is_unresolved():
        yield f"`{argument}` must be known at synthesis, got: a token"
        return
    problems = list(seconds_problems(argument, duration, _MIN_SECONDS, _MAX_SECONDS))
    yield from problems
    days = duration.to_days(integral=False)
    grace = grace_period.to_days(integral=False) if _is_known(grace_period) else days
    if days > grace:
        yield (
            f"`{argument}` must be at most the `grace_period` of {grace:.15g} days, after which "
            f"the pages of an earlier build are deleted, got: {days:.15g} days"
        )
    taken = sorted(name for name in names if name.startswith(contract.BUILDS_PREFIX))
    if taken:
        yield (
            f"`source` must have no files in {contract.BUILDS_PREFIX}, where `{argument}` keeps "
            f"the pages of builds, got: {taken[0]!r}"
        )
    others = [path_of(front) for front in fronts if not _serves_a_bucket(front)]
    if others or not fronts:
        yield (
            f"`{argument}` must go with `distributions` that are a `Cdn` with a bucket, "
            f"got: {', '.join(others) or 'none'}"
        )
    for front in fronts if not problems and not is_unresolved(prefix) else ():
        if isinstance(front, Cdn):
            yield from _pattern_problems(front, path_prefix(front, prefix), argument)
            snippets = _snippets(front, prefix, duration)
            yield from front.edge_logic.extension_problems(snippets, argument)
            for pattern in front.edge_logic.open_patterns:
                yield (
                    f"`{argument}` must go with behaviors that guard all pages, because the pages "
                    f"of builds are copies of guarded ones, got: {pattern!r} of "
                    f"{path_of(front)} without `auth`, `signed` and `edge`; narrow the pattern"
                )


def _pattern_problems(cdn: Cdn, base: str, argument: str) -> Iterator[str]:
    """List a behavior that serves all pages, and the folder of the builds past the default one."""
    page = f"{base}/{contract.BUILDS_PREFIX}0123456789abcdef/page.html"
    pattern = matching_pattern(page, [*cdn.edge_logic.patterns, "*"])
    if pattern != "*":
        yield (
            f"`{argument}` must have its pages in the default behavior of {path_of(cdn)}, got: "
            f"the behavior {pattern!r}, which takes the folder of the builds; name folders in its "
            "pattern"
        )


def protect_from_skew(fronts: Sequence[AnyDistribution], prefix: str, duration: Duration) -> None:
    """Add the JavaScript of skew protection to distributions.

    Args:
        fronts: The distributions.
        prefix: The prefix of the keys.
        duration: How long a visitor keeps his build.
    """
    for front in fronts:
        if isinstance(front, Cdn):
            front.edge_logic.extend(front.distribution, _snippets(front, prefix, duration))


def _is_known(duration: Duration | None) -> TypeGuard[Duration]:
    return duration is not None and not duration.is_unresolved()


def _serves_a_bucket(front: AnyDistribution) -> bool:
    return isinstance(front, Cdn) and front.default_root_object is not None


def _snippets(cdn: Cdn, prefix: str, duration: Duration) -> Sequence[Snippet]:
    return skew_protection_snippets(
        path_prefix(cdn, prefix), cdn.default_root_object or "", int(duration.to_seconds())
    )
