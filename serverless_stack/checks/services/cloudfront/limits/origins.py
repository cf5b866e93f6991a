"""Limits of Amazon CloudFront on origins, from "Quotas" and "Use various origins"."""

from collections.abc import Mapping, Sequence
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved, repeated

CONNECTION_ATTEMPTS: Final = (1, 3)
CONNECTION_SECONDS: Final = (1, 10)
# "Response timeout per origin", 180 with a raised quota.
READ_SECONDS: Final = (1, 180)
KEEPALIVE_SECONDS: Final = (1, 180)
DEFAULT_READ_SECONDS: Final = 30
COMPLETION_SECONDS: Final = 3600  # what CDK accepts at most
FAILOVER_CODES: Final = (403, 404, 416, 429, 500, 502, 503, 504)
"""Statuses after which CloudFront asks the second origin of a group."""
SHIELD_REGIONS: Final = (
    *("us-east-2", "us-east-1", "us-west-2", "ap-south-1", "ap-northeast-2", "ap-southeast-1"),
    *("ap-southeast-2", "ap-northeast-1", "eu-central-1", "eu-west-1", "eu-west-2", "sa-east-1"),
    "me-central-1",
)
"""The regions that have Origin Shield, from "Use Amazon CloudFront Origin Shield"."""
# "Quotas on headers"
MAX_CUSTOM_HEADERS: Final = 30
MAX_HEADER_NAME: Final = 256
MAX_HEADER_VALUE: Final = 1783
MAX_HEADERS_LENGTH: Final = 10_240

NEVER_ADDED: Final = frozenset(
    {
        *("cache-control", "connection", "content-length", "cookie", "host", "if-match"),
        *("if-modified-since", "if-none-match", "if-range", "if-unmodified-since"),
        *("max-forwards", "pragma", "proxy-authorization", "proxy-connection", "range"),
        *("request-range", "te", "trailer", "transfer-encoding", "upgrade", "via", "x-real-ip"),
    }
)
"""Headers that CloudFront refuses to add, from "Add custom headers to origin requests"."""


def port_problems(port: int, argument: str) -> list[str]:
    """List whether CloudFront refuses the port of an origin.

    Args:
        port: The port.
        argument: What has it.
    """
    if is_unresolved(port) or port in (80, 443) or 1024 <= port <= 65535:
        return []
    return [f"`{argument}` must be 80, 443 or between 1024 and 65535, got: {port}"]


def custom_header_problems(headers: Mapping[str, str | None], argument: str) -> list[str]:
    """List what CloudFront refuses in the headers that it adds to requests of an origin.

    Args:
        headers: The values by the names of the headers; None for a secret.
        argument: What has them.
    """
    problems = []
    if len(headers) > MAX_CUSTOM_HEADERS:
        problems.append(
            f"`{argument}` must have at most {MAX_CUSTOM_HEADERS} headers, got: {len(headers)}"
        )
    for name, value in headers.items():
        lower = name.lower()
        if lower in NEVER_ADDED or lower.startswith(("x-amz-", "x-edge-")):
            problems.append(
                f"`{argument}` must not have a header that CloudFront sets, got: {name!r}; "
                "X-Origin-Verify is a name of your own"
            )
        if len(name) > MAX_HEADER_NAME or not name.strip():
            problems.append(
                f"`{argument}` must have names of 1 to {MAX_HEADER_NAME} characters, got: {name!r}"
            )
        if value is not None and not is_unresolved(value) and len(value) > MAX_HEADER_VALUE:
            problems.append(
                f"`{argument}[{name!r}]` must have at most {MAX_HEADER_VALUE:,} characters, "
                f"got: {len(value):,}"
            )
    problems += [
        f"`{argument}` must not repeat a header, got: {name!r} more than once"
        for name in repeated(name.lower() for name in headers)
    ]
    return problems


def failover_problems(status_codes: Sequence[int], argument: str) -> list[str]:
    """List the statuses after which CloudFront asks no second origin.

    Source: "Optimize high availability with CloudFront origin failover".

    Args:
        status_codes: The statuses.
        argument: What has them.
    """
    if not status_codes:
        return [f"`{argument}` must have a status, got: none"]
    problems = [
        f"`{argument}` must be of {', '.join(map(str, FAILOVER_CODES))}, got: {code}"
        for code in status_codes
        if not is_unresolved(code) and code not in FAILOVER_CODES
    ]
    problems += [
        f"`{argument}` must not repeat a status, got: {code} more than once"
        for code in repeated(map(str, status_codes))
    ]
    return problems


def shield_problems(region: str, argument: str) -> list[str]:
    """List whether a region has no Origin Shield.

    Args:
        region: The region.
        argument: What names it.
    """
    if is_unresolved(region) or region in SHIELD_REGIONS:
        return []
    return [
        f"`{argument}` must be a region with Origin Shield, the one with the lowest latency to the "
        f"origin of {', '.join(sorted(SHIELD_REGIONS))}, got: {region!r}"
    ]
