"""Tls: which TLS versions and ciphers callers of an API may use."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway

from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs.api.access import Access, access_problems

_PREFIX = "SecurityPolicy_"


@dataclass(frozen=True)
class Tls:
    """The security policy of an API or a domain ("Security policies for REST APIs in API Gateway").

    ``TLS_1_0`` and ``TLS_1_2`` are legacy policies, which have no access mode. Without a policy,
    AWS takes TLS_1_0 for regional APIs and TLS_1_2 for private APIs and domains.

    Attributes:
        policy: A policy of CDK, such as ``SecurityPolicy.TLS13_1_3_2025_09``, or the name of one
            that CDK does not have, such as ``SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09``.
        access_mode: How requests that come by another endpoint or host name are treated, for an
            enhanced policy. ``BASIC`` lets them pass, for the time in which clients are moved.
            Default: ``STRICT``.
    """

    policy: apigateway.SecurityPolicy | str
    access_mode: apigateway.EndpointAccessMode | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @property
    def policy_name(self) -> str:
        """The name of the policy for API Gateway."""
        if isinstance(self.policy, str):
            return self.policy
        name = self.policy.name
        return name if name in rules.LEGACY_TLS_POLICIES else f"{_PREFIX}{name}"

    @property
    def is_enhanced(self) -> bool:
        """Whether the policy is an enhanced one, which has an access mode."""
        return self.policy_name.startswith(_PREFIX)

    @property
    def access_mode_name(self) -> str | None:
        """The name of the access mode for API Gateway; None for a legacy policy."""
        if not self.is_enhanced:
            return None
        return (self.access_mode or apigateway.EndpointAccessMode.STRICT).name


def tls_problems(tls: Tls, argument: str = "tls", *, edge: bool = False) -> list[str]:
    """Check a security policy.

    Args:
        tls: The policy.
        argument: The argument that has it.
        edge: Whether the endpoint is an edge-optimized one.

    Returns:
        One message per problem.
    """
    problems = rules.tls_policy_problems(tls.policy_name, f"{argument}.policy", edge=edge)
    if tls.access_mode is not None and not tls.is_enhanced:
        problems.append(
            f"`{argument}.access_mode` must be left out for the legacy policy {tls.policy_name}, "
            f"got: {tls.access_mode.name}; only policies named {_PREFIX}… have one"
        )
    return problems


def protection_problems(access: Access | None, tls: Tls | None, shield: bool) -> list[str]:
    """Check what protects an API beside AWS WAF.

    Args:
        access: From where it may be called, or None.
        tls: Its security policy, or None.
        shield: Whether AWS Shield Advanced was asked for.

    Returns:
        One message per problem.
    """
    problems = [] if access is None else access_problems(access)
    problems += [] if tls is None else tls_problems(tls)
    if shield:
        problems.append(
            "`shield` must be False, because AWS Shield Advanced protects distributions, hosted "
            "zones, accelerators, load balancers and Elastic IP addresses, and no API, got: True; "
            "put a `Cdn` with `shield=True` in front of the API"
        )
    return problems


def apply_tls(api: apigateway.RestApi, tls: Tls | None) -> None:
    """Set the security policy of an API.

    Args:
        api: The API.
        tls: The policy. Default: chosen by AWS.
    """
    if tls is not None:
        raw = default_child(api, apigateway.CfnRestApi)
        raw.security_policy = tls.policy_name
        raw.endpoint_access_mode = tls.access_mode_name
