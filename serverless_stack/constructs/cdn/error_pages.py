"""ErrorPage and Maintenance: the pages that viewers get instead of an error, or of everything."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services.cloudfront.limits.error_pages import (
    ANSWERED_STATUSES,
    ERROR_STATUSES,
    MAX_ERROR_SECONDS,
    matching_pattern,
)
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.durations import seconds, seconds_problems
from serverless_stack.constructs.cdn.functions.snippet import Snippet, Stage, packaged

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
    'content="width=device-width"><title>Maintenance</title><body style="font:1.2em sans-serif;'
    'margin:20vh auto;max-width:30em;padding:1em"><h1>We will be back soon</h1><p>This site is '
    "under maintenance. Please try again in a while.</p>"
)


@dataclass(frozen=True)
class ErrorPage:
    """A page that viewers get for an error of an origin, whichever behavior it comes from.

    CloudFront fetches the page by the behavior that its path matches, and caches the error
    ("Generate custom error responses").

    Attributes:
        status: The status of the origin: 400, 403, 404, 405, 414, 416, 500, 501, 502, 503 or 504.
            CloudFront's own 502, 503 and 504 count, too, when an origin cannot be reached.
        path: The path of the page, such as ``/404.html``. Default: the error of the origin, which
            is cached for ``ttl``.
        answer: The status that viewers get: 200 or one of those above. Default: ``status``.
        ttl: How long CloudFront caches the error, up to a year. Default: 10 seconds.
        replace_api_errors: Whether a page for 403 or 404 also replaces the errors of the API
            behind the distribution, with their JSON.
    """

    status: int
    path: str | None = None
    answer: int | None = None
    ttl: Duration | None = None
    replace_api_errors: bool = False

    def __post_init__(self) -> None:
        """Check the fields."""
        check_fields(self)
        problems = Problems("ErrorPage")
        if self.status not in ERROR_STATUSES:
            problems.fail(f"`status` must be {_listed(ERROR_STATUSES)}, got: {self.status}")
        if self.answer is not None and self.answer not in ANSWERED_STATUSES:
            problems.fail(f"`answer` must be {_listed(ANSWERED_STATUSES)}, got: {self.answer}")
        if self.answer is not None and self.path is None:
            problems.fail(f"`answer` must go with a `path`, got: {self.answer} without one")
        if self.path is not None and not is_unresolved(self.path):
            problems.require(
                self.path.startswith("/") and len(self.path) > 1,
                f"`path` must begin with a slash, such as /404.html, got: {self.path!r}",
            )
        if self.ttl is not None:
            problems.add(seconds_problems("ttl", self.ttl, 0, MAX_ERROR_SECONDS))
        problems.raise_if_any()

    @property
    def response(self) -> cloudfront.ErrorResponse:
        """The page in CDK's terms."""
        status = None if self.path is None else self.answer or self.status
        return cloudfront.ErrorResponse(
            http_status=self.status,
            response_http_status=status,
            response_page_path=self.path,
            ttl=self.ttl or seconds(10),
        )


def error_pages_problems(
    pages: Sequence[ErrorPage], is_api: Mapping[str, bool], argument: str = "error_pages"
) -> list[str]:
    """List what is wrong with the error pages of a distribution.

    Args:
        pages: The pages.
        is_api: Whether the behavior of a pattern serves an API or another dynamic origin, by its
            pattern in the order of the behaviors; ``*`` is the default one.
        argument: The argument, as the caller wrote it.
    """
    problems = Problems()
    problems.add(
        f"`{argument}` must have one page per status, got: {status} more than once"
        for status in repeated([str(page.status) for page in pages])
    )
    apis = [pattern for pattern, answers in is_api.items() if answers]
    for place, page in enumerate(pages):
        if page.status in (403, 404) and apis and page.path and not page.replace_api_errors:
            problems.fail(
                f"`{argument}[{place}]` must not be for {page.status} beside an API, whose own "
                f"{page.status} it would replace ({', '.join(apis)}), got: {page.path!r}; for "
                "the paths of a single-page application use `site=Site.spa()`, or accept it with "
                "`replace_api_errors=True`"
            )
        if page.path is None or is_unresolved(page.path):
            continue
        pattern = matching_pattern(page.path, list(is_api))
        if is_api.get(pattern):
            problems.fail(
                f"`{argument}[{place}].path` must be served by a bucket, got: {page.path!r}, which "
                f"the behavior {pattern!r} sends to the origin that fails; give `behaviors` one "
                "for it, such as {'/errors/*': bucket}"
            )
    return problems.messages


@dataclass(frozen=True)
class Maintenance:
    """A page with status 503 that all viewers get, for every path and API, while it is given.

    A CloudFront Function answers, so origins are not called. Browsers get the page, programs that
    do not accept HTML get JSON.

    Attributes:
        page: A file of this machine with the whole page as HTML; its styles and images have to be
            in it, and it shares 10 KB with the other functions of a behavior. Default: a short
            English text.
        allow_ips: The addresses and networks that reach the distribution as ever, such as
            ``203.0.113.7`` or ``2001:db8::/32``.
        retry_after: When programs and search engines are to come back. Default: in an hour.
    """

    page: str | Path | None = None
    allow_ips: Sequence[str] = ()
    retry_after: Duration | None = None

    def __post_init__(self) -> None:
        """Check the fields."""
        check_fields(self)
        problems = Problems("Maintenance")
        if self.page is not None and not Path(self.page).is_file():
            problems.fail(f"`page` must be a file of this machine, got: {str(self.page)!r}")
        for address in self.allow_ips:
            try:
                ipaddress.ip_network(address)
            except ValueError as error:
                problems.fail(
                    "`allow_ips` must have IP addresses and networks in CIDR notation, got: "
                    f"{address!r} ({error})"
                )
        if self.retry_after is not None:
            problems.add(seconds_problems("retry_after", self.retry_after))
            problems.require(
                not self.retry_after.is_unresolved(),
                "`retry_after` must be known at synthesis, got: a token",
            )
        problems.raise_if_any()

    def snippets(self) -> list[Snippet]:
        """Return the JavaScript for each behavior."""
        networks = [ipaddress.ip_network(address) for address in self.allow_ips]
        text = _PAGE if self.page is None else Path(self.page).read_text(encoding="utf-8")
        seconds = 3600 if self.retry_after is None else int(self.retry_after.to_seconds())
        parameters = {
            "networks": [
                [list(network.network_address.packed), network.prefixlen] for network in networks
            ],
            "page": text,
            "retryAfter": str(seconds),
        }
        return [packaged("maintenance", Stage.MAINTENANCE, parameters)]


def _listed(statuses: Sequence[int]) -> str:
    *start, last = map(str, statuses)
    return f"{', '.join(start)} or {last}"
