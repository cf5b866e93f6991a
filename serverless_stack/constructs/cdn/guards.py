"""Which behaviors decide who may see files, so that no other behavior serves those files.

CloudFront chooses the behavior by the path of the request, before a function rewrites it ("Cache
behavior settings"): without a guard, ``/members`` would be rewritten to ``/members/index.html`` by
the default behavior, past the ``auth`` of ``/members/*``.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.cloudfront.limits.error_pages import matching_pattern
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cdn.behaviors import Behavior
from serverless_stack.constructs.cdn.functions.snippet import Snippet, Stage, packaged
from serverless_stack.constructs.cdn.origins import Origin
from serverless_stack.constructs.cdn.redirects import may_match
from serverless_stack.constructs.cdn.resources import bucket_of

_DEFAULT = "*"  # the pattern of the default behavior


def guard_of(behavior: Behavior) -> tuple[object, ...]:
    """Return what decides who may see what a behavior serves; empty for everybody.

    Args:
        behavior: The behavior.
    """
    functions = [item for item in behavior.edge if item.event == "viewer-request"]
    return tuple(item for item in (behavior.auth, behavior.signed, *functions) if item is not None)


def guards_beside(
    pattern: str, routes: Mapping[str, Behavior], origin_of: Callable[[Behavior], Origin]
) -> list[tuple[str, bool]]:
    """Return the patterns that may match a rewritten path, and whether viewers have to go there.

    Args:
        pattern: The pattern of the behavior that rewrites.
        routes: All behaviors by pattern, in order.
        origin_of: Returns the origin of a behavior.
    """
    own = guard_of(routes[pattern])
    guards = [
        (
            other,
            guard_of(behavior) not in ((), own) and origin_of(behavior).leaf.kind == "bucket",
        )
        for other, behavior in routes.items()
        if other != _DEFAULT
    ]
    while guards and not guards[-1][1]:
        guards.pop()
    return guards


def encoding_guards(
    pattern: str, routes: Mapping[str, Behavior], origin_of: Callable[[Behavior], Origin]
) -> list[tuple[str, bool]]:
    """Return the guards of files in a bucket that a behavior serves as well; mostly none.

    Args:
        pattern: The pattern of the behavior.
        routes: All behaviors by pattern, in order.
        origin_of: Returns the origin of a behavior.
    """
    guards = guards_beside(pattern, routes, origin_of)
    own = _buckets(origin_of(routes[pattern]))
    guarded = [routes[other] for other, decides in guards if decides]
    return guards if any(_buckets(origin_of(behavior)) & own for behavior in guarded) else []


def encoding_snippet(guards: Sequence[tuple[str, bool]]) -> Snippet:
    """Return the JavaScript that refuses paths which only the bucket decodes to guarded ones.

    Args:
        guards: The patterns beside the behavior, and whether their behaviors decide.
    """
    return packaged(
        "encoded_paths",
        Stage.AUTH,
        {"guards": [list(guard) for guard in guards]},
        library=("is_guarded",),
    )


def _buckets(origin: Origin) -> set[str]:
    return {path_of(bucket_of(leaf)) for leaf in origin.leaves if leaf.kind == "bucket"}


def index_problems(index: str, guards: Sequence[tuple[str, bool]]) -> list[str]:
    """List whether everybody would get the page of a single-page application that is guarded.

    Args:
        index: The object that answers all paths.
        guards: The patterns beside the behavior that serves it.
    """
    if is_unresolved(index):
        return []
    known = dict(guard for guard in guards if not is_unresolved(guard[0]))
    pattern = matching_pattern(f"/{index}", list(known))
    if not known.get(pattern):
        return []
    return [
        f"`site` must have an index that everybody may see, got: {index!r}, which the behavior "
        f"{pattern!r} guards and the default behavior would serve without it; give `default` the "
        "same `auth`, `signed` or `edge`"
    ]


def open_patterns(
    routes: Mapping[str, Behavior], origin_of: Callable[[Behavior], Origin], folder: str
) -> list[str]:
    """Return the patterns by which everybody would see guarded pages in a folder of copies.

    The default behavior is none of them: its own function hides the folder.

    Args:
        routes: All behaviors by pattern, in order.
        origin_of: Returns the origin of a behavior.
        folder: The folder of copies of pages, such as ``/copies/``.
    """
    files = {
        pattern: behavior
        for pattern, behavior in routes.items()
        if any(leaf.kind == "bucket" for leaf in origin_of(behavior).leaves)
    }
    if not any(guard_of(behavior) for behavior in files.values()):
        return []
    return [
        pattern
        for pattern, behavior in files.items()
        if pattern != _DEFAULT
        and not guard_of(behavior)
        and may_match(f"{folder}*", pattern)
        and _may_be_page(pattern)
    ]


def _may_be_page(pattern: str) -> bool:
    end = re.split(r"[*?]", pattern)[-1]
    return any(page.endswith(end) or end.endswith(page) for page in (".html", ".htm"))
