"""What a template and a resource have beside properties."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.registry import Problem, must, template_rule
from serverless_stack.checks.engine.template import Template
from serverless_stack.checks.template.nearest import nearest
from serverless_stack.checks.template.sections import is_transformed, mapping, section

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


@template_rule("ST-050", page="CloudFormation template sections")
def sections(template: Template) -> Iterator[Problem]:
    """A template has known sections only, and the one version."""
    for name in () if is_transformed(template) else template.source:
        if name not in _SECTIONS and not str(name).startswith("Fn::"):
            wanted = "be a section of a template"
            yield must(str(name), wanted, name, nearest(str(name), _SECTIONS))
    version = template.source.get("AWSTemplateFormatVersion", "2010-09-09")
    if str(version) != "2010-09-09":
        yield must("AWSTemplateFormatVersion", "be 2010-09-09", version, "2010-09-09")
    description = template.source.get("Description")
    if isinstance(description, str) and len(description.encode("utf-8", "surrogatepass")) > 1024:
        yield must("Description", "have 1,024 bytes at most", description)


@template_rule("ST-051", page="Resource attribute reference")
def attributes(template: Template) -> Iterator[Problem]:
    """A resource has known attributes only."""
    if is_transformed(template):
        return
    for logical_id, described in section(template, "Resources").items():
        if not isinstance(described, dict) or not isinstance(described.get("Type"), str):
            wanted = "have a `Type`"
            yield must("Type", wanted, described and type(described).__name__, resource=logical_id)
            continue
        for name in described:
            if name not in _ATTRIBUTES:
                closest = nearest(str(name), _ATTRIBUTES)
                wanted = "be an attribute of a resource"
                yield must(str(name), wanted, name, closest, resource=logical_id)


@template_rule("ST-052", page="DeletionPolicy attribute")
def policies(template: Template) -> Iterator[Problem]:
    """What becomes of a resource is a known policy, and a snapshot only where there are some."""
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
                wanted = f"be one of {', '.join(accepted)}"
                closest = nearest(str(value), accepted)
                yield must(name, wanted, value, closest, resource=logical_id)
            elif value == "Snapshot" and type_.startswith("AWS::") and type_ not in _SNAPSHOTS:
                wanted = f"not be Snapshot, which {type_} does not have"
                yield must(name, wanted, value, "Retain", resource=logical_id)
