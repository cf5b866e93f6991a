"""Rules of Amazon API Gateway, from "Amazon API Gateway quotas" and its API reference."""

import math
import re

from serverless_stack.checks.problems import is_unresolved

# No upper bound: AWS raises an account's quota on request, and takes a limit above it.
RATE_PER_SECOND = (0, math.inf)
BURST = (0, math.inf)

_STAGE_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")


def stage_name_problems(stage_name: str, argument: str = "stage_name") -> list[str]:
    """List what API Gateway refuses in the name of a stage.

    Args:
        stage_name: The name; a CDK token passes.
        argument: The caller's name for it, used in the messages.

    Returns:
        One message if the name is refused, else none.
    """
    if is_unresolved(stage_name) or _STAGE_NAME.fullmatch(stage_name):
        return []
    return [
        f"`{argument}` must be 1 to 128 letters, digits, hyphens and underscores, "
        f"got: {stage_name!r}"
    ]
