"""Limits of Amazon API Gateway, from "Amazon API Gateway quotas" and its API reference."""

import math
import re
from collections.abc import Mapping, Sequence

from serverless_stack.checks.engine.problems import is_unresolved, repeated

# No upper bound: AWS raises an account's quota on request, and takes a limit above it.
RATE_PER_SECOND = (0, math.inf)
BURST = (0, math.inf)
QUOTA = (1, math.inf)

CACHE_TTL_SECONDS = (0, 3600)
COMPRESSION_BYTES = (0, 10 * 1024 * 1024)
INTEGRATION_TIMEOUT_MS = (50, 29_000)
STREAMING_TIMEOUT_MS = 900_000
CACHE_SIZES_GB = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")

# "Supported security policies"
LEGACY_TLS_POLICIES = ("TLS_1_0", "TLS_1_2")
TLS_POLICIES = (
    *LEGACY_TLS_POLICIES,
    "SecurityPolicy_TLS13_1_3_2025_09",
    "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
    "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_2021_06",
)
EDGE_TLS_POLICIES = (
    *LEGACY_TLS_POLICIES,
    "SecurityPolicy_TLS13_2025_EDGE",
    "SecurityPolicy_TLS12_PFS_2025_EDGE",
    "SecurityPolicy_TLS12_2018_EDGE",
)

# "Use stage variables for a REST API in API Gateway"
VARIABLE_NAME = re.compile(r"\w{1,64}", re.ASCII)
VARIABLE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]{1,512}")

# "Custom domain name for public REST APIs in API Gateway"
DOMAIN_NAME = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
BASE_PATH = re.compile(r"[a-zA-Z0-9$_.+!*'()-]+(/[a-zA-Z0-9$_.+!*'()-]+)*")

_MEDIA_TYPE = re.compile(r"(\*|[\w.+-]+)(/|~1)(\*|[\w.+-]+)( *;.*)?")
_PATH_PART = re.compile(r"[a-zA-Z0-9._:,$~-]+|\{[a-zA-Z0-9._:-]+\+?\}")
_REQUEST_ID = re.compile(r"\$context\.(requestId|extendedRequestId)\b")
_STAGE_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")


def stage_name_problems(stage_name: str, argument: str = "stage_name") -> list[str]:
    """List what API Gateway refuses in the name of a stage."""
    if is_unresolved(stage_name) or _STAGE_NAME.fullmatch(stage_name):
        return []
    return [
        f"`{argument}` must have 1 to 128 letters, digits, hyphens and underscores, "
        f"got: {stage_name!r}"
    ]


def binary_media_type_problems(
    types: Sequence[str], argument: str = "binary_media_types"
) -> list[str]:
    """List what API Gateway refuses in the binary media types of an API."""
    problems = [
        f"`{argument}` must have media types such as image/png or */*, got: {type_!r}"
        for type_ in types
        if not is_unresolved(type_) and not _MEDIA_TYPE.fullmatch(type_)
    ]
    problems += [
        f"`{argument}` must not repeat a media type, got: {type_!r} more than once"
        for type_ in repeated(types)
    ]
    return problems


def cache_size_problems(size: str, argument: str) -> list[str]:
    """List what API Gateway refuses in the size of a stage's cache."""
    if is_unresolved(size) or size in CACHE_SIZES_GB:
        return []
    try:
        wanted = float(size)
        nearest = min(CACHE_SIZES_GB, key=lambda known: abs(float(known) - wanted))
    except ValueError:
        nearest = CACHE_SIZES_GB[0]
    return [
        f"`{argument}` must be one of {', '.join(CACHE_SIZES_GB)} GB, got: {size!r} "
        f"(nearest accepted: {nearest})"
    ]


def access_log_format_problems(format: str, argument: str) -> list[str]:
    """List what API Gateway refuses in the format of an access log.

    A format with a token passes, because the token may stand for what is missing.
    """
    if is_unresolved(format) or _REQUEST_ID.search(format):
        return []
    return [
        f"`{argument}` must have $context.requestId or $context.extendedRequestId, "
        f"got: {format[:80]!r}"
    ]


def path_part_problems(path_part: str, argument: str) -> list[str]:
    """List what API Gateway refuses in one part of a path."""
    if is_unresolved(path_part) or _PATH_PART.fullmatch(path_part):
        return []
    nearest = re.sub(r"[^a-zA-Z0-9._:{}+-]+", "-", path_part)
    hint = f" (nearest accepted: {nearest})" if _PATH_PART.fullmatch(nearest) else ""
    return [
        f"`{argument}` must have letters, digits and ._:- only, or be a variable such as {{id}} "
        f"or {{proxy+}}, got: {path_part!r}{hint}"
    ]


def tls_policy_problems(policy: str, argument: str, *, edge: bool) -> list[str]:
    """List what API Gateway refuses in a security policy.

    Args:
        policy: The name of the policy.
        argument: The argument that has it.
        edge: Whether it is for an edge-optimized endpoint; else for a regional or private one.
    """
    policies = EDGE_TLS_POLICIES if edge else TLS_POLICIES
    if is_unresolved(policy) or policy in policies:
        return []
    kind = "an edge-optimized endpoint" if edge else "a regional or private endpoint"
    return [f"`{argument}` must be a policy for {kind}: {', '.join(policies)}, got: {policy!r}"]


def stage_variable_problems(variables: Mapping[str, str], argument: str) -> list[str]:
    """List what API Gateway refuses in stage variables."""
    problems = [
        f"`{argument}` must have names of 1 to 64 letters, digits and underscores, got: {name!r}"
        for name in variables
        if not VARIABLE_NAME.fullmatch(name)
    ]
    problems += [
        f"`{argument}[{name!r}]` must be 1 to 512 letters, digits and -._~:/?#&=, only, "
        f"got: {value!r}"
        for name, value in variables.items()
        if not is_unresolved(value) and not VARIABLE_VALUE.fullmatch(value)
    ]
    return problems


def domain_name_problems(name: str, argument: str) -> list[str]:
    """List what API Gateway refuses in a domain name."""
    if is_unresolved(name) or DOMAIN_NAME.fullmatch(name):
        return []
    hint = f" (nearest accepted: {name.lower()})" if DOMAIN_NAME.fullmatch(name.lower()) else ""
    return [f"`{argument}` must be a domain name in lower case, got: {name!r}{hint}"]


def base_path_problems(path: str, argument: str) -> list[str]:
    """List what API Gateway refuses in a base path."""
    if is_unresolved(path) or BASE_PATH.fullmatch(path):
        return []
    nearest = path.strip("/")
    hint = f" (nearest accepted: {nearest})" if BASE_PATH.fullmatch(nearest) else ""
    return [
        f"`{argument}` must have letters, digits and $-_.+!*'() only, and no slash around it, "
        f"got: {path!r}{hint}"
    ]
