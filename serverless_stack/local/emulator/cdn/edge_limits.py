"""Functions that CloudFront refuses as Lambda@Edge.

"Restrictions on Lambda@Edge", "Quotas on Lambda@Edge" and "Set up IAM permissions and roles".
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

VIEWER_MEMORY, VIEWER_SECONDS, ORIGIN_SECONDS = 128, 5, 30
PRINCIPALS = frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com"})


def edge_problem(
    function: Mapping[str, Any], event: str, principals: Collection[str]
) -> str | None:
    """Return why CloudFront refuses a function at an event, or None.

    Args:
        function: The configuration that Lambda returns for the version.
        event: The type of the event.
        principals: The services that may assume the function's role.
    """
    return next(_problems(function, event, principals), None)


def _problems(
    function: Mapping[str, Any], event: str, principals: Collection[str]
) -> Iterator[str]:
    arn = function.get("FunctionArn", "")
    memory, seconds = int(function.get("MemorySize", 128)), int(function.get("Timeout", 3))
    is_viewer = event.startswith("viewer-")
    if is_viewer and memory > VIEWER_MEMORY:
        yield (
            "The function has an invalid memory size that is larger than the maximum allowed size. "
            f"Max allowed size: {VIEWER_MEMORY} Actual: {memory} Function: {arn}"
        )
    most = VIEWER_SECONDS if is_viewer else ORIGIN_SECONDS
    if seconds > most:
        yield (
            "The function timeout is larger than the maximum allowed for functions that are "
            f"triggered by a CloudFront event: {seconds} Max allowed timeout: {most} "
            f"Function: {arn}"
        )
    if (function.get("Environment") or {}).get("Variables"):
        yield f"The function cannot have environment variables. Function: {arn}"
    if (function.get("VpcConfig") or {}).get("SubnetIds"):
        yield f"The function cannot be in a VPC. Function: {arn}"
    if function.get("Layers"):
        yield f"The function cannot have layers. Function: {arn}"
    if (function.get("DeadLetterConfig") or {}).get("TargetArn"):
        yield f"The function cannot have a dead letter queue. Function: {arn}"
    if "arm64" in (function.get("Architectures") or ()):
        yield f"The function must use the x86_64 architecture. Function: {arn}"
    if not str(function.get("Runtime", "")).startswith(("nodejs", "python")):
        yield f"The function must have a runtime of Node.js or Python. Function: {arn}"
    if not set(principals) >= PRINCIPALS:
        yield (
            "The function execution role must be assumable with edgelambda.amazonaws.com as well "
            "as lambda.amazonaws.com principals. Update the IAM role and try again. "
            f"Role: {function.get('Role', '')}"
        )


def principals_of(document: Mapping[str, Any]) -> set[str]:
    """Return the services that a role's trust policy names."""
    statements = document.get("Statement") or []
    names: set[str] = set()
    for statement in [statements] if isinstance(statements, dict) else statements:
        services = (statement.get("Principal") or {}).get("Service") or []
        names |= {services} if isinstance(services, str) else set(services)
    return names
