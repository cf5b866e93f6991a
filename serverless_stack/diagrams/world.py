"""The resources of all stacks, and what a value of a template refers to across them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from serverless_stack.checks.engine.values import MAX_RESOURCES, excess_of, listed, mapping, plain
from serverless_stack.diagrams.model import Member
from serverless_stack.diagrams.sources import StackTemplate

NESTED_STACK = "AWS::CloudFormation::Stack"
_VARIABLE = re.compile(r"\$\{([^!${}][^${}]*)\}")
# Names that users choose, by which other stacks find a resource.
_NAMES = re.compile(
    r"(Bucket|Function|Table|Queue|Topic|Stream|StateMachine|EventBus|Secret|Cluster|Repository)?Name"
    r"|Name|ReplicationGroupId|DBClusterIdentifier|DBInstanceIdentifier"
)
_MIN_NAME = 6  # a shorter one may be any word


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource of a stack.

    Attributes:
        id: The id, unique among all stacks.
        member: The resource itself.
    """

    id: str
    member: Member

    @property
    def type(self) -> str:
        """The type, such as `AWS::S3::Bucket`."""
        return self.member.type

    @property
    def stack(self) -> str:
        """The name of the stack."""
        return self.member.stack

    @property
    def properties(self) -> Mapping[str, object]:
        """The properties, as in the template."""
        return self.member.properties

    def get(self, path: str) -> object:
        """Return a property, such as `VpcConfig.SubnetIds`; None if it is absent."""
        value: object = self.properties
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def text(self, path: str) -> str:
        """Return a property that is a plain text; empty for another one."""
        value = self.get(path)
        return value if isinstance(value, str) else ""


@dataclass
class _Stack:
    name: str
    template: Mapping[str, object]
    file: str
    parent: Resource | None = None
    outputs: Mapping[str, object] = field(default_factory=dict)


