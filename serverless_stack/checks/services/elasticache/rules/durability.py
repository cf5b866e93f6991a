"""Rules on durable writes of replication groups."""

from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, findings_from
from serverless_stack.checks.services.elasticache.limits.durability import durability_problems
from serverless_stack.checks.services.elasticache.rules.models import group_of
from serverless_stack.checks.services.elasticache.rules.reading import GROUP, known_text
from serverless_stack.checks.services.elasticache.rules.scaling import datastore_members

RULES = RuleList()


@RULES.resource("ELASTICACHE-073", GROUP, page="Durability")
def durability(resource: Resource) -> Iterator[Violation]:
    """`Durability` requires Valkey 9.0 or later in cluster mode, with replicas.

    ElastiCache refuses durable writes of other replication groups, and in global datastores. Leave
    it out for a cache whose data may be lost.
    """
    value = known_text(resource, "Durability")
    if not value:
        return
    group = group_of(resource)
    in_datastore = resource.logical_id in resource.template.once(datastore_members)
    messages = durability_problems(
        group,
        value,
        in_global_datastore=in_datastore or group.secondary,
        argument="Durability",
    )
    yield from findings_from(resource, messages)
