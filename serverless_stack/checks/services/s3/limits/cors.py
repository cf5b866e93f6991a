"""Limits of S3 on CORS rules, from "Elements of a CORS configuration"."""

import re
from collections.abc import Sequence

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated

MAX_CORS_RULES = 100
CORS_METHODS = ("DELETE", "GET", "HEAD", "POST", "PUT")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s?#]+", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_ANY = "*"


def cors_origin_problems(origins: Sequence[str], argument: str) -> list[str]:
    """List what is wrong with the origins of a CORS rule.

    Args:
        origins: The origins.
        argument: The argument, as the caller wrote it.
    """
    problems = Problems()
    problems.require(origins, f"`{argument}` must have at least one origin, got: none")
    if _ANY in origins and len(origins) > 1:
        problems.fail(f"`{argument}` must be '*' alone or a list of origins, got: {[*origins]!r}")
    problems.add(_repeated(origins, argument))
    for origin in origins:
        if is_unresolved(origin) or origin == _ANY:
            continue
        if origin.count(_ANY) > 1:
            problems.fail(f"`{argument}` must have one wildcard at most each, got: {origin!r}")
        if not _ORIGIN.fullmatch(origin):
            found = re.match(r"(?:[\w+.-]+://)?[^/\s?#]+", origin)
            nearest = found[0] if found else _ANY
            nearest = nearest if "://" in nearest else f"https://{nearest}"
            problems.fail(
                f"`{argument}` must be a scheme and a host, as browsers send, got: {origin!r} "
                f"(nearest accepted: {nearest!r})"
            )
        elif origin != origin.lower():
            problems.fail(
                f"`{argument}` must be in lower case, as browsers send, got: {origin!r} "
                f"(nearest accepted: {origin.lower()!r})"
            )
    return problems.messages


def cors_method_problems(methods: Sequence[str], argument: str) -> list[str]:
    """List what S3 refuses in the methods of a CORS rule.

    Args:
        methods: The methods.
        argument: The argument, as the caller wrote it.
    """
    problems = Problems()
    problems.require(methods, f"`{argument}` must have at least one method, got: none")
    problems.add(_repeated(methods, argument))
    for method in methods:
        if is_unresolved(method) or method in CORS_METHODS:
            continue
        remedy = "; S3 answers preflights, which are OPTIONS, itself" * (method == "OPTIONS")
        problems.fail(
            f"`{argument}` must be among {', '.join(CORS_METHODS)}, got: {method!r}{remedy}"
        )
    return problems.messages


def cors_header_problems(
    headers: Sequence[str], argument: str, *, wildcards: bool = True
) -> list[str]:
    """List what S3 refuses in the headers of a CORS rule.

    Args:
        headers: The names of the headers.
        argument: The argument, as the caller wrote it.
        wildcards: Whether each may have a wildcard.
    """
    problems = Problems()
    problems.add(_repeated(headers, argument))
    for header in headers:
        if is_unresolved(header):
            continue
        if header.count(_ANY) > int(wildcards):
            most = "one wildcard at most each" if wildcards else "no wildcard: name each header"
            problems.fail(f"`{argument}` must have {most}, got: {header!r}")
        elif not _HEADER.fullmatch(header):
            problems.fail(f"`{argument}` must be names of headers, got: {header!r}")
    return problems.messages


def _repeated(values: Sequence[str], argument: str) -> list[str]:
    return [
        f"`{argument}` must not repeat a value, got: {value!r} more than once"
        for value in repeated(values)
    ]
