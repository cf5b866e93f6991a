"""Rules of AWS Lambda, from "Lambda quotas" and "Working with Lambda environment variables"."""

import re
from collections.abc import Iterable

MEMORY_SIZE_MIB = (128, 10240)
TIMEOUT_SECONDS = (1, 900)
EPHEMERAL_STORAGE_MIB = (512, 10240)

_ENVIRONMENT_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")


def environment_name_problems(names: Iterable[str], argument: str = "environment") -> list[str]:
    """List the names of environment variables that Lambda refuses.

    Args:
        names: The names of the variables.
        argument: The caller's name for the mapping, used in the messages.

    Returns:
        One message per name that is refused.
    """
    return [
        f"`{argument}` names must begin with a letter and have two or more letters, digits "
        f"and underscores, got: {name!r}"
        for name in names
        if not _ENVIRONMENT_NAME.fullmatch(name)
    ]
