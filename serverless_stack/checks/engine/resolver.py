"""Resolving the intrinsic functions of a template, without guessing.

Values that are known only at deploy time become tokens: strings for which `is_unresolved` is true.
Rules must be silent about them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.conditions import Conditions
from serverless_stack.checks.engine.problems import is_unresolved, whole_number
from serverless_stack.checks.engine.values import UNKNOWN, mapping

TOKEN: Final = re.compile(r"\$\{Token\[([^\[\].$]*)(?:\.([^\[\]$]*))?\]\}")
"""A token in a text, with the name and the attribute that it refers to."""

_ABSENT: Final = object()
_VARIABLE = re.compile(r"\$\{(!?)([^${}]*)\}")
# Known only at deploy time, but without slashes and colons.
_PSEUDO = frozenset(f"AWS::{name}" for name in ("AccountId", "Partition", "Region", "URLSuffix"))
_PLAIN_TYPES = frozenset(
    f"AWS::{name}"
    for name in ("ApiGateway::RestApi", "ApiGateway::Stage", "ApiGatewayV2::Api", "S3::Bucket")
)


class Reference(str):
    """A reference to another resource, or to one of its attributes.

    `references_in` finds it again in a text that it is a part of.

    Attributes:
        logical_id: The other resource.
        attribute: The attribute; empty for the reference itself.
    """

    logical_id: str
    attribute: str

    def __new__(cls, logical_id: str, attribute: str = "") -> "Reference":
        """Create the token of a reference."""
        named = f"{logical_id}.{attribute}" if attribute else logical_id
        reference = super().__new__(cls, f"${{Token[{named}]}}")
        reference.logical_id = logical_id
        reference.attribute = attribute
        return reference


class Resolver:
    """Resolves values of one template.

    Args:
        template: The template.
        region: The region that it is deployed to. Default: unknown.
    """

    def __init__(self, template: Mapping[str, object], region: str | None = None) -> None:
        self._resources = mapping(template.get("Resources"))
        self._mappings = mapping(template.get("Mappings"))
        self._named = {*mapping(template.get("Parameters")), *_PSEUDO}
        self._known: dict[str, object] = {"AWS::NoValue": _ABSENT}
        if region:
            self._known["AWS::Region"] = region
        for name, parameter in mapping(template.get("Parameters")).items():
            described = mapping(parameter)
            type_ = str(described.get("Type"))
            if "Default" in described and not type_.startswith("AWS::SSM::"):
                default = described["Default"]
                if isinstance(default, str) and (type_ == "CommaDelimitedList" or "List<" in type_):
                    default = [part.strip() for part in default.split(",")]
                self._known[name] = default
        self._conditions = Conditions(
            mapping(template.get("Conditions")),
            mapping(template.get("Parameters")),
            lambda operand: text_of(self._operand(operand)),
        )

    def condition(self, name: str) -> bool | None:
        """Return whether a condition is true; None if that is known only at deploy time."""
        return self._conditions.decided(name)

    def scenarios(self, value: object, holding: str | None = None) -> Iterator[object]:
        """Yield the value in each combination of the conditions that it depends on.

        Impossible combinations are left out: of two conditions that exclude each other, at most one
        is true. Conditions that depend on defaults of parameters have one outcome. If there are too
        many combinations, values that depend on conditions are unknown.

        Args:
            value: The value as it is written.
            holding: A condition that is true wherever the value is used.
        """
        names = sorted(name for name in _conditions_in(value) if self.condition(name) is None)
        if not names:
            yield self._resolved(value, {})
            return
        found = self._conditions.outcomes(tuple(names), holding)
        for outcomes in [{}] if found is None else found:
            yield self._resolved(value, outcomes)

    def _resolved(self, value: object, outcomes: Mapping[str, bool]) -> object:
        found = self._value(value, outcomes)
        return None if found is _ABSENT else found

    def _value(self, value: object, outcomes: Mapping[str, bool]) -> object:
        if isinstance(value, dict):
            if len(value) == 1:
                ((name, argument),) = value.items()
                if name in ("Ref", "Condition") or str(name).startswith("Fn::"):
                    return self._function(name, argument, outcomes)
            if "Fn::Transform" in value:
                return UNKNOWN  # a macro can change the values beside it as well
            items = ((key, self._value(entry, outcomes)) for key, entry in value.items())
            return {key: entry for key, entry in items if entry is not _ABSENT}
        if isinstance(value, list):
            entry = (self._value(item, outcomes) for item in value)
            return [item for item in entry if item is not _ABSENT]
        return value

    def _function(self, name: str, argument: object, outcomes: Mapping[str, bool]) -> object:
        if name == "Condition":
            return {name: argument}  # a key of a policy statement, not a function
        if name == "Ref":
            return self._reference(str(argument))
        if name == "Fn::If":
            return self._if(argument, outcomes)
        if name == "Fn::GetAtt":
            parts = argument.split(".", 1) if isinstance(argument, str) else argument
            if isinstance(parts, list) and len(parts) == 2:
                return Reference(str(parts[0]), str(parts[1]))
            return UNKNOWN
        if name == "Fn::Sub":
            return self._sub(argument, outcomes)
        given = self._value(argument, outcomes)
        if name == "Fn::Join" and isinstance(given, list) and len(given) == 2:
            return self._whole(_joined(given[0], given[1]))
        if name == "Fn::Split" and isinstance(given, list) and len(given) == 2:
            return self._split(given[0], given[1])
        if name == "Fn::Select" and isinstance(given, list) and len(given) == 2:
            index, items = given
            position = whole_number(text_of(index))
            if isinstance(items, list) and position is not None and 0 <= position < len(items):
                return items[position]
        if name == "Fn::FindInMap" and isinstance(given, list) and len(given) >= 3:
            found = mapping(mapping(self._mappings.get(str(given[0]))).get(str(given[1])))
            return found.get(str(given[2]), UNKNOWN)
        return UNKNOWN

    def _operand(self, operand: object) -> object:
        """Return an operand of a condition; an empty default counts as its value."""
        name = operand.get("Ref") if isinstance(operand, dict) and len(operand) == 1 else None
        empty = isinstance(name, str) and self._known.get(name) == ""
        return "" if empty else self._value(operand, {})

    def _reference(self, name: str) -> object:
        if name in self._known:
            found = self._known[name]
            # An empty default stands for no value, or asks for one.
            return f"${{Token[{name}]}}" if found == "" else found
        if name in self._resources:
            return Reference(name)
        return f"${{Token[{name}]}}" if name in self._named else UNKNOWN

    def _whole(self, text: str) -> str:
        """Return a text, or the reference that it consists of."""
        match = TOKEN.fullmatch(text)
        if match is None or match[1] not in self._resources:
            return text
        return Reference(match[1], match[2] or "")

    def _split(self, delimiter: object, text: object) -> object:
        if not isinstance(delimiter, str) or not isinstance(text, str) or not delimiter:
            return UNKNOWN
        if not is_unresolved(text):
            return text.split(delimiter)
        if delimiter == "/" and isinstance(text, Reference) and text.attribute == "FunctionUrl":
            return ["https:", "", text, ""]  # the token stands for the host
        others = is_unresolved(TOKEN.sub("", text))
        if (
            others
            or delimiter not in "/:"
            or not all(self._is_plain(*found) for found in TOKEN.findall(text))
        ):
            return UNKNOWN
        parts = TOKEN.sub(lambda found: found[0].replace(":", "\0"), text).split(delimiter)
        return [self._whole(part.replace("\0", ":")) for part in parts]

    def _is_plain(self, name: str, attribute: str) -> bool:
        described = mapping(self._resources.get(name))
        return not attribute and (name in _PSEUDO or str(described.get("Type")) in _PLAIN_TYPES)

    def _if(self, argument: object, outcomes: Mapping[str, bool]) -> object:
        if not isinstance(argument, list) or len(argument) != 3:
            return UNKNOWN
        name = str(argument[0])
        holds = outcomes.get(name, self.condition(name))
        return UNKNOWN if holds is None else self._value(argument[1 if holds else 2], outcomes)

    def _sub(self, argument: object, outcomes: Mapping[str, bool]) -> object:
        text, given = argument, dict[str, object]()
        if isinstance(argument, list) and len(argument) == 2:
            text, values = argument
            given = {k: self._value(v, outcomes) for k, v in mapping(values).items()}
        if not isinstance(text, str):
            return UNKNOWN

        def replaced(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            name = name.strip()
            resource, _, attribute = name.partition(".")
            if name in given:
                return text_of(given[name])
            if attribute and resource in self._resources:
                return Reference(resource, attribute)
            return text_of(self._reference(name))

        return self._whole(_VARIABLE.sub(replaced, text))


def _conditions_in(value: object) -> set[str]:
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            chosen = item.get("Fn::If")
            if isinstance(chosen, list) and chosen:
                found.add(str(chosen[0]))
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return found


def references_in(value: object) -> Iterator[Reference]:
    """Yield the references to resources and parameters in a text."""
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, str) and "${Token[" in value:
        for name, attribute in TOKEN.findall(value):
            if name != "unknown":
                yield Reference(name, attribute)


def _joined(delimiter: object, parts: object) -> str:
    if not isinstance(delimiter, str) or not isinstance(parts, list):
        return UNKNOWN
    return delimiter.join(text_of(part) for part in parts)


def text_of(value: object) -> str:
    """Return a value as CloudFormation inserts it into a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | str):
        return str(value)
    return UNKNOWN
