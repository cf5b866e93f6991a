"""Rules on error pages of distributions with an API."""

from collections.abc import Iterator

from serverless_stack.checks.cross_service.distributions import DISTRIBUTION, routes
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()


@RULES.resource(
    "CROSS-SERVICE-025",
    DISTRIBUTION,
    page="Change response codes with custom error responses",
    severity=Severity.WARNING,
)
def single_page(distribution: Resource) -> Iterator[Violation]:
    """Error pages of a single-page application must not hide the errors of an API.

    Custom error responses apply to the whole distribution, so that the API's 403 and 404 become a
    page with status 200. Rewrite paths in a CloudFront function on the site's behavior instead.
    """
    api = next((route for route in routes(distribution) if route.is_api), None)
    if api is None:
        return
    path = "DistributionConfig.CustomErrorResponses"
    for number, response in enumerate(distribution.items(path)):
        here = f"{path}.{number}"
        page = distribution.text(f"{here}.ResponsePagePath")
        success = distribution.number(f"{here}.ResponseCode") == 200
        if success and page and distribution.number(f"{here}.ErrorCode") in (403, 404):
            requirement = (
                f"not turn errors of the API of {api.path} into pages; rewrite paths by a "
                "CloudFront function on the behaviour of the site instead"
            )
            yield violation(here, requirement, response)
