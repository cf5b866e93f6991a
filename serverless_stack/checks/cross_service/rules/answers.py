"""Rules on distributions that change the requests or the answers of an API by mistake."""

import re
from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross_service.distributions import DISTRIBUTION, Route, routes
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_MASKED: Final = (403, 404)
_FUNCTION: Final = "AWS::CloudFront::Function"
# What makes a page of a path: `request.uri = '/index.html'`, `request['uri'] += 'index.html'`.
_REWRITE = re.compile(r"(\.uri|\[['\"]uri['\"]\])\s*\+?=(?!=)")
_PAGE = re.compile(r"\bindex\.html\b")
_MAX_CODE: Final = 20_000  # characters; CloudFront accepts 10 KB


@RULES.resource(
    "CROSS-SERVICE-023",
    DISTRIBUTION,
    page="Generate custom error responses",
    severity=Severity.WARNING,
)
def masked_errors(distribution: Resource) -> Iterator[Violation]:
    """Error pages for 403 and 404 must not replace the answers of an API.

    Custom error responses apply to all behaviors of a distribution, so that clients of the API get
    a page instead of its error. Rewrite paths of a single-page app by a function of its behavior.
    """
    api = next((route for route in routes(distribution) if route.is_api), None)
    if api is None:
        return
    served = distribution.text(f"{api.path}.PathPattern") or "the default behavior"
    for path in distribution.paths("DistributionConfig.CustomErrorResponses"):
        code = distribution.number(f"{path}.ErrorCode")
        page = f"{path}.ResponsePagePath"
        if code in _MASKED and distribution.get(page) not in (None, ""):
            requirement = (
                f"be absent for {int(code or 0)}, as it replaces the answers of the API behind "
                f"{served} as well"
            )
            yield violation(page, requirement, distribution.get(page))


@RULES.resource(
    "CROSS-SERVICE-024",
    DISTRIBUTION,
    page="Add index.html to request URLs without a file name in a CloudFront Functions viewer "
    "request event",
    severity=Severity.WARNING,
)
def rewritten_requests(distribution: Resource) -> Iterator[Violation]:
    """Functions that rewrite paths to pages must not be on the behavior of an API.

    The API gets requests for /index.html instead of its own paths, and answers 403 or 404. Leave
    the function to the behaviors of the site.
    """
    for route in routes(distribution):
        if not route.is_api:
            continue
        for item in distribution.paths(f"{route.path}.FunctionAssociations"):
            if distribution.text(f"{item}.EventType") != "viewer-request":
                continue
            path = f"{item}.FunctionARN"
            function = distribution.reference(path)
            if function is not None and _rewrites(function, route):
                requirement = "not be a function that rewrites the paths of an API to index.html"
                yield violation(path, requirement, function.logical_id)


def _rewrites(function: Resource, route: Route) -> bool:
    """Return whether a function makes pages of the paths of a behavior, as far as its code says.

    Code that mentions the path of the behavior is taken to leave it alone.
    """
    template = function.template
    if function.type != _FUNCTION or not template.is_the_same(function.logical_id):
        return False
    code = function.text("FunctionCode")
    if code is None or len(code) > _MAX_CODE:
        return False
    pattern = route.distribution.text(f"{route.path}.PathPattern") or ""
    own = re.split(r"[*?]", pattern)[0].strip("/")
    if own and own in code:
        return False
    return bool(_REWRITE.search(code) and _PAGE.search(code))
