"""CloudFormation templates as text: JSON, and YAML with the short-form tags."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from serverless_stack.testing.review.errors import SourceError

_STANDARD = "tag:yaml.org,2002:"
_CORE = {f"{_STANDARD}{kind}" for kind in ("bool", "int", "float", "null")}


def parse(text: str, label: str, *, synthesised: bool = False) -> dict[str, object]:
    """Read a template.

    Args:
        text: JSON or YAML. Short-form tags such as `!GetAtt a.b` become their long forms.
        label: Where the text comes from, for messages.
        synthesised: Whether the CDK wrote it, which leaves `Resources` out of an empty stack.

    Raises:
        SourceError: It is neither, or it is no CloudFormation template.
    """
    template = parse_any(text, label)
    if synthesised and isinstance(template, dict):
        template.setdefault("Resources", {})
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise SourceError(f"{label} is no CloudFormation template: it has no `Resources`")
    return template


def parse_any(text: str, label: str) -> object:
    """Read JSON or YAML, whatever it describes.

    Raises:
        SourceError: It is neither, or a key is there twice.
    """
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            pass  # YAML has braces too
    try:
        import yaml
    except ImportError as error:
        raise SourceError(
            f"reading {label} needs PyYAML: install it by `pip install 'serverless-stack[testing]'`"
        ) from error
    try:
        # libyaml is ten times as fast where PyYAML has it.
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise SourceError(f"{label} is neither JSON nor YAML: {_where(error)}") from error
    scalars: Callable[[Any], object] = yaml.constructor.SafeConstructor().construct_object
    return None if node is None else _Reader(label, scalars).value(node)


class _Reader:
    """Turns the nodes of one YAML document into plain values."""

    def __init__(self, label: str, scalars: Callable[[Any], object]) -> None:
        self._label = label
        self._scalars = scalars
        self._values: dict[int, object] = {}

    def value(self, node: Any) -> object:  # noqa: ANN401 - PyYAML has no types
        """The value of a node and all below it, read once for all aliases of the node."""
        if id(node) not in self._values:
            self._values[id(node)] = self._read(node)
        return self._values[id(node)]

    def _read(self, node: Any) -> object:  # noqa: ANN401
        plain = self._plain(node)
        if not node.tag.startswith("!"):
            return plain
        name = node.tag[1:]
        if name == "GetAtt" and isinstance(plain, str):
            plain = plain.split(".", 1)
        return {name if name in ("Ref", "Condition") else f"Fn::{name}": plain}

    def _plain(self, node: Any) -> object:  # noqa: ANN401
        if node.id == "mapping":
            return self._mapping(node)
        if node.id == "sequence":
            return [self.value(item) for item in node.value]
        # A date stays text, as in CloudFormation: `Version: 2012-10-17`.
        return self._scalars(node) if node.tag in _CORE else node.value

    def _mapping(self, node: Any) -> dict[str, object]:  # noqa: ANN401
        found: dict[str, object] = {}
        merged: dict[str, object] = {}
        for key_node, value_node in node.value:
            value = self.value(value_node)
            if key_node.tag == f"{_STANDARD}merge":
                for each in value if isinstance(value, list) else [value]:
                    merged = {**(each if isinstance(each, Mapping) else {}), **merged}
                continue
            key = str(key_node.value)
            if key in found:
                line = key_node.start_mark.line + 1
                raise SourceError(f"{self._label}: `{key}` is there twice, again in line {line}")
            found[key] = value
        return {**merged, **found}


def _where(error: Exception) -> str:
    """What a YAML error says, without its excerpt of the text."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    line = "" if mark is None else f" in line {mark.line + 1}"
    return f"{problem or ' '.join(str(error).split())}{line}"
