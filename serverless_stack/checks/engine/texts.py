"""All texts of a template, unresolved, with their names."""

from collections.abc import Mapping
from dataclasses import dataclass

from serverless_stack.checks.engine.values import parsed_json

# Keys of names and values beside each other, as in headers and environments of containers.
_PAIRS = (("Name", "Value"), ("HeaderName", "HeaderValue"), ("ParameterKey", "ParameterValue"))
_SECTIONS = ("Parameters", "Mappings", "Resources", "Outputs", "Metadata")
_Path = tuple["_Path | None", str | int]
Text = tuple[str, str, _Path, str, str]
"""Section, entry, path (see `shown`), name of the value, and the value."""


def texts(template: Mapping[str, object]) -> list[Text]:
    """Return all texts of a template."""
    found: list[Text] = []
    for section in _SECTIONS:
        entries = template.get(section)
        for entry, described in (entries if isinstance(entries, dict) else {}).items():
            name = str(entry)
            _Walk(section, name, found).add(described, (None, name), name)
    return found


def shown(path: _Path) -> str:
    """Return a path as text, without its entry."""
    names: list[str] = []
    above, name = path
    while above is not None:
        names.append(str(name))
        above, name = above
    return ".".join(reversed(names))


@dataclass(frozen=True)
class _Walk:
    """A walk through an entry of a section, which adds its texts to a list."""

    section: str
    entry: str
    found: list[Text]

    def add(self, value: object, path: _Path, name: str) -> None:
        if isinstance(value, str):
            self.found.append((self.section, self.entry, path, name, value))
            if value.startswith("{") and value.endswith("}") and not value.startswith("{{"):
                parsed = parsed_json(value)
                if isinstance(parsed, dict):
                    self.add(parsed, path, name)
        elif isinstance(value, dict):
            self._add_mapping(value, path, name)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                self.add(item, (path, number), name)

    def _add_mapping(self, value: Mapping[str, object], path: _Path, name: str) -> None:
        pair = _pair(value)
        for key, item in value.items():
            if key == "Fn::If" and isinstance(item, list) and len(item) == 3:
                for number in (1, 2):
                    self.add(item[number], ((path, str(key)), number), name)
                continue
            # An argument of a function is a part of a value, and has no name.
            function = str(key).startswith("Fn::") and key != "Fn::Sub"
            inner = "" if function else name if key == "Fn::Sub" else str(key)
            if pair is not None and key == pair[0]:
                inner = pair[1]
            # The default of a parameter has the parameter's name, the value of an output its.
            if key in ("Default", "Value") and path[0] is None:
                inner = name
            self.add(item, (path, str(key)), inner)


def _pair(value: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the key of a value, and the name beside it."""
    for names, values in _PAIRS:
        named = value.get(names)
        if values in value and isinstance(named, str):
            return values, named
    return None
