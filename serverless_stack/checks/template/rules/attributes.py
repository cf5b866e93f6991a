"""Rules on the sections of templates and the attributes of resources."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.template.sections import is_transformed, section
from serverless_stack.checks.template.suggestions import nearest

RULES = RuleList()

_ATTRIBUTES: Final = frozenset(
    [
        *("Type", "Properties", "Condition", "DependsOn", "Metadata", "Version"),
        *("CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy"),
    ]
)
_SECTIONS: Final = frozenset(
    [
        *("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules"),
        *("Mappings", "Conditions", "Transform", "Resources", "Outputs", "Hooks"),
    ]
)
_POLICIES: Final = {
    "DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot"),
    "UpdateReplacePolicy": ("Delete", "Retain", "Snapshot"),
}
# "DeletionPolicy attribute": the resources that can have a snapshot.
_SNAPSHOTS: Final = frozenset(
    f"AWS::{name}"
    for name in (
        *("DocDB::DBCluster", "EC2::Volume", "ElastiCache::CacheCluster"),
        *("ElastiCache::ReplicationGroup", "Neptune::DBCluster", "RDS::DBCluster"),
        *("RDS::DBInstance", "Redshift::Cluster"),
    )
)


@RULES.template("TEMPLATE-050", page="CloudFormation template sections")
def sections(template: Template) -> Iterator[Violation]:
    """Sections and version of a template must be known.

    CloudFormation refuses unknown sections, other versions than 2010-09-09, and descriptions of
    more than 1,024 bytes.
    """
    for name in () if is_transformed(template) else template.source:
        if name not in _SECTIONS and not str(name).startswith("Fn::"):
            requirement = "be a section of a template"
            yield violation(str(name), requirement, name, nearest(str(name), _SECTIONS))
    version = template.source.get("AWSTemplateFormatVersion", "2010-09-09")
    if str(version) != "2010-09-09":
        yield violation("AWSTemplateFormatVersion", "be 2010-09-09", version, "2010-09-09")
    description = template.source.get("Description")
    if isinstance(description, str) and len(description.encode("utf-8", "surrogatepass")) > 1024:
        yield violation("Description", "have at most 1,024 bytes", description)


@RULES.template("TEMPLATE-051", page="Resource attribute reference")
def attributes(template: Template) -> Iterator[Violation]:
    """Resources must have a type and known attributes.

    CloudFormation refuses resources without a `Type`, and attributes that it does not know, such as
    a misplaced property.
    """
    if is_transformed(template):
        return
    for logical_id, described in section(template, "Resources").items():
        if not isinstance(described, dict) or not isinstance(described.get("Type"), str):
            requirement = "have a `Type`"
            yield violation(
                "Type", requirement, described and type(described).__name__, resource=logical_id
            )
            continue
        for name in described:
            if name not in _ATTRIBUTES:
                closest = nearest(str(name), _ATTRIBUTES)
                requirement = "be an attribute of a resource"
                yield violation(str(name), requirement, name, closest, resource=logical_id)


@RULES.template("TEMPLATE-052", page="DeletionPolicy attribute")
def policies(template: Template) -> Iterator[Violation]:
    """`DeletionPolicy` must be a policy that the resource supports.

    CloudFormation refuses unknown policies, and Snapshot for resources without snapshots. Use
    Retain.
    """
    if is_transformed(template):
        return
    for logical_id, written in section(template, "Resources").items():
        described = mapping(written)
        type_ = str(described.get("Type"))
        for name, accepted in _POLICIES.items():
            value = described.get(name)
            if value is None or isinstance(value, dict):
                continue
            if value not in accepted:
                requirement = f"be one of {', '.join(accepted)}"
                closest = nearest(str(value), accepted)
                yield violation(name, requirement, value, closest, resource=logical_id)
            elif value == "Snapshot" and type_.startswith("AWS::") and type_ not in _SNAPSHOTS:
                requirement = f"not be Snapshot, which {type_} does not have"
                yield violation(name, requirement, value, "Retain", resource=logical_id)
