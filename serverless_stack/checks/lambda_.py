"""Rules of AWS Lambda, from "Lambda quotas" and "Working with Lambda environment variables"."""

import re
from collections.abc import Iterable

MEMORY_SIZE_MIB = (128, 10240)
TIMEOUT_SECONDS = (1, 900)
EPHEMERAL_STORAGE_MIB = (512, 10240)

_ENVIRONMENT_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
# "Defined runtime environment variables"; names that begin with _ break the rule above already.
_RESERVED_ENVIRONMENT_NAMES = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)


def environment_name_problems(names: Iterable[str], argument: str = "environment") -> list[str]:
    """List the names of environment variables that Lambda refuses.

    Args:
        names: The names of the variables.
        argument: The caller's name for the mapping, used in the messages.

    Returns:
        One message per name that is refused.
    """
    problems = []
    for name in names:
        if not _ENVIRONMENT_NAME.fullmatch(name):
            problems.append(
                f"`{argument}` names must begin with a letter and have two or more letters, "
                f"digits and underscores, got: {name!r}"
            )
        elif name in _RESERVED_ENVIRONMENT_NAMES:
            problems.append(f"`{argument}` must not have a name that Lambda sets, got: {name!r}")
    return problems
