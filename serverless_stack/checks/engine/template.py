"""A template for rules: its resources by type, with resolved properties."""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, TypeVarTuple, Unpack

from serverless_stack.checks.engine import texts as _texts
from serverless_stack.checks.engine.links import Link, links
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.resolver import (
    TOKEN,
    Reference,
    Resolver,
    references_in,
)
from serverless_stack.checks.engine.resource import Resource, UnknownProperties
from serverless_stack.checks.engine.values import MAX_RESOURCES, UNKNOWN, excess_of, mapping, plain

_T = TypeVar("_T")
_Arguments = TypeVarTuple("_Arguments")

__all__ = [
    "TOKEN",
    "UNKNOWN",
    "Link",
    "Reference",
    "Resource",
    "Template",
    "identity",
    "known_part",
    "references_in",
]


def identity(value: object) -> Hashable | None:
    """Return a key by which values can be compared; None if the value is unknown.

    References to the same attribute of the same resource are equal, as are 80 and "80".
    """
    if isinstance(value, Reference):
        return ("Ref", value.logical_id, value.attribute)
    if isinstance(value, dict):
        pairs = [(str(name), identity(value[name])) for name in sorted(value, key=str)]
        return None if any(item is None for _, item in pairs) else ("map", *pairs)
    if isinstance(value, list):
        items = [identity(item) for item in value]
        return None if None in items else ("list", *items)
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None or is_unresolved(value) else str(value)


def known_part(text: str) -> str:
    """Return the known part of a text: all of it without its tokens."""
    return TOKEN.sub("", text)


class Template:
    """A template.

    Args:
        source: The template in plain dictionaries and lists, as parsed from JSON or YAML.
        region: The region that it is deployed to. Default: unknown.

    Attributes:
        excess: How the source exceeds the bounds within which it is checked; None if it does not.
            The template is then empty.
    """

    def __init__(self, source: Mapping[str, object], region: str | None = None) -> None:
        self.excess = excess_of(source)
        self.source = source = {} if self.excess else mapping(plain(source))
        if len(mapping(source.get("Resources"))) > MAX_RESOURCES:
            self.excess = f"more than {MAX_RESOURCES:,} resources"
            self.source = source = {}
        self.region = region
        self.resolver = Resolver(source, region)
        self._resources: dict[str, list[Resource]] = {}
        self._types: dict[str, list[Resource]] = {}
        self._referring: dict[Hashable, dict[str | None, list[Resource]]] = {}
        self._computed: dict[Hashable, Any] = {}
        resources = source.get("Resources")
        for logical_id, described in (resources if isinstance(resources, dict) else {}).items():
            if isinstance(described, dict) and isinstance(described.get("Type"), str):
                self._add(str(logical_id), described)

    def _add(self, logical_id: str, described: Mapping[str, object]) -> None:
        named = described.get("Condition")
        condition = named if isinstance(named, str) else None
        if condition is not None and self.resolver.condition(condition) is False:
            return
        type_ = str(described["Type"])
        attributes = {k: v for k, v in described.items() if k not in ("Type", "Properties")}
        for properties in self.resolver.scenarios(described.get("Properties") or {}, condition):
            resolved = properties if isinstance(properties, dict) else {}
            if is_unresolved(properties):
                resolved = UnknownProperties()
            resource = Resource(logical_id, type_, resolved, attributes, self)
            self._resources.setdefault(logical_id, []).append(resource)
            self._types.setdefault(type_, []).append(resource)

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of some types, each once for each combination of its conditions."""
        for type_ in types:
            yield from self._types.get(type_, ())

    def all(self) -> Iterator[Resource]:
        """Yield all resources, each once for each combination of its conditions."""
        for found in self._resources.values():
            yield from found

    def always(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of some types that exist, unchanged, under all conditions."""
        for type_ in types:
            for found in self._types.get(type_, ()):
                alone = len(self._resources[found.logical_id]) == 1
                if alone and "Condition" not in found.attributes:
                    yield found

    def resource(self, logical_id: str) -> Resource | None:
        """Return a resource; if its properties depend on conditions, in the first combination."""
        value = self._resources.get(logical_id)
        return value[0] if value else None

    def referred(self, value: object) -> Resource | None:
        """Return the resource that a value refers to, if it is one of this template."""
        return self.resource(value.logical_id) if isinstance(value, Reference) else None

    def referring(self, logical_id: str | None, path: str, *types: str) -> Sequence[Resource]:
        """Return the resources whose property refers to a resource, by an index.

        Args:
            logical_id: The resource that is referred to. None returns those whose property refers
                to no resource of the template.
            path: The path of the property.
            types: The types of the resources to return.
        """
        index = self._referring.get((path, types))
        if index is None:
            index = self._referring[path, types] = {}
            for resource in self.of_type(*types):
                target = resource.reference(path)
                key = None if target is None else target.logical_id
                index.setdefault(key, []).append(resource)
        return index.get(logical_id, ())

    def once(
        self,
        compute: "Callable[[Template, Unpack[_Arguments]], _T]",
        *arguments: *_Arguments,
    ) -> _T:
        """Return what a function computes of this template, computed once for equal arguments.

        Rules on single resources use it for what they need of all others, so that their work does
        not grow with the square of the template.
        """
        key = (compute, *arguments)
        if key not in self._computed:
            self._computed[key] = compute(self, *arguments)
        found: _T = self._computed[key]
        return found

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All references of the template: to resources, conditions and mappings."""
        return tuple(links(self.source))

    @cached_property
    def texts(self) -> tuple[_texts.Text, ...]:
        """All texts of the template, unresolved."""
        return tuple(_texts.texts(self.source))

    @cached_property
    def size(self) -> int:
        """The bytes of the template as JSON without white space."""
        return len(self.json().encode("utf-8", "surrogatepass"))

    def json(self, indent: int | None = None) -> str:
        """Return the template as JSON, without white space unless `indent` is set."""
        separators = (",", ":") if indent is None else None
        return json.dumps(
            self.source,
            ensure_ascii=False,
            separators=separators,
            indent=indent,
            default=str,
            skipkeys=True,
        )

    @cached_property
    def links_from(self) -> Mapping[str, tuple[Link, ...]]:
        """The references and dependencies of each resource, by its logical id."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            if link.section == "Resources" and link.kind in ("Ref", "GetAtt", "DependsOn"):
                found.setdefault(link.source, []).append(link)
        return {source: tuple(item) for source, item in found.items()}

    @cached_property
    def exported(self) -> frozenset[str]:
        """The logical ids that exported outputs refer to."""
        outputs = self.source.get("Outputs")
        return frozenset(
            link.target
            for link in self.links
            if link.section == "Outputs"
            and isinstance(outputs, dict)
            and "Export" in outputs[link.source]
        )

    def is_the_same(self, logical_id: str) -> bool:
        """Return whether a resource's properties are the same under all conditions."""
        return len(self._resources.get(logical_id, ())) == 1