class World:
    """The resources of all stacks of an application.

    Args:
        stacks: The templates.

    Attributes:
        resources: All resources by id, sorted.

    Raises:
        ValueError: A template is too large or too deep to be one, or two have the same name.
    """

    def __init__(self, stacks: Sequence[StackTemplate]) -> None:
        self.resources: dict[str, Resource] = {}
        self._stacks: dict[str, _Stack] = {}
        self._exports: dict[str, tuple[str, object]] = {}
        self._names: dict[str, str] = {}
        self._referring: dict[str, list[str]] | None = None
        found: dict[str, Resource] = {}
        for each in sorted(stacks, key=lambda stack: stack.name):
            if each.name in self._stacks:
                raise ValueError(f"two templates have the name {each.name!r}")
            excess = excess_of(each.template)
            if excess:
                raise ValueError(f"{each.name or 'the template'} has {excess}")
            template = mapping(plain(each.template))
            outputs = mapping(template.get("Outputs"))
            self._stacks[each.name] = _Stack(each.name, template, each.file, outputs=outputs)
            for resource in _resources(each, template):
                found[resource.id] = resource
            for output in outputs.values():
                name = mapping(mapping(output).get("Export")).get("Name")
                if name is not None:
                    self._exports[_key(name)] = (each.name, mapping(output).get("Value"))
        if len(found) > MAX_RESOURCES:
            raise ValueError(f"the templates have more than {MAX_RESOURCES:,} resources")
        self.resources = dict(sorted(found.items()))
        self._connect_nested()
        self._index_names()

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of some types."""
        for resource in self.resources.values():
            if resource.type in types:
                yield resource

    def targets(self, resource: Resource, *paths: str) -> list[Resource]:
        """Return the resources that properties of a resource refer to, in order, each once.

        Args:
            resource: The resource.
            paths: The properties. Default: all.
        """
        values = [resource.get(path) for path in paths] if paths else [resource.properties]
        return [found for value in values for found in self.named_by(resource.stack, value)]

    def named_by(self, stack: str, value: object) -> list[Resource]:
        """Return the resources that a value in the template of a stack refers to, each once."""
        found: dict[str, None] = {}
        for each in self._walk(value, stack, frozenset()):
            found.setdefault(each)
        return [self.resources[each] for each in found]

    def referring(self, resource: Resource) -> list[Resource]:
        """Return the resources whose properties refer to a resource."""
        if self._referring is None:
            self._referring = {}
            for each in self.resources.values():
                for target in self.targets(each):
                    self._referring.setdefault(target.id, []).append(each.id)
        return [self.resources[each] for each in self._referring.get(resource.id, ())]

    def child_of(self, resource: Resource) -> str | None:
        """Return the name of the nested stack that a resource deploys, if it is known."""
        for stack in self._stacks.values():
            if stack.parent is resource:
                return stack.name
        return None

    def parent_of(self, stack: str) -> Resource | None:
        """Return the resource that deploys a nested stack."""
        return self._stacks[stack].parent

    def _walk(self, value: object, stack: str, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
        if isinstance(value, list):
            for item in value:
                yield from self._walk(item, stack, seen)
        elif isinstance(value, str):
            yield from self._by_name(value)
        elif isinstance(value, dict):
            ((name, argument),) = value.items() if len(value) == 1 else ((None, None),)
            if name == "Ref" and isinstance(argument, str):
                yield from self._named(argument, "", stack, seen)
            elif name == "Fn::GetAtt":
                parts = argument.split(".", 1) if isinstance(argument, str) else listed(argument)
                attribute = parts[1] if len(parts) > 1 and isinstance(parts[1], str) else ""
                if parts and isinstance(parts[0], str):
                    yield from self._named(parts[0], attribute, stack, seen)
            elif name == "Fn::Sub":
                yield from self._sub(argument, stack, seen)
            elif name == "Fn::ImportValue":
                yield from self._imported(argument, stack, seen)
            else:
                for item in value.values():
                    yield from self._walk(item, stack, seen)

    def _named(
        self, name: str, attribute: str, stack: str, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        resource = self.resources.get(_id(stack, name))
        if (stack, f"{name}.{attribute}") in seen:
            return
        seen |= {(stack, f"{name}.{attribute}")}
        if resource is None:
            parent = self._stacks[stack].parent
            if parent is not None:
                given = mapping(parent.get("Parameters")).get(name)
                yield from self._walk(given, parent.stack, seen)
            return
        if resource.type == NESTED_STACK and attribute.startswith("Outputs."):
            child = self.child_of(resource)
            if child is not None:
                output = self._stacks[child].outputs.get(attribute.removeprefix("Outputs."))
                yield from self._walk(mapping(output).get("Value"), child, seen)
                return
        yield resource.id

    def _sub(self, argument: object, stack: str, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
        text, given = argument, dict[str, object]()
        if isinstance(argument, list) and len(argument) == 2:
            text, given = argument[0], dict(mapping(argument[1]))
        if not isinstance(text, str):
            return
        for variable in _VARIABLE.findall(text):
            name, _, attribute = variable.strip().partition(".")
            if variable.strip() in given:
                yield from self._walk(given[variable.strip()], stack, seen)
            else:
                yield from self._named(name, attribute, stack, seen)
        yield from self._by_name(_VARIABLE.sub("", text))

    def _imported(
        self, argument: object, stack: str, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        key = _key(argument)
        if key in self._exports and ("", key) not in seen:
            other, value = self._exports[key]
            yield from self._walk(value, other, seen | {("", key)})

    def _by_name(self, text: str) -> Iterator[str]:
        """Yield the resource whose physical name a text is, or has as a part of an ARN."""
        if text in self._names:
            yield self._names[text]
        elif ":" in text and len(text) < 2048:
            for part in re.split(r"[:/]", text):
                if part in self._names:
                    yield self._names[part]

    def _connect_nested(self) -> None:
        """Find the template of each nested stack: by its file, its construct path or its id."""
        files = {stack.file: stack for stack in self._stacks.values() if stack.file}
        for resource in self.of_type(NESTED_STACK):
            asset = mapping(resource.member.attributes.get("Metadata")).get("aws:asset:path")
            path = resource.member.path.rpartition("/")[0].removesuffix(".NestedStack")
            child = (
                files.get(str(asset).rpartition("/")[2])
                or self._stacks.get(path)
                or self._stacks.get(resource.id.replace(".", "/"))
            )
            if child is not None and child.name != resource.stack:
                child.parent = resource

    def _index_names(self) -> None:
        for resource in self.resources.values():
            for name, value in resource.properties.items():
                if isinstance(value, str) and len(value) >= _MIN_NAME and _NAMES.fullmatch(name):
                    self._names.setdefault(value, resource.id)


def _resources(stack: StackTemplate, template: Mapping[str, object]) -> Iterator[Resource]:
    for logical_id, described in mapping(template.get("Resources")).items():
        if isinstance(described, dict) and isinstance(described.get("Type"), str):
            metadata = mapping(described.get("Metadata"))
            path = stack.constructs.get(logical_id) or metadata.get("aws:cdk:path") or ""
            attributes = {k: v for k, v in described.items() if k not in ("Type", "Properties")}
            member = Member(
                stack=stack.name,
                logical_id=logical_id,
                type=described["Type"],
                path=str(path),
                properties=mapping(described.get("Properties")),
                attributes=attributes,
            )
            yield Resource(_id(stack.name, logical_id), member)


def _id(stack: str, logical_id: str) -> str:
    return f"{stack}.{logical_id}"


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True)
