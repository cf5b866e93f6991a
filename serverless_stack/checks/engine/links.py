"""The references in a template, with their paths."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["Ref", "GetAtt", "DependsOn", "FindInMap", "Condition"]
_Branches = frozenset[tuple[str, bool]]
_Path = tuple["_Path | None", str | int]
_VARIABLE = re.compile(r"\$\{([^!${}][^${}]*)\}")
_SECTIONS = ("Resources", "Outputs", "Conditions")
_NONE: _Branches = frozenset()


@dataclass(frozen=True)
class Link:
    """A reference in a template.

    Attributes:
        section: The section that it is in: ``Resources``, ``Outputs`` or ``Conditions``.
        source: The resource, output or condition that it is in.
        path: The path within the source: ``Properties.Role``, ``DependsOn``, ``Value``.
        kind: The kind of reference; variables of ``Fn::Sub`` are a ``Ref`` or a ``GetAtt``.
        target: The name that it refers to.
        attribute: The attribute of a ``GetAtt``; empty for others.
        branches: The conditions that it depends on, with their outcomes.
    """

    section: str
    source: str
    path: str
    kind: Kind
    target: str
    attribute: str = ""
    branches: _Branches = _NONE


def links(template: Mapping[str, object]) -> Iterator[Link]:
    """Yield all references of a template."""
    for section in _SECTIONS:
        described = template.get(section)
        for source, value in (described if isinstance(described, dict) else {}).items():
            walk = _Walk(section, str(source))
            if section != "Conditions" and isinstance(value, dict):
                yield from walk.named(value)
                value = {k: v for k, v in value.items() if k not in ("Condition", "DependsOn")}
            yield from walk.links(value, None, _NONE)


@dataclass(frozen=True)
class _Walk:
    section: str
    source: str

    def named(self, described: Mapping[str, object]) -> Iterator[Link]:
        """Yield the names in the attributes of a resource or output, which are not functions."""
        condition = described.get("Condition")
        if isinstance(condition, str):
            yield Link(self.section, self.source, "Condition", "Condition", condition)
        if self.section == "Resources":
            depends = described.get("DependsOn")
            for item in depends if isinstance(depends, list) else [depends]:
                if isinstance(item, str):
                    yield Link(self.section, self.source, "DependsOn", "DependsOn", item)

    def links(self, value: object, path: _Path | None, branches: _Branches) -> Iterator[Link]:
        if isinstance(value, dict):
            if len(value) == 1:
                ((name, argument),) = value.items()
                if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
                    yield from self._if(argument, path, branches)
                    return
                found = self._function(name, argument, path, branches)
                if found is not None:
                    yield found
                    return
                if name == "Fn::Sub":
                    yield from self._sub(argument, path, branches)
                    return
                first = argument[0] if isinstance(argument, list) and argument else None
                if name == "Fn::FindInMap" and isinstance(first, str):
                    yield self._link(path, "FindInMap", first, "", branches)
            for key, item in value.items():
                if isinstance(item, dict | list):
                    yield from self.links(item, (path, key), branches)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, dict | list):
                    yield from self.links(item, (path, number), branches)

    def _link(
        self, path: _Path | None, kind: Kind, target: str, attribute: str, branches: _Branches
    ) -> Link:
        return Link(self.section, self.source, _text(path), kind, target, attribute, branches)

    def _function(
        self, name: object, argument: object, path: _Path | None, branches: _Branches
    ) -> Link | None:
        if name == "Ref" and isinstance(argument, str):
            return self._link(path, "Ref", argument, "", branches)
        if name == "Fn::GetAtt":
            parts = argument.split(".", 1) if isinstance(argument, str) else argument
            if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[0], str):
                return self._link(path, "GetAtt", parts[0], str(parts[1]), branches)
        if name == "Condition" and isinstance(argument, str) and self.section == "Conditions":
            return self._link(path, "Condition", argument, "", branches)
        return None

    def _if(
        self, argument: list[object], path: _Path | None, branches: _Branches
    ) -> Iterator[Link]:
        name, *values = argument
        if not isinstance(name, str):
            return
        yield self._link(path, "Condition", name, "", branches)
        for value, outcome in zip(values, (True, False), strict=True):
            yield from self.links(value, path, branches | {(name, outcome)})

    def _sub(self, argument: object, path: _Path | None, branches: _Branches) -> Iterator[Link]:
        text, given = argument, dict[str, object]()
        if isinstance(argument, list) and len(argument) == 2:
            text = argument[0]
            given = argument[1] if isinstance(argument[1], dict) else {}
            yield from self.links(given, path, branches)
        for name in _VARIABLE.findall(text) if isinstance(text, str) else ():
            if name.strip() not in given:
                target, _, attribute = name.strip().partition(".")
                kind: Kind = "GetAtt" if attribute else "Ref"
                yield self._link(path, kind, target, attribute, branches)


def _text(path: _Path | None) -> str:
    names: list[str] = []
    while path is not None:
        path, name = path
        names.append(str(name))
    return ".".join(reversed(names))
