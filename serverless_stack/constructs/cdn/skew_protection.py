"""Skew protection: a visitor keeps the pages of the build that he began with (ADR 0014).

The first page sets a cookie that names its build. While it is valid, the function of the viewer's
requests takes pages from the folder of that build.
"""

from collections.abc import Sequence

from serverless_stack._shared import contract
from serverless_stack.constructs.cdn.functions.snippet import Snippet, Stage, packaged


def skew_protection_snippets(base: str, root: str, seconds: int) -> Sequence[Snippet]:
    """Return the JavaScript of both events of a viewer.

    Args:
        base: The path at which the site begins: empty, or ``/docs``.
        root: The object served at ``/``.
        seconds: How long a visitor keeps his build.
    """
    parameters = {"cookie": contract.BUILD_COOKIE, "base": base, "seconds": seconds}
    return [
        packaged(
            "build_request",
            Stage.RELEASE,
            {**parameters, "root": root, "folder": f"/{contract.BUILDS_PREFIX}"},
            library="pinned_build",
        ),
        packaged(
            "build_response",
            Stage.RELEASE,
            {**parameters, "header": f"x-amz-meta-{contract.BUILD_METADATA_KEY}"},
            event="viewer-response",
            library="pinned_build",
        ),
    ]
