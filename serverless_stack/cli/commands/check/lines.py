"""The lines of resources and properties in the text of a template."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yaml import Node

_SPACE = " \t\n\r"
_DECODER = json.JSONDecoder()


class Lines:
    """The lines of one template, which is read on first use.

    Args:
        path: The file: JSON or YAML.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, logical_id: str, property: str) -> int:
        """Return the line of a property, or of its closest parent in the text.

        Args:
            logical_id: The resource; empty for the template as a whole.
            property: The path of the property; empty for the resource as a whole.

        Returns:
            The number of the line, beginning at 1.
        """
        parts = ["Resources", logical_id] if logical_id else []
        parts += ["Properties", *property.split(".")] if property else []
        place = self._root
        for part in parts:
            if part not in place.value.inner:
                break
            place = place.value.inner[part]
        return place.line

    @cached_property
    def _root(self) -> _Place:
        text = self._path.read_text("utf-8")
        start = _after_space(text, 0)
        if text.startswith("{", start):
            try:
                _DECODER.raw_decode(text, start)
                return _Place(1, _JsonValue(text, start))
            except (ValueError, RecursionError):
                pass  # YAML may begin with a brace, too
        return _Place(1, _YamlValue(_composed(text)))


class _Place(NamedTuple):
    """A value, and the line of its key."""

    line: int
    value: _JsonValue | _YamlValue


class _JsonValue:
    """A value in a text in JSON. What nobody asks for is skipped, at the speed of the parser.

    YAML's parser would read JSON as well, in ten times as long as all rules take.

    Args:
        text: The whole text, which must be valid.
        start: The position of the value.
    """

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._start = start

    @cached_property
    def inner(self) -> dict[str, _Place]:
        """The values in this one, by key or index."""
        text = self._text
        found: dict[str, _Place] = {}
        if text[self._start] not in "{[":
            return found
        counted, line = 0, 1
        position = _after_space(text, self._start + 1)
        while text[position] not in "}]":
            line += text.count("\n", counted, position)
            counted = position
            key = str(len(found))
            if text[self._start] == "{":
                key, position = _DECODER.raw_decode(text, position)
                position = _after_space(text, _after_space(text, position) + 1)  # the colon
            found[key] = _Place(line, _JsonValue(text, position))
            _, position = _DECODER.raw_decode(text, position)
            position = _after_space(text, position)
            if text[position] == ",":
                position = _after_space(text, position + 1)
        return found


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position


class _YamlValue:
    """A value in a text in YAML.

    Args:
        node: Its node; None if there is none.
    """

    def __init__(self, node: Node | None) -> None:
        self._node = node

    @cached_property
    def inner(self) -> dict[str, _Place]:
        """The values in this one, by key or index."""
        items = self._node.value if self._node is not None else None
        found: dict[str, _Place] = {}
        for number, item in enumerate(items if isinstance(items, list) else []):
            key, value = item if isinstance(item, tuple) else (item, item)
            name = str(key.value) if isinstance(item, tuple) else str(number)
            found.setdefault(name, _Place(key.start_mark.line + 1, _YamlValue(value)))
        return found


def _composed(text: str) -> Node | None:
    try:
        import yaml
    except ImportError:  # needed for YAML only, see `template_text`
        return None
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        root: Node | None = yaml.compose(text, Loader=loader)
    except (yaml.YAMLError, RecursionError):  # such as JSON with tabs, or nested too deeply
        return None
    return root
