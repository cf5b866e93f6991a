"""The way of requests: from viewers to distributions, APIs, functions and load balancers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.values import listed, mapping, texts_of
from serverless_stack.diagrams.edges.collector import Collector
from serverless_stack.diagrams.model import VIEWERS, EdgeKind
from serverless_stack.diagrams.world import Resource, World

DISTRIBUTION: Final = "AWS::CloudFront::Distribution"
_METHOD: Final = "AWS::ApiGateway::Method"
_MAX_LABELS: Final = 3
_ENTRIES: Final = (
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::AppSync::GraphQLApi",
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
    "AWS::AppRunner::Service",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancing::LoadBalancer",
)
_GROUP: Final = "AWS::ElasticLoadBalancingV2::TargetGroup"


def add(edges: Collector) -> None:
    """Add the edges of requests."""
    for distribution in edges.world.of_type(DISTRIBUTION):
        _origins(edges, distribution)
    _routes(edges)
    for source in edges.world.of_type("AWS::AppSync::DataSource"):
        for target in edges.world.targets(source):
            if target.type != "AWS::AppSync::GraphQLApi":
                edges.connect(source, target, EdgeKind.REQUEST)
    _balancers(edges)
    _viewers(edges)


def _origins(edges: Collector, distribution: Resource) -> None:
    world = edges.world
    config = mapping(distribution.get("DistributionConfig"))
    groups = _origin_groups(config)
    patterns: dict[str, list[str]] = {}
    behaviors = [mapping(each) for each in listed(config.get("CacheBehaviors"))]
    for behavior in [mapping(config.get("DefaultCacheBehavior")), *behaviors]:
        pattern = str(behavior.get("PathPattern", "*"))
        id = str(behavior.get("TargetOriginId"))
        for member in groups.get(id, [id]):
            patterns.setdefault(member, []).append(pattern)
        for key in ("LambdaFunctionAssociations", "FunctionAssociations"):
            for association in listed(behavior.get(key)):
                event = str(mapping(association).get("EventType", ""))
                for function in world.named_by(distribution.stack, association):
                    edges.connect(distribution, function, EdgeKind.REQUEST, event)
    for origin in listed(config.get("Origins")):
        paths = patterns.get(str(mapping(origin).get("Id")), [])
        label = _short([_path(pattern) for pattern in paths], "paths")
        domain = [mapping(origin).get("DomainName"), mapping(origin).get("VpcOriginConfig")]
        for target in world.named_by(distribution.stack, domain):
            edges.connect(distribution, target, EdgeKind.REQUEST, label)
    logs = mapping(config.get("Logging")).get("Bucket")
    for target in world.named_by(distribution.stack, logs):
        edges.connect(distribution, target, EdgeKind.ACCESS, "logs")
    for acl in world.named_by(distribution.stack, config.get("WebACLId")):
        edges.connect(acl, distribution, EdgeKind.REQUEST, "protects")


def _origin_groups(config: Mapping[str, object]) -> dict[str, list[str]]:
    found = {}
    for group in listed(mapping(config.get("OriginGroups")).get("Items")):
        members = listed(mapping(mapping(group).get("Members")).get("Items"))
        found[str(mapping(group).get("Id"))] = [str(mapping(m).get("OriginId")) for m in members]
    return found


def _path(pattern: str) -> str:
    return pattern if pattern.startswith("/") else f"/{pattern}"


def _short(labels: list[str], noun: str) -> str:
    """Return a few labels as one text, and many as their number."""
    each = list(dict.fromkeys(labels))
    return ", ".join(each) if len(each) <= _MAX_LABELS else f"{len(each)} {noun}"


def _routes(edges: Collector) -> None:
    """Connect APIs with what their routes lead to."""
    world = edges.world
    labels: dict[tuple[str, str], list[str]] = {}

    def note(source: Resource, target: Resource, label: str) -> None:
        box, end = edges.folding.target(source), edges.folding.target(target)
        if box is not None and end is not None and box != end:
            labels.setdefault((box, end), []).extend([label] if label else [])

    for method in world.of_type(_METHOD):
        for target in world.targets(method, "Integration"):
            if target.type not in ("AWS::IAM::Role", "AWS::ApiGateway::RestApi"):
                note(method, target, f"{method.text('HttpMethod')} {_resource_path(world, method)}")
    integrated: dict[str, list[str]] = {}
    for route in world.of_type("AWS::ApiGatewayV2::Route"):
        for integration in world.targets(route, "Target"):
            integrated.setdefault(integration.id, []).append(route.text("RouteKey"))
    for integration in world.of_type("AWS::ApiGatewayV2::Integration"):
        for target in world.targets(integration, "IntegrationUri"):
            for key in integrated.get(integration.id, [""]):
                note(integration, target, key)
    for api in world.of_type("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
        for target in world.targets(api, "Body"):
            note(api, target, "")
    for (box, end), keys in sorted(labels.items()):
        edges.add(box, end, EdgeKind.REQUEST, _short(_without_roots(keys), "routes"))
    for authorizer in world.of_type("AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"):
        for target in world.targets(authorizer):
            edges.connect(authorizer, target, EdgeKind.REFERENCE, "authorizes")


def _without_roots(keys: list[str]) -> list[str]:
    """Return routes as people write them: `ANY /*` for all paths, `GET, POST /orders`."""
    found = list(dict.fromkeys(keys))
    for key in list(found):
        method, _, path = key.partition(" ")
        if path == "/{proxy+}":
            dropped = {key, f"{method} /"}
            found = [f"{method} /*", *(each for each in found if each not in dropped)]
    methods: dict[str, list[str]] = {}
    for each in found:
        method, _, path = each.partition(" ")
        methods.setdefault(path, []).append("all routes" if each == "$default" else method)
    return [f"{', '.join(each)} {path}".strip() for path, each in methods.items()]


def _resource_path(world: World, method: Resource) -> str:
    names: list[str] = []
    value, stack = method.get("ResourceId"), method.stack
    for _ in range(30):
        found = world.named_by(stack, value)
        if not found or found[0].type != "AWS::ApiGateway::Resource":
            break
        names.append(found[0].text("PathPart"))
        value, stack = found[0].get("ParentId"), found[0].stack
    return "/" + "/".join(reversed(names))


def _balancers(edges: Collector) -> None:
    world = edges.world
    behind: dict[str, list[Resource]] = {}
    for group in world.of_type(_GROUP):
        behind[group.id] = [t for t in world.targets(group, "Targets") if t.type != _GROUP]
        users = (r for r in world.referring(group) if ":Listener" not in r.type)
        behind[group.id] += [user for user in users if user.id in edges.folding.boxes]
    for listener in world.of_type(
        "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule"
    ):
        for group in world.targets(listener, "DefaultActions", "Actions"):
            for target in behind.get(group.id, ()):
                edges.connect(listener, target, EdgeKind.REQUEST)


def _viewers(edges: Collector) -> None:
    world, folding = edges.world, edges.folding
    for distribution in world.of_type(DISTRIBUTION):
        names = texts_of(mapping(distribution.get("DistributionConfig")).get("Aliases"))
        edges.add(VIEWERS, distribution.id, EdgeKind.REQUEST, _short(names, "domain names"))
    for entry in _entries(edges):
        box = folding.target(entry)
        if box is not None and not edges.has_requests(box):
            edges.add(VIEWERS, box, EdgeKind.REQUEST)


def _entries(edges: Collector) -> Iterator[Resource]:
    for resource in edges.world.of_type(*_ENTRIES, "AWS::Lambda::Url"):
        private = "PRIVATE" in listed(resource.get("EndpointConfiguration.Types"))
        if not private and resource.text("Scheme") != "internal":
            yield resource
