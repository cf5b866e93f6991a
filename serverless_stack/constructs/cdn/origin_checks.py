"""Checking origins, in the words of their arguments."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.checks.services.cloudfront.limits import origins as limits
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.cdn.origins import Origin
from serverless_stack.constructs.cdn.targets import has_member
from serverless_stack.constructs.function.handler import LambdaHandler

_SECONDS = {
    "read_timeout": limits.READ_SECONDS,
    "keepalive_timeout": limits.KEEPALIVE_SECONDS,
    "connection_timeout": limits.CONNECTION_SECONDS,
}
_NOT_FOR_BUCKETS = ("read_timeout", "keepalive_timeout")


def origin_problems(origin: Origin, argument: str) -> list[str]:
    """Check an origin, or those of a group.

    Args:
        origin: The origin.
        argument: What has it, as the caller wrote it.

    Returns:
        One message per problem.
    """
    if origin.kind == "group":
        return _group_problems(origin, argument)
    problems = Problems()
    problems.add(_connection_problems(origin, argument))
    if origin.path is not None:
        if origin.path == "":
            problems.fail(f"`{argument}.path` must be None for the whole origin, got: ''")
        problems.add(rules.origin_path_problems(origin.path, f"{argument}.path"))
    if origin.port is not None:
        problems.add(rules.port_problems(origin.port, f"{argument}.port"))
        problems.require(
            origin.protocol != "viewer",
            f"`{argument}.port` must be None with `protocol='viewer'`, whose HTTP and HTTPS have "
            f"ports of their own, got: {origin.port}",
        )
    if origin.domain_name is not None:
        problems.add(rules.origin_domain_problems(origin.domain_name, f"{argument}.domain_name"))
    if origin.shield is not None:
        problems.add(rules.shield_problems(origin.shield, f"{argument}.shield"))
    values = {
        name: value if isinstance(value, str) else None for name, value in origin.headers.items()
    }
    problems.add(rules.custom_header_problems(values, f"{argument}.headers"))
    problems.add(_resource_problems(origin, argument))
    return problems.messages


def _group_problems(origin: Origin, argument: str) -> list[str]:
    problems = Problems()
    problems.add(rules.failover_problems(origin.status_codes, f"{argument}.status_codes"))
    for place, member in zip(("primary", "fallback"), origin.members, strict=False):
        problems.require(
            member.kind != "group",
            f"`{argument}.{place}` must be one origin, got: a group; a group has two of them",
        )
        problems.add(origin_problems(member, f"{argument}.{place}"))
    if len(origin.members) == 2 and origin.members[0] == origin.members[1]:
        problems.fail(f"`{argument}` must have two different origins, got: the same one twice")
    return problems.messages


def _connection_problems(origin: Origin, argument: str) -> list[str]:
    problems = Problems()
    times: dict[str, Duration | None] = {
        "read_timeout": origin.read_timeout,
        "keepalive_timeout": origin.keepalive_timeout,
        "connection_timeout": origin.connection_timeout,
    }
    for name, value in times.items():
        if value is None:
            continue
        if origin.kind == "bucket" and name in _NOT_FOR_BUCKETS:
            problems.fail(
                f"`{argument}.{name}` must be None for a bucket, for which CloudFront chooses it, "
                f"got: {value.to_string()}"
            )
        problems.add(seconds_problems(f"{argument}.{name}", value, *_SECONDS[name]))
    if origin.connection_attempts is not None:
        problems.between(
            f"{argument}.connection_attempts",
            origin.connection_attempts,
            *limits.CONNECTION_ATTEMPTS,
            "attempts",
        )
    whole = origin.response_completion_timeout
    if whole is not None:
        read = origin.read_timeout
        least = limits.DEFAULT_READ_SECONDS
        if read is not None and not read.is_unresolved():
            least = int(read.to_seconds(integral=False))
        name = f"{argument}.response_completion_timeout"
        problems.add(
            f"{message}; it is the time for the whole response, `read_timeout` that for a part"
            for message in seconds_problems(name, whole, least, limits.COMPLETION_SECONDS)
        )
    for name, value in {**times, "response_completion_timeout": whole}.items():
        if value is not None and value.is_unresolved():
            problems.fail(f"`{argument}.{name}` must be known at synthesis, got: a token")
    return problems.messages


def _resource_problems(origin: Origin, argument: str) -> list[str]:
    if origin.kind == "api":
        return _api_problems(origin, argument)
    if origin.kind == "load_balancer":
        return _load_balancer_problems(origin, argument)
    handler = origin.resource
    if isinstance(handler, LambdaHandler) and handler.function_url is None:
        return [
            f"`{argument}` must have a URL, got: {path_of(handler)} without one; create it with "
            "`url=FunctionUrl()`, or put a ProxyApi before it"
        ]
    return []


def _api_problems(origin: Origin, argument: str) -> list[str]:
    api = origin.resource
    problems = Problems()
    if isinstance(api, ProxyApi):
        if api.is_private:
            problems.fail(
                f"`{argument}` must have a public endpoint, which CloudFront needs, got: "
                f"{path_of(api)} with Access.vpc_endpoint(…)"
            )
        if not api.has_default_endpoint:
            problems.fail(
                f"`{argument}` must have a default endpoint, which CloudFront calls, got: "
                f"{path_of(api)}, whose `domain` disables it"
            )
        stage = (origin.path or "").removeprefix("/")
        if stage and stage not in api.stages:
            problems.fail(
                f"`{argument}.stage` must be one of {', '.join(api.stages)}, got: {stage!r}"
            )
    elif (
        not isinstance(api, apigateway.RestApi | apigateway.SpecRestApi)
        and has_member(api, "rest_api_id")
        and origin.path is None
    ):
        problems.fail(
            f"`{argument}` must have a stage for a REST API that is not in this app; write "
            'behaviors={"/api/*": Origin.api(api, stage="prod")}'
        )
    return problems.messages


def is_private(origin: Origin) -> bool:
    """Whether a load balancer is reached inside its VPC.

    Args:
        origin: The origin.
    """
    if origin.private is not None:
        return origin.private
    balancer = origin.resource
    raw = (
        balancer.node.default_child
        if isinstance(balancer, elbv2.ApplicationLoadBalancer | elbv2.NetworkLoadBalancer)
        else None
    )
    return isinstance(raw, elbv2.CfnLoadBalancer) and raw.scheme == "internal"


def _load_balancer_problems(origin: Origin, argument: str) -> list[str]:
    problems = Problems()
    private = is_private(origin)
    if not private and origin.protocol in (None, "https", "viewer") and not origin.domain_name:
        problems.fail(
            f"`{argument}` must have a `domain_name` of its certificate for HTTPS, because no "
            "certificate has the name that AWS gave it; write Origin.load_balancer(balancer, "
            'domain_name="origin.example.com"), or private=True for an internal one'
        )
    if private and origin.protocol == "https" and not origin.domain_name:
        problems.fail(
            f"`{argument}.domain_name` must be a name of the certificate with `protocol='https'`, "
            "got: None"
        )
    return problems.messages
