"""Continuous deployment of CloudFront: copies of distributions, policies, and promotion.

CopyDistribution, UpdateDistributionWithStagingConfig and the actions of policies in the API
reference of CloudFront; MiniStack has none of them.
"""

import random
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import fromstring, tostring

from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

from ..cdn.messages import own_response
from ..cdn.staging import policy_of
from . import staging_policies
from .cloudfront_xml import (
    config_of,
    invalid,
    no_distribution,
    plain,
    precondition,
    refusal,
    remove,
    set_value,
    text_of,
    value_of,
)
from .staging_policies import POLICIES, policy_handlers, staging_of
from .types import Record, Response

_PATH = re.compile(r"/2020-05-31/continuous-deployment-policy(?:/([^/]+))?(/config)?/?")
_COPY = re.compile(r"/2020-05-31/distribution/([^/]+)/copy/?")
_PROMOTE = re.compile(r"/2020-05-31/distribution/([^/]+)/promote-staging-config/?")
_CHANGE = re.compile(r"/2020-05-31/distribution/([^/]+)(/config)?/?")
# What a copy does not take over, and a promotion does not replace.
_OWN = ("CallerReference", "Aliases", "Staging", "ContinuousDeploymentPolicyId")


def apply() -> None:
    """Apply this module's patches."""
    answer_actions()
    list_staging_distributions()
    serve_from_staging()
    provisioners._RESOURCE_HANDLERS[staging_policies.TYPE] = policy_handlers()


def answer_actions() -> None:
    """Answer the actions, and refuse changes of distributions that a policy forbids."""
    stock = cloudfront.handle_request

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Response:
        if found := _PATH.fullmatch(path):
            answer = staging_policies.answer(method, found[1], bool(found[2]), headers, body)
            if answer is not None:
                return answer
        if (found := _COPY.fullmatch(path)) and method == "POST":
            return copy(found[1], headers, body)
        if (found := _PROMOTE.fullmatch(path)) and method == "PUT":
            staging = query.get("StagingDistributionId", "")
            return promote(found[1], staging[0] if isinstance(staging, list) else staging, headers)
        if (found := _CHANGE.fullmatch(path)) and (
            refused := _refusal(method, found[1], body if found[2] else b"")
        ):
            return refused
        response: Response = await stock(method, path, headers, body, query)
        return response

    cloudfront.handle_request = handle


def list_staging_distributions() -> None:
    """List staging distributions as such. MiniStack lists all as being none."""
    stock = cloudfront._list_distributions

    def listed() -> Response:
        for dist in cloudfront._distributions.values():
            dist["Staging"] = is_staging(dist)
        answer: Response = stock()
        return answer

    cloudfront._list_distributions = listed


def serve_from_staging() -> None:
    """Serve the requests that a policy selects from the staging distribution."""
    stock = cloudfront.handle_viewer_request

    async def handle(
        dist: Record,
        method: str,
        path: str,
        raw_uri: str,
        raw_query_string: str,
        headers: dict[str, str],
        *more: Any,
        **named: Any,
    ) -> Response:
        if is_staging(dist):
            refused = own_response(403, "A staging distribution is served by its primary only.")
            return refused.status, {"Content-Type": "text/html"}, refused.body
        chosen = staging_for(dist, headers, random.random()) or dist
        response: Response = await stock(
            chosen, method, path, raw_uri, raw_query_string, headers, *more, **named
        )
        return response

    cloudfront.handle_viewer_request = handle


def staging_for(dist: Record, headers: Mapping[str, str], draw: float) -> Record | None:
    """Return the staging distribution that serves a request to another one, if it does."""
    policy = POLICIES.get(text_of(dist, "ContinuousDeploymentPolicyId"))
    if policy is None:
        return None
    rules = policy_of(plain(policy["config"]))
    lower = {name.lower(): value for name, value in headers.items()}
    return staging_of(rules) if rules.takes(lower, draw) else None


def is_staging(dist: Record) -> bool:
    """Return whether a distribution is a staging distribution."""
    return text_of(dist, "Staging") == "true"


def copy(primary_id: str, headers: Mapping[str, str], body: bytes) -> Response:
    """Create a staging distribution with the configuration of another distribution."""
    primary = cloudfront._distributions.get(primary_id)
    if primary is None:
        return no_distribution()
    if headers.get("if-match") != primary["ETag"]:
        return precondition()
    request = cloudfront._strip_namespace(fromstring(body))
    config = config_of(primary)
    if value_of(config, "HttpVersion") in ("http3", "http2and3"):
        return invalid("Continuous deployment does not work with HTTP/3.")
    set_value(config, "CallerReference", value_of(request, "CallerReference"))
    set_value(config, "Enabled", value_of(request, "Enabled") or "true")
    set_value(config, "Staging", headers.get("staging", "false").lower())
    for name in ("Aliases", "ContinuousDeploymentPolicyId"):
        remove(config, name)
    response: Response = cloudfront._create_distribution(headers, tostring(config))
    return response


def promote(primary_id: str, staging_id: str, headers: Mapping[str, str]) -> Response:
    """Replace the configuration of a distribution by that of its staging distribution."""
    primary = cloudfront._distributions.get(primary_id)
    staging = cloudfront._distributions.get(staging_id)
    if primary is None or staging is None:
        return no_distribution()
    versions = [part.strip() for part in headers.get("if-match", "").split(",")]
    if versions != [primary["ETag"], staging["ETag"]]:
        return precondition()
    config, old = config_of(staging), config_of(primary)
    for name in _OWN:
        remove(config, name)
        element = old.find(name)
        if element is not None:
            config.append(element)
    primary.update(
        config_xml=tostring(config, encoding="unicode"),
        enabled=cloudfront._get_enabled(config),
        ETag=cloudfront.new_uuid(),
        LastModifiedTime=cloudfront._now_iso(),
    )
    policy = POLICIES.get(value_of(config, "ContinuousDeploymentPolicyId"))
    if policy is not None:  # the console says that a promotion switches the policy off
        set_value(policy["config"], "Enabled", "false")
        policy["etag"] = cloudfront.new_uuid()
    response: Response = cloudfront._get_distribution(primary_id)
    return response


def _refusal(method: str, dist_id: str, new_config: bytes) -> Response | None:
    """Return why a distribution cannot be deleted or changed like this, if it cannot."""
    dist = cloudfront._distributions.get(dist_id)
    if dist is None or method not in ("DELETE", "PUT"):
        return None
    if method == "DELETE":
        used = any(
            dist["DomainName"] in policy_of(plain(policy["config"])).staging_domains
            for policy in POLICIES.values()
        )
        return refusal("StagingDistributionInUse", "A policy has it.", 409) if used else None
    config = cloudfront._strip_namespace(fromstring(new_config)) if new_config else None
    policy_id = value_of(config, "ContinuousDeploymentPolicyId") if config is not None else ""
    if not policy_id:
        return None
    if policy_id not in POLICIES:
        return refusal("NoSuchContinuousDeploymentPolicy", "The policy does not exist.", 404)
    if value_of(config, "HttpVersion") in ("http3", "http2and3"):
        return invalid("Continuous deployment does not work with HTTP/3.")
    return None
