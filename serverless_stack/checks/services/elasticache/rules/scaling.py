"""Rules on scalable targets of ElastiCache, and their policies."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import (
    Violation,
    check_range,
    findings_from,
    violation,
)
from serverless_stack.checks.services.elasticache.limits import scaling
from serverless_stack.checks.services.elasticache.rules.models import group_of
from serverless_stack.checks.services.elasticache.rules.reading import (
    GLOBAL,
    GROUP,
    known_text,
    referred,
)

RULES = RuleList()

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
_PAGE = "Auto Scaling Valkey and Redis OSS clusters"
_SHARDS = "elasticache:replication-group:NodeGroups"
_REPLICAS = "elasticache:replication-group:Replicas"
_NODES = "elasticache:cache-cluster:Nodes"
_BOUNDS = {
    _SHARDS: scaling.SCALED_SHARDS,
    _REPLICAS: scaling.SCALED_REPLICAS,
    _NODES: (1, 60),
}
_METRICS = {_SHARDS: scaling.SHARD_METRICS, _REPLICAS: scaling.REPLICA_METRICS}
_TRACKING = "TargetTrackingScalingPolicyConfiguration"
_METRIC = f"{_TRACKING}.PredefinedMetricSpecification.PredefinedMetricType"


@RULES.resource("ELASTICACHE-064", TARGET, page=_PAGE)
def capacity(resource: Resource) -> Iterator[Violation]:
    """Scaling limits must be within ElastiCache's quotas, and in order.

    Application Auto Scaling refuses unknown dimensions, capacities that ElastiCache does not have,
    and a minimum above the maximum.
    """
    if known_text(resource, "ServiceNamespace") != "elasticache":
        return
    dimension = known_text(resource, "ScalableDimension")
    if dimension and dimension not in _BOUNDS:
        yield violation("ScalableDimension", f"be one of {', '.join(_BOUNDS)}", dimension)
        return
    for path in ("MinCapacity", "MaxCapacity"):
        yield from check_range(resource, path, *_BOUNDS.get(dimension, (1, 500)))
    low, high = resource.number("MinCapacity"), resource.number("MaxCapacity")
    if low is not None and high is not None and low > high:
        yield violation("MinCapacity", "be at most `MaxCapacity`", int(low), int(high))


@RULES.resource("ELASTICACHE-065", TARGET, page=_PAGE)
def resource_id(resource: Resource) -> Iterator[Violation]:
    """`ResourceId` must match the scalable dimension.

    Application Auto Scaling refuses other ids. Write `replication-group/NAME`.
    """
    if known_text(resource, "ServiceNamespace") != "elasticache":
        return
    kind = known_text(resource, "ScalableDimension").partition(":")[2].partition(":")[0]
    name = known_text(resource, "ResourceId")
    if kind and name and not re.fullmatch(rf"{kind}/[A-Za-z][A-Za-z0-9-]*", name):
        yield violation(
            "ResourceId", f"be {kind}/ and a name", name, f"{kind}/{name.split('/')[-1]}"
        )


@RULES.resource("ELASTICACHE-066", TARGET, page=_PAGE)
def scaled_group(resource: Resource) -> Iterator[Violation]:
    """Auto scaling requires cluster mode on supported nodes.

    ElastiCache refuses auto scaling of caches without shards, on other node types, before version
    6.0 and in global datastores.
    """
    if known_text(resource, "ServiceNamespace") != "elasticache":
        return
    group = _group(resource)
    if group is None or known_text(resource, "ScalableDimension") == _NODES:
        return
    global_ = group.logical_id in resource.template.once(datastore_members)
    values = group_of(group)
    messages = scaling.auto_scaling_problems(
        values, in_global_datastore=global_ or values.secondary
    )
    yield from (item._replace(resource=group.logical_id) for item in findings_from(group, messages))


@RULES.resource("ELASTICACHE-067", POLICY, page="Target tracking scaling policies")
def tracked(resource: Resource) -> Iterator[Violation]:
    """Scaling policies must track 35 to 70 percent of a metric of their target.

    Application Auto Scaling refuses other targets, metrics of another dimension, and memory on
    nodes with data tiering, which is always full.
    """
    target = resource.reference("ScalingTargetId")
    of = resource if target is None or target.type != TARGET else target
    dimension = known_text(of, "ScalableDimension")
    if known_text(of, "ServiceNamespace") != "elasticache" and dimension not in _METRICS:
        return
    kind = known_text(resource, "PolicyType")
    if kind and kind != "TargetTrackingScaling":
        yield violation("PolicyType", "be TargetTrackingScaling", kind, "TargetTrackingScaling")
    metric = known_text(resource, _METRIC)
    if metric:
        yield from check_range(resource, f"{_TRACKING}.TargetValue", *scaling.TARGET, "percent")
        accepted = _METRICS.get(dimension, ())
        if accepted and metric not in accepted:
            yield violation(_METRIC, f"be one of {', '.join(accepted)}", metric, accepted[0])
    group = _group(of) if of.type == TARGET else None
    if (
        group is not None
        and group_of(group).data_tiering_enabled
        and metric == scaling.SHARD_METRICS[1]
    ):
        yield violation(
            _METRIC,
            "be a different metric on nodes with data tiering",
            metric,
            scaling.SHARD_METRICS[2],
        )


def datastore_members(template: Template) -> set[str]:
    """Return the replication groups that are members of global datastores."""
    return {
        group.logical_id
        for datastore in template.of_type(GLOBAL)
        for path in datastore.paths("Members")
        for group in referred(datastore, f"{path}.ReplicationGroupId", GROUP)
    }


def _group(target: Resource) -> Resource | None:
    """Return the replication group in the template that a target scales."""
    resources = target.template.source.get("Resources")
    source = resources.get(target.logical_id) if isinstance(resources, dict) else None
    properties = source.get("Properties") if isinstance(source, dict) else None
    waiting = [properties.get("ResourceId") if isinstance(properties, dict) else None]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found = target.template.resource(str(item.get("Ref", "")))
            if found is not None and found.type == GROUP:
                return found
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str):
            for name in re.findall(r"\$\{([A-Za-z0-9]+)\}", item):
                found = target.template.resource(name)
                if found is not None and found.type == GROUP:
                    return found
    return None
