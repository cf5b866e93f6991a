"""The outcome of an edit by CloudFormation's documentation, without code of the package.

It is a small CloudFormation: it resolves references to physical ids, makes a new physical id for
each resource of which a create-only property (as the schemas have it) is another, and looks again
until nothing changes. Nothing here is imported from what is tested.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]

from tests.constructs.templates import Json

DATA = Path(str(cfnlint.__file__)).parent / "data"
SNAPSHOTS = {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::ElastiCache::ReplicationGroup"}
SNAPSHOTS |= {"AWS::ElastiCache::CacheCluster"}


@dataclass(frozen=True)
class Outcome:
    """What happens to the resources, by their old logical ids."""

    replaced: frozenset[str]
    lost: frozenset[str]


@cache
def schema(resource_type: str) -> Json:
    if resource_type.startswith("Custom::"):
        resource_type = "AWS::CloudFormation::CustomResource"
    index = json.loads((DATA / "schemas/providers/us-east-1.json").read_text())
    text = (DATA / "schemas/resources" / f"{index[resource_type]}.json").read_text()
    return dict(json.loads(text))


@cache
def stateful_types() -> frozenset[str]:
    text = (DATA / "AdditionalSpecs/StatefulResources.json").read_text()
    return frozenset(json.loads(text)["ResourceTypes"])


def create_only(resource_type: str) -> list[list[str]]:
    found = schema(resource_type)
    pointers = [*found.get("createOnlyProperties", ())]
    pointers += found.get("conditionalCreateOnlyProperties", ())
    return [pointer.split("/")[2:] for pointer in pointers]


def is_lost(resource: Json, policy: str) -> bool:
    """Return whether a resource loses data when it is replaced or removed."""
    kept = {"Retain", "RetainExceptOnCreate"}
    if resource["Type"] in SNAPSHOTS:
        kept.add("Snapshot")
    return resource["Type"] in stateful_types() and resource.get(policy) not in kept


def resolved(value: Any, generation: dict[str, int]) -> Any:  # noqa: ANN401 - JSON
    """Return a value with physical ids, which differ between a resource and its replacement."""
    if isinstance(value, list):
        return [resolved(item, generation) for item in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return f"{value['Ref']}/{generation.get(value['Ref'], 0)}"
    if "Fn::GetAtt" in value:
        name, attribute = value["Fn::GetAtt"]
        return f"{name}/{generation.get(name, 0)}/{attribute}"
    return {key: resolved(item, generation) for key, item in value.items()}


def values_at(value: Any, pointer: list[str]) -> list[str]:  # noqa: ANN401 - JSON
    if not pointer:
        return [json.dumps(value, sort_keys=True)]
    head, *rest = pointer
    if isinstance(value, list):
        return [x for item in value for x in values_at(item, rest if head == "*" else pointer)]
    if isinstance(value, dict) and head in value:
        return values_at(value[head], rest)
    return []


def outcome(before: Json, after: Json) -> Outcome:
    """Return the outcome of deploying a template over another."""
    old, new = before["Resources"], after["Resources"]
    both = [name for name in old if name in new]
    replaced: set[str] = set()
    while True:
        generation = dict.fromkeys(replaced, 1)
        found = {
            name
            for name in both
            if any(
                sorted(values_at(resolved(old[name].get("Properties", {}), {}), pointer))
                != sorted(values_at(resolved(new[name].get("Properties", {}), generation), pointer))
                for pointer in create_only(new[name]["Type"])
            )
        }
        if found == replaced:
            break
        replaced = found
    gone = {name for name in old if name not in new}
    lost = {name for name in replaced if is_lost(old[name], "UpdateReplacePolicy")}
    lost |= {name for name in gone if is_lost(old[name], "DeletionPolicy")}
    return Outcome(frozenset(replaced), frozenset(lost))
