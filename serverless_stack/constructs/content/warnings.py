"""What a content deployment warns of at synthesis."""

from collections.abc import Collection, Iterable

from aws_cdk import Annotations
from constructs import Construct

from serverless_stack._shared.content.rules import matches
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs.content.source import Source

_MAX_LISTED = 5


def warn_of_unused_patterns(
    scope: Construct, argument: str, patterns: Iterable[str], names: Collection[str]
) -> None:
    """Warn of patterns that match no file.

    Args:
        scope: The construct of the deployment.
        argument: The argument with the patterns.
        patterns: The patterns.
        names: The names of the files.
    """
    for pattern in patterns:
        known = not is_unresolved(pattern)
        if known and not any(matches(pattern, name) for name in names):
            Annotations.of(scope).add_warning_v2(
                "serverless-stack:cache-rule",
                f"the pattern {pattern!r} of `{argument}` matches no file",
            )


def warn_of_files_left_out(scope: Construct, source: Source) -> None:
    """Warn of files of a source that are not published.

    Args:
        scope: The construct of the deployment.
        source: The source.
    """
    if not source.left_out:
        return
    listed = [f"{key} ({reason})" for key, reason in sorted(source.left_out.items())]
    more = f" and {len(listed) - _MAX_LISTED} more" if len(listed) > _MAX_LISTED else ""
    Annotations.of(scope).add_warning_v2(
        "serverless-stack:left-out",
        f"not published of {source.path}: {', '.join(listed[:_MAX_LISTED])}{more}; "
        "the argument `include` publishes such files, but special ones",
    )
