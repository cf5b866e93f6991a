"""Rules on how many behaviors and origins a distribution has, and in which order."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.cloudfront.limits import patterns
from serverless_stack.checks.services.cloudfront.rules.distribution import DISTRIBUTION, SETTINGS

RULES = RuleList()

_BEHAVIORS = "DistributionConfig.CacheBehaviors"
_COUNTED = (
    # One more is the default behavior.
    (_BEHAVIORS, patterns.MAX_BEHAVIORS - 1, "behaviors beside the default"),
    ("DistributionConfig.Origins", patterns.MAX_ORIGINS, "origins"),
    ("DistributionConfig.OriginGroups.Items", patterns.MAX_ORIGIN_GROUPS, "origin groups"),
)
# Longer patterns with more wildcards take too long to compare, and nobody writes them.
_MAX_WILDCARDS = 4
_MAX_LENGTH = 80


@RULES.resource(
    "CLOUDFRONT-038", DISTRIBUTION, page="Quotas on distributions", severity=Severity.WARNING
)
def numbers(distribution: Resource) -> Iterator[Violation]:
    """Distributions must be within the quotas of behaviors, origins and groups.

    CloudFront refuses more than 75 behaviors with the default one, 100 origins or 10 origin groups,
    unless AWS has raised the quota of the account.
    """
    for path, most, noun in _COUNTED:
        count = len(distribution.items(path))
        if count > most:
            requirement = f"have at most {most} {noun}, unless AWS has raised the quota"
            yield violation(path, requirement, count, most)


@RULES.resource("CLOUDFRONT-039", DISTRIBUTION, page=SETTINGS, severity=Severity.WARNING)
def unreachable(distribution: Resource) -> Iterator[Violation]:
    """Behaviors must come before those that match all of their paths.

    The first behavior whose pattern matches serves the request, so that a later one with fewer
    paths never does, and its settings have no effect. Move it before the other.
    """
    earlier: list[str] = []
    for behavior in distribution.paths(_BEHAVIORS)[: patterns.MAX_BEHAVIORS]:
        path = f"{behavior}.PathPattern"
        pattern = distribution.text(path)
        if pattern is None or len(pattern) > _MAX_LENGTH:
            continue
        if sum(map(pattern.count, "*?")) > _MAX_WILDCARDS:
            continue
        covering = next((other for other in earlier if _covers(other, pattern)), None)
        if covering is not None and covering != pattern:  # which is an error of its own
            requirement = f"come before {covering!r}, which matches all of its paths"
            yield violation(path, requirement, pattern)
        earlier.append(pattern)


def _covers(earlier: str, later: str) -> bool:
    first, second = earlier.removeprefix("/"), later.removeprefix("/")
    literal = first[: min((first.find(sign) for sign in "*?" if sign in first), default=len(first))]
    return second.startswith(literal) and patterns.covers(first, second)
