"""A template for rules: its resources by type, with resolved properties."""

import json
import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from serverless_stack.checks.engine import texts as _texts
from serverless_stack.checks.engine.links import Link, links
from serverless_stack.checks.engine.problems import is_unresolved, whole_number
from serverless_stack.checks.engine.resolver import (
    TOKEN,
    UNKNOWN,
    Reference,
    Resolver,
    references_in,
)
from serverless_stack.checks.engine.values import excess_of

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


class _Unknown(dict[str, object]):
    """The properties of a resource that a macro defines, which are all unknown."""

    def get(self, name: str, default: object = None) -> object:
        return UNKNOWN


@dataclass(frozen=True)
class Resource:
    """A resource, in one combination of the conditions that its properties depend on.

    Attributes:
        logical_id: Its logical id.
        type: Its type.
        properties: Its properties. Values that are known only at deploy time are tokens, and
            those of other resources a `Reference`.
        attributes: Its other attributes: ``DeletionPolicy``, ``DependsOn``, ``Metadata``, ...
        template: The template that it is in.
    """

    logical_id: str
    type: str
    properties: Mapping[str, object]
    attributes: Mapping[str, object]
    template: "Template" = field(repr=False)

    def get(self, path: str) -> object:
        """Return the value of a property, such as ``VpcConfig.SubnetIds`` or ``Rules.0.Id``.

        None if it is absent; a token if it, or a parent of it, is known only at deploy time.
        """
        value: object = self.properties
        for name in path.split("."):
            if isinstance(value, dict):  # not `Mapping`, which takes twice as long
                value = value.get(name)
            elif isinstance(value, list):
                index = whole_number(name)
                value = value[index] if index is not None and 0 <= index < len(value) else None
            else:
                return value if is_unresolved(value) else None
        return value

    def is_seen(self, path: str) -> bool:
        """Return whether all parents of a property are known, so that it exists or does not."""
        names = path.split(".")
        if isinstance(self.properties, _Unknown):
            return False
        return not any(
            is_unresolved(self.get(".".join(names[:length]))) for length in range(1, len(names))
        )

    def number(self, path: str) -> float | None:
        """Return a number; None if it is absent, unknown or not a number.

        CloudFormation accepts numbers in text.
        """
        value = self.get(path)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except (OverflowError, ValueError):
            return None
        return number if math.isfinite(number) and not is_unresolved(number) else None

    def boolean(self, path: str) -> bool | None:
        """Return a boolean; None if it is absent, unknown or not a boolean."""
        value = self.get(path)
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.lower())
        return value if isinstance(value, bool) else None

    def text(self, path: str) -> str | None:
        """Return a text without tokens; None for other values."""
        value = self.get(path)
        return value if isinstance(value, str) and not is_unresolved(value) else None

    def items(self, path: str) -> list[object]:
        """Return the items of a list; none if it is absent, unknown or not a list."""
        value = self.get(path)
        return value if isinstance(value, list) else []

    def paths(self, path: str) -> list[str]:
        """Return the paths of the items of a list, such as ``Rules.0`` and ``Rules.1``."""
        return [f"{path}.{number}" for number in range(len(self.items(path)))]

    def mapping(self, path: str) -> Mapping[str, object]:
        """Return the items of a mapping; none if it is absent, unknown or not a mapping.

        Use it for names with periods, which paths cannot express.
        """
        value = self.get(path)
        return value if isinstance(value, Mapping) else {}

    def known(self, path: str) -> list[str]:
        """Return the texts in a list that have no tokens."""
        found = self.items(path)
        return [item for item in found if isinstance(item, str) and not is_unresolved(item)]

    def reference(self, path: str) -> "Resource | None":
        """Return the resource of the same template that a value refers to."""
        return self.template.referred(self.get(path))


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
        self.source = source = {} if self.excess else source
        self.region = region
        self.resolver = Resolver(source, region)
        self._resources: dict[str, list[Resource]] = {}
        self._types: dict[str, list[Resource]] = {}
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
                resolved = _Unknown()
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
