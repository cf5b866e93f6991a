"""Values of arguments as ElastiCache stores them."""

from serverless_stack.checks.engine.problems import is_unresolved


def stored_name(name: str | None) -> str | None:
    """Return the name of a cache as ElastiCache stores it, in lower case.

    Args:
        name: The name, or None. A CDK token stays as it is: lower case would break it.
    """
    return name if name is None or is_unresolved(name) else name.lower()
