"""Redirects of a site: from old paths and hosts to new ones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.checks.services.cloudfront.limits.error_pages import matching_pattern
from serverless_stack.constructs._internal.arguments import check_fields

REASONS = {
    301: "Moved Permanently",
    302: "Found",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
}
"""The statuses of redirects, with their descriptions."""
_SOURCE = re.compile(r"/[^\s?#*\\\x00-\x1f\x7f]*\*?")
_ABSOLUTE = re.compile(r"https?://[A-Za-z0-9.:_-]+(?:[/?#][^\s\\\x00-\x1f\x7f]*)?")
_RELATIVE = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")
_MAX_HOPS = 20
_SAFE = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True)
class Redirect:
    """Where a path went, with the status of the answer.

    Attributes:
        target: A path of the site, such as ``/articles/*``, or a URL. What a ``*`` at the end of
            the source stood for replaces a ``*`` in it.
        status: 301 and 308 are permanent: browsers remember them. After 301 and 302 a browser
            repeats a POST as GET, after 307 and 308 as POST.
    """

    target: str
    status: int = 301

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


def redirect_of(entry: "str | Redirect", status: int) -> Redirect:
    """Return an entry of a table as a redirect.

    Args:
        entry: The entry; the target alone has the status of the table.
        status: The status of the table.
    """
    return entry if isinstance(entry, Redirect) else Redirect(entry, status)


def redirects_problems(
    redirects: "Mapping[str, str | Redirect]", status: int, hosts: Mapping[str, str]
) -> list[str]:
    """List what is wrong with a table of redirects.

    Args:
        redirects: The target by path.
        status: The status of entries without one.
        hosts: The new host by old host; both are this site.
    """
    problems = Problems()
    for source, entry in redirects.items():
        where, redirect = f"redirects[{source!r}]", redirect_of(entry, status)
        if not is_unresolved(source) and not _SOURCE.fullmatch(source):
            problems.fail(
                f"`redirects` must have paths that begin with a slash, with `*` at the end only "
                f"and without a query string, got: {source!r}"
            )
        problems.add(_target_problems(source, redirect.target, where))
        if redirect.status not in REASONS:
            problems.fail(f"`{where}` must have the status {_STATUSES}, got: {redirect.status}")
    if status not in REASONS:
        problems.fail(f"`redirect_status` must be {_STATUSES}, got: {status}")
    if not problems.messages:
        problems.add(_loops(redirects, status, hosts))
    return problems.messages


_STATUSES = "301, 302, 307 or 308"


def _target_problems(source: str, target: str, where: str) -> list[str]:
    if is_unresolved(target):
        return []
    problems = Problems()
    if not _RELATIVE.fullmatch(target) and not _ABSOLUTE.fullmatch(target):
        problems.fail(
            f"`{where}` must be a path that begins with one slash, or a URL with http:// or "
            f"https:// and a host, got: {target!r}"
        )
    elif target.count("*") > 1 or ("*" in target and not source.endswith("*")):
        problems.fail(
            f"`{where}` must have one `*` at most, and none without a `*` at the end of the path, "
            f"got: {target!r}"
        )
    return problems.messages


def hosts_problems(hosts: Mapping[str, str]) -> list[str]:
    """List what is wrong with a table of hosts.

    Args:
        hosts: The new host by old host.
    """
    problems = Problems()
    problems.add(rules.alias_problems([*hosts], "redirect_hosts"))
    for source, target in hosts.items():
        if "*" in source or "*" in target:
            problems.fail(
                f"`redirect_hosts` must have whole host names, got: {source!r}: {target!r}"
            )
        problems.add(rules.alias_problems([target], f"redirect_hosts[{source!r}]"))
    lowered = {source.lower(): target.lower() for source, target in hosts.items()}
    for source, target in lowered.items():
        if target in lowered:
            problems.fail(
                f"`redirect_hosts` must lead to hosts that stay, got: {source!r} to {target!r}, "
                f"which is sent to {lowered[target]!r}"
            )
    return problems.messages


def _loops(
    redirects: "Mapping[str, str | Redirect]", status: int, hosts: Mapping[str, str]
) -> list[str]:
    """List the entries that lead back to themselves, or on and on."""
    table = {
        encoded(source): encoded(redirect_of(entry, status).target)
        for source, entry in redirects.items()
        if not is_unresolved(source)
    }
    ours = {host.lower() for pair in hosts.items() for host in pair}
    problems = []
    for source in table:
        path = source.replace("*", "example")
        visited = [path]
        while (following := _next(path, table, ours)) is not None:
            if following in visited or len(visited) > _MAX_HOPS:
                chain = " to ".join([*visited, following][:4])
                problems.append(
                    f"`redirects` must end somewhere, got: {source!r} leads in a circle ({chain})"
                )
                break
            visited.append(following)
            path = following
    return problems


def _next(path: str, table: Mapping[str, str], ours: set[str]) -> str | None:
    """Return the path that a browser asks for after a redirect; None if it stays, or leaves."""
    starts = [key for key in table if key.endswith("*") and path.startswith(key[:-1])]
    source = path if path in table else max(starts, key=len, default=None)
    if source is None:
        return None
    target = table[source]
    if is_unresolved(target):
        return None
    if source.endswith("*"):
        target = target.replace("*", path[len(source) - 1 :].lstrip("/"))
    parts = urlsplit(target)
    if parts.netloc and parts.netloc.lower() not in ours:
        return None
    return parts.path or "/"


def may_match(source: str, pattern: str) -> bool:
    """Return whether a behavior may get requests for the path of a redirect.

    Args:
        source: The path, or the start of paths.
        pattern: The path pattern of the behavior.
    """
    path = encoded(source)
    if is_unresolved(source) or is_unresolved(pattern) or pattern == "*":
        return True
    if not path.endswith("*"):
        return matching_pattern(path, [pattern]) == pattern
    start, fixed = path[:-1].lstrip("/"), re.split(r"[*?]", pattern.lstrip("/"))[0]
    return start.startswith(fixed) or fixed.startswith(start)


def redirect_parameters(
    redirects: "Mapping[str, str | Redirect]", status: int
) -> dict[str, object]:
    """Return the tables that the JavaScript reads: whole paths, and the starts of paths.

    Args:
        redirects: The target by path.
        status: The status of entries without one.
    """
    paths: dict[str, object] = {}
    prefixes: list[list[object]] = []
    for source, entry in redirects.items():
        redirect = redirect_of(entry, status)
        start, target = encoded(source), encoded(redirect.target)
        if start.endswith("*"):
            prefixes.append([start[:-1], target, redirect.status])
        else:
            paths[start] = [target, redirect.status]
    prefixes.sort(key=lambda prefix: -len(str(prefix[0])))
    return {"paths": paths, "prefixes": prefixes}


def encoded(text: str) -> str:
    """Return a path or URL as browsers send it: other characters than ASCII percent-encoded.

    Args:
        text: The path or URL. A token stays as it is.
    """
    return text if is_unresolved(text) else quote(text, safe=_SAFE)
