"""Rules on edge functions: CloudFront Functions and Lambda@Edge."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved, repeated
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import UNKNOWN, Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.cloudfront.limits.edge import (
    RUNTIMES,
    VIEWER_EVENTS,
    VIEWER_MEMORY,
    max_seconds,
)
from serverless_stack.checks.services.cloudfront.rules.behaviors import behaviors_of
from serverless_stack.checks.services.cloudfront.rules.distribution import DISTRIBUTION

RULES = RuleList()

_RESTRICTIONS = "Restrictions on Lambda@Edge"
_EDGE_RESTRICTIONS = "Restrictions on all edge functions"
_QUOTAS = "Quotas on Lambda@Edge"
_VERSION = re.compile(r"arn:[^:]*:lambda:([^:]*):[^:]*:function:[^:]+(?::([^:]+))?")
_UNSUPPORTED = {
    "DeadLetterConfig": "a dead-letter queue",
    "VpcConfig": "a VPC",
    "Layers": "layers",
    "FileSystemConfigs": "a file system",
    "ImageConfig": "a container image",
    "Code.ImageUri": "a container image",
}


def associations(distribution: Resource) -> Iterator[tuple[str, str | None]]:
    """Yield the paths of the associations with Lambda@Edge, each with its event."""
    for behavior in behaviors_of(distribution):
        for path in distribution.paths(f"{behavior}.LambdaFunctionAssociations"):
            yield path, distribution.text(f"{path}.EventType")


def _functions(distribution: Resource) -> Iterator[tuple[str, str | None, Resource]]:
    """Yield the functions of the associations that are in the template."""
    for path, event in associations(distribution):
        version = distribution.reference(f"{path}.LambdaFunctionARN")
        if version is not None and version.type == "AWS::Lambda::Version":
            function = version.reference("FunctionName")
            if function is not None and function.type == "AWS::Lambda::Function":
                yield path, event, function


@RULES.resource("CLOUDFRONT-040", DISTRIBUTION, page=_EDGE_RESTRICTIONS)
def one_function_an_event(distribution: Resource) -> Iterator[Violation]:
    """Edge functions must be one per event, and of one kind for viewers.

    CloudFront refuses two functions for an event, CloudFront Functions on origin events, and both
    kinds of functions on viewer events of a behavior.
    """
    for behavior in behaviors_of(distribution):
        kinds: dict[str, list[str]] = {}
        for name in ("FunctionAssociations", "LambdaFunctionAssociations"):
            paths = distribution.paths(f"{behavior}.{name}")
            events = [distribution.text(f"{path}.EventType") for path in paths]
            kinds[name] = [event for event in events if event is not None]
            for event in repeated(kinds[name]):
                yield violation(f"{behavior}.{name}", "have one function for each event", event)
        for event in kinds["FunctionAssociations"]:
            if event not in VIEWER_EVENTS:
                requirement = "have the events viewer-request and viewer-response only"
                nearest = event.replace("origin", "viewer")
                yield violation(f"{behavior}.FunctionAssociations", requirement, event, nearest)
        viewer = [event for event in kinds["LambdaFunctionAssociations"] if event in VIEWER_EVENTS]
        if viewer and any(event in VIEWER_EVENTS for event in kinds["FunctionAssociations"]):
            requirement = "not have a viewer event beside that of a CloudFront function"
            yield violation(f"{behavior}.LambdaFunctionAssociations", requirement, viewer[0])


@RULES.resource("CLOUDFRONT-041", DISTRIBUTION, page=_RESTRICTIONS)
def edge_version(distribution: Resource) -> Iterator[Violation]:
    """Lambda@Edge functions must be numbered versions in us-east-1.

    CloudFront refuses `$LATEST`, aliases, functions of other regions, and the request's body in
    response events.
    """
    region = distribution.template.region
    for path, event in associations(distribution):
        arn_path = f"{path}.LambdaFunctionARN"
        arn = distribution.get(arn_path)
        found = distribution.reference(arn_path)
        if found is not None and found.type in ("AWS::Lambda::Function", "AWS::Lambda::Alias"):
            kind = found.type.rsplit("::", 1)[-1].lower()
            yield violation(arn_path, "be a numbered version", f"the {kind} {found.logical_id}")
        is_version = found is not None and found.type == "AWS::Lambda::Version"
        if is_version and region not in (None, "us-east-1"):
            yield violation(arn_path, "be of a function in us-east-1", region, "us-east-1")
        match = _VERSION.fullmatch(arn) if isinstance(arn, str) else None
        if match and not is_unresolved(match[1]) and match[1] != "us-east-1":
            yield violation(arn_path, "be of a function in us-east-1", arn)
        if match and UNKNOWN not in str(arn) and not (match[2] or "").isdecimal():
            yield violation(arn_path, "be a numbered version", arn)
        if distribution.boolean(f"{path}.IncludeBody") and str(event).endswith("response"):
            yield violation(f"{path}.IncludeBody", "be false for the event of a response", True)


@RULES.resource("CLOUDFRONT-042", DISTRIBUTION, page=_QUOTAS)
def edge_quotas(distribution: Resource) -> Iterator[Violation]:
    """Lambda@Edge functions must stay within the limits of their event.

    CloudFront refuses time-outs above 5 seconds and memory above 128 MiB for viewer events, and
    time-outs above 30 seconds for origin events.
    """
    for _path, event, function in _functions(distribution):
        id, timeout = function.logical_id, function.number("Timeout")
        most = 30 if event is None else max_seconds(event)
        if event is not None and timeout is not None and timeout > most:
            requirement = f"be at most {most} seconds at the edge ({event})"
            yield violation("Timeout", requirement, int(timeout), most, resource=id)
        memory = function.number("MemorySize")
        if event in VIEWER_EVENTS and memory is not None and memory > VIEWER_MEMORY:
            requirement = f"be {VIEWER_MEMORY} MiB at the edge ({event})"
            yield violation("MemorySize", requirement, int(memory), VIEWER_MEMORY, resource=id)


@RULES.resource("CLOUDFRONT-043", DISTRIBUTION, page=_RESTRICTIONS)
def edge_architecture(distribution: Resource) -> Iterator[Violation]:
    """Lambda@Edge functions must run Node.js or Python on x86_64.

    CloudFront refuses other runtimes and arm64.
    """
    for _path, _event, function in _functions(distribution):
        id = function.logical_id
        if function.get("Architectures.0") == "arm64":
            yield violation(
                "Architectures", "be x86_64 at the edge", "arm64", "x86_64", resource=id
            )
        runtime = function.text("Runtime")
        if runtime is not None and not runtime.startswith(RUNTIMES):
            yield violation("Runtime", "be Node.js or Python at the edge", runtime, resource=id)


@RULES.resource("CLOUDFRONT-044", DISTRIBUTION, page=_RESTRICTIONS)
def edge_features(distribution: Resource) -> Iterator[Violation]:
    """Lambda@Edge functions must not use features that the edge lacks.

    CloudFront refuses functions with environment variables, a VPC, layers, images, file systems,
    dead-letter queues, more than 512 MiB of storage, or a reserved concurrency of 0.
    """
    for _path, _event, function in _functions(distribution):
        id = function.logical_id
        for path, name in _UNSUPPORTED.items():
            value = function.get(path)
            if value not in (None, [], {}):
                yield violation(
                    path,
                    f"be absent at the edge, which does not support {name}",
                    value,
                    resource=id,
                )
        variables = function.mapping("Environment.Variables")
        if variables:
            requirement = "be absent at the edge, which has no environment variables"
            yield violation("Environment.Variables", requirement, sorted(variables), resource=id)
        size = function.number("EphemeralStorage.Size")
        if size is not None and size > 512:
            requirement = "be 512 MiB at the edge"
            yield violation("EphemeralStorage.Size", requirement, int(size), 512, resource=id)
        if function.number("ReservedConcurrentExecutions") == 0:
            path, requirement = (
                "ReservedConcurrentExecutions",
                "be 1 or more, or absent, at the edge",
            )
            yield violation(path, requirement, 0, 1, resource=id)


@RULES.resource("CLOUDFRONT-045", DISTRIBUTION, page=_RESTRICTIONS)
def edge_role(distribution: Resource) -> Iterator[Violation]:
    """Roles of Lambda@Edge functions must trust edgelambda.amazonaws.com.

    CloudFront cannot replicate the function otherwise, and refuses the association. Add the service
    to the role's trust policy.
    """
    for _path, _event, function in _functions(distribution):
        role = function.reference("Role")
        if role is None or role.type != "AWS::IAM::Role":
            continue
        path = "AssumeRolePolicyDocument.Statement"
        services: list[object] = []
        for statement in role.paths(path):
            service = role.get(f"{statement}.Principal.Service")
            services += service if isinstance(service, list) else [service]
        if any(service is None or is_unresolved(service) for service in services):
            continue
        if services and "edgelambda.amazonaws.com" not in services:
            requirement = "allow edgelambda.amazonaws.com, as the role of a function at the edge"
            yield violation(path, requirement, services, resource=role.logical_id)
