"""A deployed stack as its template says, every reference replaced by what it stands for."""

import re
from dataclasses import dataclass
from typing import Any

from tests.e2e.account import Account
from tests.e2e.resources import Resource, attribute

_ACCOUNT_ID = "000000000000"


@dataclass(frozen=True)
class Stack:
    """A stack as it was at one moment.

    Attributes:
        name: Its name.
        resources: What its template declares, by logical id.
        outputs: Its outputs.
    """

    name: str
    resources: dict[str, Resource]
    outputs: dict[str, str]

    def of_type(self, resource_type: str) -> list[Resource]:
        return [item for item in self.resources.values() if item.type == resource_type]

    def one(self, prefix: str, resource_type: str) -> Resource:
        """The resource of a type whose logical id begins so."""
        found = [item for item in self.of_type(resource_type) if item.logical_id.startswith(prefix)]
        assert len(found) == 1, f"{prefix}* of {resource_type}: {found}"
        return found[0]


def stack_of(account: Account, name: str) -> Stack:
    """Read a stack's template and physical ids from CloudFormation."""
    formation = account.cloudformation
    body: Any = formation.get_template(StackName=name)["TemplateBody"]
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=name)
    physical = {
        item["LogicalResourceId"]: item["PhysicalResourceId"]
        for page in pages
        for item in page["StackResourceSummaries"]
    }
    declared = body["Resources"]
    assert physical.keys() == declared.keys()
    (stack,) = formation.describe_stacks(StackName=name)["Stacks"]
    pseudo = {
        "AWS::AccountId": _ACCOUNT_ID,
        "AWS::Partition": "aws",
        "AWS::Region": account.region,
        "AWS::StackId": stack["StackId"],
        "AWS::StackName": name,
        "AWS::URLSuffix": "amazonaws.com",
    }
    known = {key: (item["Type"], physical[key]) for key, item in declared.items()}
    resolver = _Resolver(account, pseudo, known)
    resources = {
        logical_id: Resource(
            logical_id,
            item["Type"],
            physical[logical_id],
            resolver.resolve(item.get("Properties", {})),
            retained=item.get("DeletionPolicy") == "Retain",
        )
        for logical_id, item in declared.items()
    }
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}
    return Stack(name, resources, outputs)


@dataclass
class _Resolver:
    account: Account
    pseudo: dict[str, str]
    known: dict[str, tuple[str, str]]

    def resolve(self, value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return self._reference(argument)
            if name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        return {key: self.resolve(item) for key, item in value.items()}

    def _function(self, name: str, argument: Any) -> Any:  # noqa: ANN401
        if name == "GetAtt":
            return self._attribute(*argument)
        if name == "Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda match: self._reference(match[1]), argument)
        if name == "GetAZs":
            zones = self.account.ec2.describe_availability_zones()["AvailabilityZones"]
            return sorted(zone["ZoneName"] for zone in zones)
        resolved = self.resolve(argument)
        if name == "Join":
            return str(resolved[0]).join(resolved[1])
        if name == "Split":
            return resolved[1].split(resolved[0])
        if name == "Select":
            return resolved[1][int(resolved[0])]
        raise AssertionError(f"Fn::{name} is new: write it")

    def _reference(self, name: str) -> str:
        if name in self.pseudo:
            return self.pseudo[name]
        return self._attribute(name, "Ref")

    def _attribute(self, logical_id: str, name: str) -> str:
        resource_type, physical_id = self.known[logical_id]
        return attribute(self.account, resource_type, physical_id, name)
