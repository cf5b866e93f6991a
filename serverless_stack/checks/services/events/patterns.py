"""The shape of event patterns of rules and filters ("Amazon EventBridge event patterns")."""

from collections.abc import Mapping, Sequence

from serverless_stack.checks.engine.problems import is_unresolved


def pattern_problems(pattern: object, argument: str) -> list[str]:
    """List the values of a pattern that are no lists. Operators are left to AWS, which adds some.

    Args:
        pattern: The pattern, or a part of one.
        argument: The argument, as the caller wrote it.
    """
    if isinstance(pattern, Mapping):
        problems = [] if pattern else [f"`{argument}` must have a key or more, got: {{}}"]
        for key, value in pattern.items():
            path = f"{argument}.{key}"
            if key == "$or" and isinstance(value, Sequence) and not isinstance(value, str):
                for number, item in enumerate(value):
                    problems += pattern_problems(item, f"{path}[{number}]")
            else:
                problems += pattern_problems(value, path)
        return problems
    if is_unresolved(pattern):
        return []
    if not isinstance(pattern, Sequence) or isinstance(pattern, str | bytes):
        return [
            f"`{argument}` must be a list of values, got: {pattern!r} "
            f"(nearest accepted: [{pattern!r}])"
        ]
    return [] if pattern else [f"`{argument}` must be a list of one value or more, got: []"]
