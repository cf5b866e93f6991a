"""What CloudFront refuses when a distribution is created or updated.

"CreateDistribution" of the API reference, "Quotas" and "Restrictions on edge functions".
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from .config import Behaviour, Config

MOST_BEHAVIOURS, MOST_ORIGINS, MOST_GROUPS = 75, 100, 10
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ERROR_CODES = frozenset({400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504})
FAILOVER_CODES = frozenset({400, 403, 404, 416, 429, 500, 502, 503, 504})
_VERSION = re.compile(r"arn:[\w-]+:lambda:([\w-]+):\d{12}:function:[\w-]+(:[\w$-]+)?")


class Refusal(NamedTuple):
    """Why a configuration is refused.

    Attributes:
        code: The code of the API's error.
        message: Its message.
    """

    code: str
    message: str


def refusal_of(config: Config) -> Refusal | None:
    """Return why CloudFront refuses a configuration, or None."""
    return next(_refusals(config), None)


def _refusals(config: Config) -> Iterator[Refusal]:
    if len(config.behaviours) - 1 > MOST_BEHAVIOURS:
        yield Refusal(
            "TooManyCacheBehaviors",
            "Your request contains more cache behaviors than are allowed per distribution.",
        )
    if len(config.origins) > MOST_ORIGINS:
        yield Refusal(
            "TooManyOrigins",
            "Your request contains more origins than are allowed per distribution.",
        )
    if len(config.groups) > MOST_GROUPS:
        yield Refusal(
            "TooManyOriginGroupsPerDistribution",
            "Your request contains more origin groups than are allowed per distribution.",
        )
    patterns = Counter(each.pattern.removeprefix("/") for each in config.behaviours[:-1])
    for pattern, count in patterns.items():
        if count > 1:
            yield _invalid(f"The parameter PathPattern contains duplicates: {pattern}.")
    for group in config.groups.values():
        if len(group.members) != 2 or not set(group.members) <= config.origins.keys():
            yield _invalid(f"The origin group {group.id} must have two origins that exist.")
        if not group.statuses or not group.statuses <= FAILOVER_CODES:
            yield _invalid(f"The failover criteria of the origin group {group.id} are not valid.")
    for response in config.errors.values():
        if response.status not in ERROR_CODES:
            yield _invalid(f"The parameter ErrorCode is not valid: {response.status}.")
        if response.page and not response.page.startswith("/"):
            yield _invalid("The parameter ResponsePagePath must begin with a slash.")
    for behaviour in config.behaviours:
        yield from _of_behaviour(config, behaviour)


def _of_behaviour(config: Config, behaviour: Behaviour) -> Iterator[Refusal]:
    if behaviour.target not in config.origins.keys() | config.groups.keys():
        yield Refusal(
            "NoSuchOrigin",
            "One or more of your cache behavior target origins or origin groups do not exist.",
        )
    if behaviour.target in config.groups and WRITES & set(behaviour.methods):
        yield _invalid(
            "The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached "
            "behavior associated with an origin group."
        )
    events = {event for event, _arn in behaviour.functions}
    if not events <= {"viewer-request", "viewer-response"}:
        yield Refusal(
            "InvalidFunctionAssociation",
            "CloudFront functions can be associated with viewer events only.",
        )
    if events and any(event.startswith("viewer-") for event, _edge in behaviour.edge):
        yield Refusal(
            "InvalidLambdaFunctionAssociation",
            "A cache behavior cannot have both CloudFront Functions and Lambda@Edge functions for "
            "viewer events.",
        )
    for _event, edge in behaviour.edge:
        yield from _of_edge(edge.arn)


def _of_edge(arn: str) -> Iterator[Refusal]:
    match = _VERSION.fullmatch(arn)
    version = (match[2] or "").removeprefix(":") if match else ""
    if not version.isdigit():
        yield Refusal(
            "InvalidLambdaFunctionAssociation",
            "The function ARN must reference a specific function version. (The ARN must end with "
            f"the version number.) ARN: {arn}",
        )
    elif match is not None and match[1] != "us-east-1":
        yield Refusal(
            "InvalidLambdaFunctionAssociation",
            f"The function must be in region 'us-east-1'. ARN: {arn}",
        )


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidArgument", message)
