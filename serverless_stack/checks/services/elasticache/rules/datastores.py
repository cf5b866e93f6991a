"""Rules on global datastores."""

from collections.abc import Iterator

from serverless_stack.checks.engine.problems import repeated
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    check_range,
    findings_from,
    violation,
)
from serverless_stack.checks.services.elasticache.limits import scaling
from serverless_stack.checks.services.elasticache.limits.common import name_problems
from serverless_stack.checks.services.elasticache.limits.model import SHARDS
from serverless_stack.checks.services.elasticache.rules.models import group_of
from serverless_stack.checks.services.elasticache.rules.reading import (
    GLOBAL,
    GROUP,
    known_text,
    nearest_name,
    referred,
)

RULES = RuleList()

_PAGE = "Prerequisites and limitations (global datastores)"
_ROLES = ("PRIMARY", "SECONDARY")
_MOST_MEMBERS = 3
_SUFFIX = "GlobalReplicationGroupIdSuffix"


@RULES.resource("ELASTICACHE-068", GLOBAL, page="CreateGlobalReplicationGroup")
def suffix(resource: Resource) -> Iterator[Violation]:
    """`GlobalReplicationGroupIdSuffix` must have 1 to 40 valid characters.

    ElastiCache refuses other suffixes, and shards outside 1 to 500.
    """
    text = known_text(resource, _SUFFIX)
    if text:
        yield from findings_from(
            resource, name_problems(text, _SUFFIX), {_SUFFIX: nearest_name(text)}
        )
    yield from check_range(resource, "GlobalNodeGroupCount", *SHARDS)


@RULES.resource("ELASTICACHE-069", GLOBAL, page=_PAGE)
def members(resource: Resource) -> Iterator[Violation]:
    """`Members` must be one primary and at most two secondaries, one per region.

    ElastiCache refuses other roles, more members, and two members of one region.
    """
    listed = resource.items("Members")
    roles = [known_text(resource, f"Members.{number}.Role") for number, _each in enumerate(listed)]
    regions = [
        known_text(resource, f"Members.{number}.ReplicationGroupRegion")
        for number, _each in enumerate(listed)
    ]
    for number, role in enumerate(roles):
        if role and role not in _ROLES:
            yield violation(f"Members.{number}.Role", f"be {' or '.join(_ROLES)}", role)
    yield from check_count(resource, "Members", _MOST_MEMBERS, "members")
    if listed and all(roles) and roles.count("PRIMARY") != 1:
        yield violation("Members", "have 1 member of the role PRIMARY", roles.count("PRIMARY"), 1)
    twice = sorted(repeated(region for region in regions if region))
    if twice:
        yield violation("Members", "be in distinct regions", ", ".join(twice))


@RULES.resource("ELASTICACHE-070", GLOBAL, page=_PAGE)
def primary(resource: Resource) -> Iterator[Violation]:
    """Members of a global datastore must have a supported engine and node type.

    ElastiCache refuses versions before 5.0.6 and nodes older than M5 and R5.
    """
    for number, _member in enumerate(resource.items("Members")):
        path = f"Members.{number}.ReplicationGroupId"
        for group in referred(resource, path, GROUP):
            messages = scaling.global_datastore_problems(group_of(group))
            yield from (
                item._replace(resource=group.logical_id) for item in findings_from(group, messages)
            )
