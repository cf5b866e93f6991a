"""Rules on parameter groups, and on the caches that have them."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import UNKNOWN, Resource
from serverless_stack.checks.engine.violations import Violation, findings_from, violation
from serverless_stack.checks.services.elasticache.limits.clusters import memcached_family
from serverless_stack.checks.services.elasticache.limits.common import version_of
from serverless_stack.checks.services.elasticache.limits.parameter_names import intended_parameter
from serverless_stack.checks.services.elasticache.limits.parameters import (
    FAMILIES,
    parameter_group_family,
    parameter_problems,
)
from serverless_stack.checks.services.elasticache.rules.models import group_of, shards_of
from serverless_stack.checks.services.elasticache.rules.parameter_groups import (
    cluster_enabled,
    family,
)
from serverless_stack.checks.services.elasticache.rules.reading import (
    CLUSTER,
    GROUP,
    PARAMETERS,
    known_text,
    name_of,
    version_text,
)

RULES = RuleList()

_PATH = "CacheParameterGroupName"
_MAX_PARAMETERS = 100


@RULES.resource("ELASTICACHE-023", GROUP, page="CreateReplicationGroup")
def cluster_mode(resource: Resource) -> Iterator[Violation]:
    """`CacheParameterGroupName` must match the cluster mode.

    ElastiCache refuses a parameter group without cluster-enabled for several shards, and one with
    it where cluster mode is disabled. Use the default group that ends with .cluster.on.
    """
    enabled, shards = cluster_enabled(resource), shards_of(resource)
    mode = known_text(resource, "ClusterMode")
    if enabled is None:
        return
    shown, on = name_of(resource.get(_PATH)), mode == "enabled" or (shards or 0) > 1
    if on and not enabled:
        why = f"{shards} shards" if (shards or 0) > 1 else "`ClusterMode` of enabled"
        yield violation(_PATH, f"be a group with cluster-enabled=yes for {why}", shown, _on(shown))
    elif enabled and mode == "disabled":
        nearest = shown.removesuffix(".cluster.on") if shown.startswith("default.") else None
        yield violation(_PATH, "be a group with cluster-enabled=no", shown, nearest)


def _on(name: str) -> str | None:
    return f"{name}.cluster.on" if name.startswith("default.") else None


@RULES.resource("ELASTICACHE-024", GROUP, CLUSTER, page="Parameter management")
def family_of_version(resource: Resource) -> Iterator[Violation]:
    """`CacheParameterGroupName` must be of the engine version's family.

    ElastiCache refuses parameter groups of another family, such as redis6.x for version 7.1.
    """
    engine = (
        known_text(resource, "Engine") if resource.type == CLUSTER else group_of(resource).engine
    )
    found, requirement = family(resource), _wanted(engine, version_text(resource))
    if found and requirement and found != requirement:
        yield violation(
            _PATH, f"be of the family {requirement}", f"{name_of(resource.get(_PATH))} ({found})"
        )


def _wanted(engine: str, version: str) -> str:
    if engine == "memcached":
        return memcached_family(version) if version_of(version) else ""
    return parameter_group_family(engine, version) if engine in ("redis", "valkey") else ""


@RULES.resource("ELASTICACHE-025", CLUSTER, page="CreateCacheCluster")
def no_cluster_mode(resource: Resource) -> Iterator[Violation]:
    """Cache clusters must not have a parameter group for cluster mode.

    ElastiCache refuses it on `AWS::ElastiCache::CacheCluster`. Create a replication group for
    cluster mode.
    """
    if cluster_enabled(resource):
        shown = name_of(resource.get(_PATH))
        yield violation(_PATH, "be a group with cluster-enabled=no", shown)


@RULES.resource("ELASTICACHE-026", PARAMETERS, page="CreateCacheParameterGroup")
def known_family(resource: Resource) -> Iterator[Violation]:
    """`CacheParameterGroupFamily` must be a family that exists.

    ElastiCache refuses other families. Write `redis7`, `valkey8` or `memcached1.6`.
    """
    name = known_text(resource, "CacheParameterGroupFamily")
    if name and not FAMILIES.fullmatch(name):
        requirement = "be a family such as redis7, valkey8 or memcached1.6"
        yield violation("CacheParameterGroupFamily", requirement, name)


@RULES.resource(
    "ELASTICACHE-075",
    PARAMETERS,
    page="Valkey and Redis OSS parameters",
    severity=Severity.WARNING,
)
def spelling(resource: Resource) -> Iterator[Violation]:
    """Names of parameters must be spelled as ElastiCache documents them.

    ElastiCache refuses parameters that the family does not have. The finding names the parameter
    that was probably meant.
    """
    known = known_text(resource, "CacheParameterGroupFamily")
    memcached = known.startswith("memcached")
    properties = resource.get("Properties")
    names = list(properties) if isinstance(properties, dict) and known else []
    for name in names[:_MAX_PARAMETERS]:
        intended = intended_parameter(name, memcached=memcached)
        if intended is not None:
            yield violation(f"Properties.{name}", "be a parameter of the family", name, intended)


@RULES.resource("ELASTICACHE-027", PARAMETERS, page="Valkey and Redis OSS parameters")
def values(resource: Resource) -> Iterator[Violation]:
    """Parameters must be modifiable and have accepted values.

    ElastiCache refuses parameters that it sets itself, and values outside their range.
    """
    known = known_text(resource, "CacheParameterGroupFamily")
    if not known or known.startswith("memcached"):
        return
    properties = resource.get("Properties")
    given = properties if isinstance(properties, dict) else {}
    for name, value in given.items():
        text = str(value) if isinstance(value, str | int | float) else UNKNOWN
        if isinstance(value, bool):
            text = "yes" if value else "no"
        path = f"Properties.{name}"
        for message in parameter_problems({str(name): text}, argument=path):
            yield from findings_from(resource, [message])
