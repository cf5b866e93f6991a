"""All texts of a template, unresolved, with their names."""

from collections.abc import Iterator, Mapping

from serverless_stack.checks.engine.values import parsed_json

# Keys of names and values beside each other, as in headers and environments of containers.
_PAIRS = (("Name", "Value"), ("HeaderName", "HeaderValue"), ("ParameterKey", "ParameterValue"))
_SECTIONS = ("Parameters", "Mappings", "Resources", "Outputs", "Metadata")
_Path = tuple["_Path | None", str | int]
Text = tuple[str, str, _Path, str, str]
"""Section, entry, path (see `shown`), name of the value, and the value."""


def texts(template: Mapping[str, object]) -> Iterator[Text]:
    """Yield all texts of a template."""
    for section in _SECTIONS:
        entries = template.get(section)
        for entry, described in (entries if isinstance(entries, dict) else {}).items():
            for path, name, value in _within(described, (None, str(entry)), str(entry)):
                yield section, str(entry), path, name, value


def shown(path: _Path) -> str:
    """Return a path as text, without its entry."""
    names: list[str] = []
    above, name = path
    while above is not None:
        names.append(str(name))
        above, name = above
    return ".".join(reversed(names))


def _within(value: object, path: _Path, name: str) -> Iterator[tuple[_Path, str, str]]:
    if isinstance(value, str):
        yield path, name, value
        if value.startswith("{") and value.endswith("}") and not value.startswith("{{"):
            yield from _json(value, path, name)
    elif isinstance(value, dict):
        pair = _pair(value)
        for key, item in value.items():
            if key == "Fn::If" and isinstance(item, list) and len(item) == 3:
                for number in (1, 2):
                    yield from _within(item[number], ((path, str(key)), number), name)
                continue
            # An argument of a function is a part of a value, and has no name.
            function = str(key).startswith("Fn::") and key != "Fn::Sub"
            inner = "" if function else name if key == "Fn::Sub" else str(key)
            if pair is not None and key == pair[0]:
                inner = pair[1]
            if key == "Default" and path[0] is None:
                inner = name  # the default of a parameter has the parameter's name
            if key == "Value" and path[0] is None:
                inner = name  # and the value of an output has the output's
            yield from _within(item, (path, str(key)), inner)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _within(item, (path, number), name)


def _pair(value: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the key of a value, and the name beside it."""
    for names, values in _PAIRS:
        named = value.get(names)
        if values in value and isinstance(named, str):
            return values, named
    return None


def _json(text: str, path: _Path, name: str) -> Iterator[tuple[_Path, str, str]]:
    parsed = parsed_json(text)
    if isinstance(parsed, dict):
        yield from _within(parsed, path, name)
