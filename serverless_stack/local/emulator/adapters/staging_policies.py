"""Continuous deployment policies of CloudFront: their actions, and their type in templates.

CreateContinuousDeploymentPolicy and its siblings in the API reference of CloudFront; MiniStack has
an empty list of policies only.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from ministack.core.responses import AccountScopedDict
from ministack.services import cloudfront

from ..cdn.staging import Policy, policy_of
from .cloudfront_xml import invalid, plain, precondition, refusal, text_of
from .types import Handlers, Properties, Provisioned, Record, Response

TYPE = "AWS::CloudFront::ContinuousDeploymentPolicy"
POLICIES: Any = AccountScopedDict()
"""The policies by id: `config` is the element, `etag` its version."""


def answer(
    method: str, policy_id: str | None, is_config: bool, headers: Mapping[str, str], body: bytes
) -> Response | None:
    """Answer an action on policies; None if there is no such action.

    Args:
        method: The method.
        policy_id: The id of the policy; None for all.
        is_config: Whether the path ends in ``config``.
        headers: The headers, by names in lower case.
        body: The body.
    """
    if policy_id is None:
        if method == "POST":
            return _create(body)
        return _list() if method == "GET" else None
    policy = POLICIES.get(policy_id)
    if policy is None:
        return refusal("NoSuchContinuousDeploymentPolicy", "The policy does not exist.", 404)
    if method == "GET":
        return _shown(policy, config_only=is_config)
    if headers.get("if-match") != policy["etag"]:
        return precondition()
    if method == "DELETE":
        if any(
            text_of(dist, "ContinuousDeploymentPolicyId") == policy_id
            for dist in cloudfront._distributions.values()
        ):
            return refusal("ContinuousDeploymentPolicyInUse", "The policy is in use.", 409)
        del POLICIES[policy_id]
        return 204, {}, b""
    config = cloudfront._strip_namespace(fromstring(body))
    try:
        _check(policy_id, policy_of(plain(config)))
    except ValueError as error:
        return invalid(str(error))
    policy.update(config=config, etag=cloudfront.new_uuid(), modified=cloudfront._now_iso())
    return _shown(policy)


def _create(body: bytes) -> Response:
    try:
        policy = store(cloudfront._strip_namespace(fromstring(body)))
    except ValueError as error:
        return invalid(str(error))
    return _shown(policy, status=201)


def store(config: Element) -> Record:
    """Create a policy.

    Raises:
        ValueError: CloudFront refuses it.
    """
    policy_id = cloudfront.new_uuid()
    _check(policy_id, policy_of(plain(config)))
    policy = {
        "id": policy_id,
        "config": config,
        "etag": cloudfront.new_uuid(),
        "modified": cloudfront._now_iso(),
    }
    POLICIES[policy_id] = policy
    return policy


def _check(policy_id: str, policy: Policy) -> None:
    if staging_of(policy) is None:
        raise ValueError("The staging distribution of the policy does not exist.")
    for other in POLICIES.values():
        domains = policy_of(plain(other["config"])).staging_domains
        if other["id"] != policy_id and domains == policy.staging_domains:
            raise ValueError("The staging distribution is in another policy.")


def staging_of(policy: Policy) -> Record | None:
    """Return the staging distribution of a policy, if it exists."""
    found = [
        dist
        for dist in cloudfront._distributions.values()
        if dist["DomainName"] in policy.staging_domains and text_of(dist, "Staging") == "true"
    ]
    return found[0] if found else None


def policy_handlers() -> Handlers:
    """Return the handlers of policies in templates."""

    def element(props: Properties) -> Element:
        config = Element("ContinuousDeploymentPolicyConfig")
        given = props["ContinuousDeploymentPolicyConfig"]
        shape = cloudfront._api_shape("ContinuousDeploymentPolicyConfig")
        cloudfront._render_config_member(config, shape, given)
        return config

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        policy = store(element(props))
        return policy["id"], {"Id": policy["id"], "LastModifiedTime": policy["modified"]}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        config = element(new)
        _check(physical_id, policy_of(plain(config)))
        POLICIES[physical_id].update(config=config, etag=cloudfront.new_uuid())
        modified = POLICIES[physical_id]["modified"]
        return physical_id, {"Id": physical_id, "LastModifiedTime": modified}

    def delete(physical_id: str, props: Properties) -> None:
        POLICIES.pop(physical_id, None)

    return {"create": create, "update": update, "delete": delete}


def _shown(policy: Record, *, config_only: bool = False, status: int = 200) -> Response:
    root = policy["config"]
    if not config_only:
        root = Element("ContinuousDeploymentPolicy")
        _fill(root, policy)
    return status, {"Content-Type": "text/xml", "ETag": policy["etag"]}, tostring(root)


def _list() -> Response:
    root = Element("ContinuousDeploymentPolicyList")
    SubElement(root, "MaxItems").text = "100"
    SubElement(root, "Quantity").text = str(len(POLICIES))
    items = SubElement(root, "Items")
    for policy in POLICIES.values():
        summary = SubElement(items, "ContinuousDeploymentPolicySummary")
        _fill(SubElement(summary, "ContinuousDeploymentPolicy"), policy)
    return 200, {"Content-Type": "text/xml"}, tostring(root)


def _fill(parent: Element, policy: Record) -> None:
    SubElement(parent, "Id").text = policy["id"]
    SubElement(parent, "LastModifiedTime").text = policy["modified"]
    parent.append(policy["config"])
