"""Limits of AWS Lambda, from "Lambda quotas" and "Working with Lambda environment variables"."""

import json
import re
from collections.abc import Iterable, Mapping

from serverless_stack.checks.engine.problems import is_unresolved

MEMORY_SIZE_MIB = (128, 10240)
TIMEOUT_SECONDS = (1, 900)
EPHEMERAL_STORAGE_MIB = (512, 10240)
MAX_DESCRIPTION = 256
MAX_HANDLER = 128
MAX_ENVIRONMENT_BYTES = 4096
MAX_SECURITY_GROUPS = 5
MAX_SUBNETS = 16

_ENVIRONMENT_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
_FUNCTION_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
# "Lambda runtimes": those with which no function can be created any more, and what follows them.
_BLOCKED_RUNTIMES = {
    "dotnetcore1.0": "dotnet10",
    "dotnetcore2.0": "dotnet10",
    "dotnetcore2.1": "dotnet10",
    "dotnetcore3.1": "dotnet10",
    "go1.x": "provided.al2023",
    "java8": "java25",
    "nodejs": "nodejs24.x",
    "nodejs4.3": "nodejs24.x",
    "nodejs4.3-edge": "nodejs24.x",
    "nodejs6.10": "nodejs24.x",
    "nodejs8.10": "nodejs24.x",
    "nodejs10.x": "nodejs24.x",
    "nodejs12.x": "nodejs24.x",
    "nodejs14.x": "nodejs24.x",
    "provided": "provided.al2023",
    "python2.7": "python3.14",
    "python3.6": "python3.14",
    "python3.7": "python3.14",
    "ruby2.5": "ruby4.0",
    "ruby2.7": "ruby4.0",
}
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
    """List the names of environment variables that Lambda refuses."""
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


def environment_value_problems(
    variables: Mapping[str, object], argument: str = "environment"
) -> list[str]:
    """List the environment variables whose values are not strings."""
    return [
        f"`{argument}` values must be strings, got: {value!r} for {name!r} "
        f"(nearest accepted: {str(value)!r})"
        for name, value in variables.items()
        if not isinstance(value, str)
    ]


def environment_size_problems(
    variables: Mapping[str, object], argument: str = "environment"
) -> list[str]:
    """List what Lambda refuses in the size of all environment variables, measured as JSON.

    Values that are known only at deploy time count as empty.
    """
    known = {name: "" if is_unresolved(value) else str(value) for name, value in variables.items()}
    size = len(
        json.dumps(known, separators=(",", ":"), ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )
    )
    if size <= MAX_ENVIRONMENT_BYTES:
        return []
    return [f"`{argument}` must have at most {MAX_ENVIRONMENT_BYTES:,} bytes, got: {size:,} bytes"]


def function_name_problems(function_name: str, argument: str = "function_name") -> list[str]:
    """List what Lambda refuses in the name of a function."""
    if is_unresolved(function_name) or _FUNCTION_NAME.fullmatch(function_name):
        return []
    return [
        f"`{argument}` must have 1 to 64 letters, digits, hyphens and underscores, "
        f"got: {function_name!r}"
    ]


def description_problems(description: str, argument: str = "description") -> list[str]:
    """List what Lambda refuses in a description."""
    if is_unresolved(description) or len(description) <= MAX_DESCRIPTION:
        return []
    return [f"`{argument}` must have at most {MAX_DESCRIPTION} characters, got: {len(description)}"]


def handler_problems(handler: str, argument: str = "handler") -> list[str]:
    """List what Lambda refuses in the name of an entry point."""
    if is_unresolved(handler):
        return []
    if len(handler) > MAX_HANDLER:
        return [f"`{argument}` must have at most {MAX_HANDLER} characters, got: {len(handler)}"]
    if not handler or re.search(r"\s", handler):
        return [f"`{argument}` must have characters, and no white space, got: {handler!r}"]
    return []


def runtime_problems(runtime: str, argument: str = "runtime") -> list[str]:
    """List the runtimes with which Lambda no longer creates functions ("Lambda runtimes")."""
    successor = _BLOCKED_RUNTIMES.get(runtime)
    if successor is None:
        return []
    return [
        f"`{argument}` must be a runtime that Lambda still creates functions with, "
        f"got: {runtime!r} (nearest accepted: {successor})"
    ]


def vpc_problems(subnets: int, security_groups: int, argument: str = "vpc") -> list[str]:
    """List what Lambda refuses in the numbers of subnets and security groups ("VpcConfig")."""
    problems = []
    if bool(subnets) != bool(security_groups):
        problems.append(
            f"`{argument}` must have both subnets and security groups, "
            f"got: {subnets} and {security_groups}"
        )
    if subnets > MAX_SUBNETS:
        problems.append(f"`{argument}` must have at most {MAX_SUBNETS} subnets, got: {subnets}")
    if security_groups > MAX_SECURITY_GROUPS:
        problems.append(
            f"`{argument}` must have at most {MAX_SECURITY_GROUPS} security groups, "
            f"got: {security_groups}"
        )
    return problems
