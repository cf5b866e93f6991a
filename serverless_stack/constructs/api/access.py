"""Access: from which addresses, or through which VPC endpoints, an API may be called."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.tree import path_of

Endpoint: TypeAlias = ec2.IInterfaceVpcEndpoint | ec2.InterfaceVpcEndpoint

MAX_POLICY_LENGTH = 8_192  # "Amazon API Gateway quotas"
# "Address Allocation for Private Internets" (RFC 1918) and "Unique Local IPv6 Unicast Addresses".
_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
_ANY_METHOD = "execute-api:/*"
_PREFLIGHTS = "execute-api:/*/OPTIONS/*"
_SERVICE = "execute-api"
_TOKEN = re.compile(r"\$\{Token\[[^]]*\]\}")


@dataclass(frozen=True)
class Access:
    """From where an API may be called, by a resource policy that denies everything else.

    Create it with ``Access.cidrs(…)`` or ``Access.vpc_endpoint(…)``. Who is let through still has
    to meet the API's ``auth``. If that is ``Auth.iam()``, the policy only denies: an ``Allow`` for
    everybody would let in every principal of the account ("How API Gateway resource policies affect
    authorization workflow").

    Attributes:
        allowed_cidrs: The ranges of public addresses that may call the API.
        denied_cidrs: Ranges within these that may not.
        endpoints: The VPC endpoints of a private API.
    """

    allowed_cidrs: Sequence[str] = ()
    denied_cidrs: Sequence[str] = ()
    endpoints: Sequence[Endpoint] = ()

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def cidrs(cls, *ranges: str, deny: Sequence[str] = ()) -> Access:
        """Allow callers with an address in these ranges.

        Behind a ``Cdn``, the address is that of CloudFront; use AWS WAF there.

        Args:
            ranges: The ranges, such as ``203.0.113.0/24``; at least one.
            deny: Ranges that are denied although one of ``ranges`` has them. Default: none.
        """
        return cls(allowed_cidrs=tuple(ranges), denied_cidrs=tuple(deny))

    @classmethod
    @check_types
    def vpc_endpoint(cls, *endpoints: Endpoint) -> Access:
        """Make the API private: only these VPC endpoints of the service ``execute-api`` reach it.

        The API has no public address, so no ``Cdn`` and no custom domain of this library can be in
        front of it.

        Args:
            endpoints: The endpoints; at least one.
        """
        return cls(endpoints=tuple(endpoints))

    @property
    def is_private(self) -> bool:
        """Whether the API can be reached from a VPC only."""
        return not self.allowed_cidrs


def access_problems(access: Access) -> list[str]:
    """Check from where an API may be called.

    Args:
        access: The access.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.require(
        bool(access.allowed_cidrs) != bool(access.endpoints),
        "`access` must have at least one range or at least one VPC endpoint, got: "
        f"{'both' if access.endpoints else 'neither'}; use Access.cidrs(…) or "
        "Access.vpc_endpoint(…), without which a private API cannot be reached",
    )
    for argument, ranges in (("ranges", access.allowed_cidrs), ("deny", access.denied_cidrs)):
        for text in ranges:
            problems.add(_cidr_problems(f"access.{argument}", text))
        problems.add(
            f"`access.{argument}` must not repeat a range, got: {text!r} more than once"
            for text in repeated(ranges)
        )
    denied = [network for text in access.denied_cidrs if (network := _network(text))]
    for text in access.allowed_cidrs:
        problems.add(_private_problems(text))
        network = _network(text)
        whole = [other for other in denied if network is not None and _within(network, other)]
        problems.require(
            not whole,
            f"`access.deny` must leave a part of each range, got: {', '.join(map(str, whole))}, "
            f"which denies all of {text}",
        )
    for endpoint in access.endpoints:
        service = _service_of(endpoint)
        # Prefix, region and suffix of a service of AWS are tokens, its name is none.
        known = _TOKEN.sub("", service or "").strip(".")
        problems.require(
            not known or _SERVICE in known.split("."),
            "`access` must have VPC endpoints of the service execute-api, got: "
            f"{path_of(endpoint)} of {known}",
        )
    length = len(json.dumps(_document(access, allows=True).to_json()))
    problems.require(
        length <= MAX_POLICY_LENGTH,
        f"`access` must make a policy of {MAX_POLICY_LENGTH:,} characters at most, got: "
        f"{length:,} for {len(access.allowed_cidrs) + len(access.denied_cidrs)} ranges; merge "
        "neighbouring ranges, or use an IP set of AWS WAF",
    )
    return problems.messages


def resource_policy(
    access: Access | None, *, allows: bool, preflights: bool = False
) -> iam.PolicyDocument | None:
    """Return the resource policy of an API; None for one that everybody may call.

    What is not allowed is denied explicitly, so that a route with IAM authorization, whose callers
    have an ``Allow`` of their own, is restricted as well.

    Args:
        access: From where it may be called.
        allows: Whether the policy allows the rest. API Gateway needs an ``Allow`` unless callers
            have one by IAM.
        preflights: Whether it allows CORS preflights, which nobody signs.
    """
    if access is None:
        return None
    return _document(access, allows=allows, preflights=preflights)


def endpoint_configuration(access: Access | None) -> apigateway.EndpointConfiguration:
    """Return the type of an API's endpoint: private with VPC endpoints, else regional.

    Args:
        access: From where it may be called.
    """
    if access is None or not access.is_private:
        return apigateway.EndpointConfiguration(types=[apigateway.EndpointType.REGIONAL])
    return apigateway.EndpointConfiguration(
        types=[apigateway.EndpointType.PRIVATE], vpc_endpoints=list(access.endpoints)
    )


def _document(access: Access, *, allows: bool, preflights: bool = False) -> iam.PolicyDocument:
    conditions: list[dict[str, dict[str, list[str]]]] = []
    if access.endpoints:
        ids = [endpoint.vpc_endpoint_id for endpoint in access.endpoints]
        conditions.append({"StringNotEquals": {"aws:SourceVpce": ids}})
    if access.allowed_cidrs:
        conditions.append({"NotIpAddress": {"aws:SourceIp": list(access.allowed_cidrs)}})
    if access.denied_cidrs:
        conditions.append({"IpAddress": {"aws:SourceIp": list(access.denied_cidrs)}})
    statements = [
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["execute-api:Invoke"],
            resources=[_ANY_METHOD],
            conditions=condition,
        )
        for condition in conditions
    ]
    if allows or preflights:
        allow = iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=["execute-api:Invoke"],
            resources=[_ANY_METHOD if allows else _PREFLIGHTS],
        )
        statements.insert(0, allow)
    return iam.PolicyDocument(statements=statements)


_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _within(network: _Network, other: _Network) -> bool:
    if isinstance(network, ipaddress.IPv4Network):
        return isinstance(other, ipaddress.IPv4Network) and network.subnet_of(other)
    return isinstance(other, ipaddress.IPv6Network) and network.subnet_of(other)


def _cidr_problems(argument: str, text: str) -> list[str]:
    if is_unresolved(text) or _network(text):
        return []
    try:
        hint = f" (nearest accepted: {ipaddress.ip_network(text, strict=False)})"
    except ValueError:
        hint = ""
    return [f"`{argument}` must have ranges such as 203.0.113.0/24, got: {text!r}{hint}"]


def _private_problems(text: str) -> list[str]:
    network = _network(text)
    if network is None or not any(_within(network, private) for private in _PRIVATE):
        return []
    return [
        "`access.ranges` must have public addresses, because callers of a public API have no "
        f"others, got: {text!r}; Access.vpc_endpoint(…) is for callers in a VPC"
    ]


def _service_of(endpoint: Endpoint) -> str | None:
    raw = endpoint.node.default_child
    return raw.service_name if isinstance(raw, ec2.CfnVPCEndpoint) else None
