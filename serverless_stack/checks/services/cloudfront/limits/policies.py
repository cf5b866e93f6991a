"""Limits of Amazon CloudFront on policies, from "Quotas on policies" and the policies' pages."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from serverless_stack.checks.engine.problems import is_unresolved, repeated

MAX_NAMES: Final = 10
MAX_NAMES_LENGTH: Final = 1024
MAX_CSP: Final = 1783
MAX_CUSTOM_HEADERS: Final = 10
MAX_REMOVED_HEADERS: Final = 10
MAX_HEADERS_LENGTH: Final = 10_240

_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
NEVER_SET: Final = frozenset(
    {
        *("connection", "content-encoding", "content-length", "expect", "host", "keep-alive"),
        *("proxy-authenticate", "proxy-authorization", "proxy-connection", "trailer"),
        *("transfer-encoding", "upgrade", "via", "warning", "x-accel-buffering"),
        *("x-accel-charset", "x-accel-limit-rate", "x-accel-redirect", "x-cache"),
        *("x-forwarded-proto", "x-real-ip"),
    }
)
"""Headers that no response headers policy sets or removes."""
READ_ONLY_PREFIXES: Final = ("x-amz-cf-", "x-edge-")


def cache_key_problems(names: Mapping[str, Sequence[str]], argument: str) -> list[str]:
    """List what CloudFront refuses in a cache policy's lists of names.

    Args:
        names: Headers, cookies and query strings by the arguments that list them.
        argument: What has them.
    """
    problems = []
    for part, listed in names.items():
        if len(listed) > MAX_NAMES:
            problems.append(
                f"`{argument}.{part}` must have at most {MAX_NAMES} names, got: {len(listed)}; "
                "'all' has no limit"
                if part in ("query_strings", "cookies")
                else f"`{argument}.{part}` must have at most {MAX_NAMES} names, got: {len(listed)}"
            )
        lower = [name.lower() for name in listed] if part == "headers" else listed
        problems += [
            f"`{argument}.{part}` must not repeat a name, got: {name!r} more than once"
            for name in repeated(lower)
        ]
        problems += [
            f"`{argument}.{part}` must have names without spaces, got: {name!r}"
            for name in listed
            if not is_unresolved(name) and (not name or name != "".join(name.split()))
        ]
    total = sum(len(name) for listed in names.values() for name in listed)
    known = not any(is_unresolved(name) for listed in names.values() for name in listed)
    if known and total > MAX_NAMES_LENGTH:
        problems.append(
            f"`{argument}` must have names of {MAX_NAMES_LENGTH:,} characters together at most, "
            f"got: {total:,}"
        )
    return problems


def response_header_problems(
    custom: Mapping[str, str], removed: Sequence[str], argument: str
) -> list[str]:
    """List what CloudFront refuses in the headers that a policy sets and removes.

    Args:
        custom: The values of the headers to set, by their names.
        removed: The headers to remove.
        argument: What has them.
    """
    problems = []
    for part, names, most in (
        ("custom", list(custom), MAX_CUSTOM_HEADERS),
        ("remove", removed, MAX_REMOVED_HEADERS),
    ):
        if len(names) > most:
            problems.append(
                f"`{argument}.{part}` must have at most {most} headers, got: {len(names)}"
            )
        for name in names:
            lower = name.lower()
            if is_unresolved(name):
                continue
            if lower in NEVER_SET or lower.startswith(READ_ONLY_PREFIXES):
                problems.append(
                    f"`{argument}.{part}` must not have a header that CloudFront sets, "
                    f"got: {name!r}"
                )
            elif not _HEADER.fullmatch(name):
                problems.append(f"`{argument}.{part}` must have names of headers, got: {name!r}")
        problems += [
            f"`{argument}.{part}` must not repeat a header, got: {name!r} more than once"
            for name in repeated(name.lower() for name in names)
        ]
    length = sum(len(name) + len(value) for name, value in custom.items())
    if length > MAX_HEADERS_LENGTH and not any(map(is_unresolved, custom.values())):
        problems.append(
            f"`{argument}.custom` must have {MAX_HEADERS_LENGTH:,} characters at most, names and "
            f"values together, got: {length:,}"
        )
    return problems


def csp_problems(csp: str, argument: str) -> list[str]:
    """List what CloudFront refuses in a content security policy.

    Args:
        csp: The value of the header.
        argument: What has it.
    """
    if is_unresolved(csp):
        return []
    if not csp.strip() or "\n" in csp or "\r" in csp:
        return [f"`{argument}` must be one line of directives, got: {csp!r}"]
    if len(csp) > MAX_CSP:
        return [
            f"`{argument}` must have at most {MAX_CSP:,} characters, got: {len(csp):,}; "
            "a policy as long as that belongs into the pages"
        ]
    return []
