"""CloudFormation templates as text: JSON, and YAML with short-form intrinsic functions."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_CORE = {f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float", "null")}
_MERGE = "tag:yaml.org,2002:merge"
# Aliases can make a short text of any size. CloudFormation itself takes 1 MB.
_MAX_VALUES = 1_000_000
# Far above real templates. Composing a document recurses in C, where too deep a text is a crash.
_MAX_DEPTH = 500


class SourceError(ValueError):
    """A template, an app or a deployed stack could not be read."""


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        SourceError: It cannot be read, or is not in UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not a text in UTF-8") from error


def parse(text: str, label: str, *, synthesised: bool = False) -> dict[str, object]:
    """Return the template in a text.

    Args:
        text: JSON or YAML. Short forms such as `!GetAtt a.b` become their long forms.
        label: The name of the source, for messages.
        synthesised: Whether CDK wrote it. CDK omits `Resources` from an empty stack.

    Raises:
        SourceError: The text is not a CloudFormation template.
    """
    template = parse_any(text, label)
    if synthesised and isinstance(template, dict):
        template.setdefault("Resources", {})
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise SourceError(f"{label} is not a CloudFormation template: it has no `Resources`")
    return template


def parse_any(text: str, label: str) -> object:
    """Return the value in a JSON or YAML text.

    Args:
        text: JSON or YAML, as for :func:`parse`.
        label: The name of the source, for messages.

    Raises:
        SourceError: The text is neither JSON nor YAML, has a duplicate key or a value that Python
            cannot hold, or contains itself.
    """
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except (json.JSONDecodeError, RecursionError):
            pass  # YAML may begin with a brace too, and its reader reports the line
        except ValueError as error:
            raise SourceError(f"{label} cannot be read: {error}") from error
    try:
        import yaml
    except ImportError as error:
        raise SourceError(
            f"reading {label} requires PyYAML: install the extra `testing` of this package"
        ) from error
    # libyaml, where PyYAML has it, is ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)("")
    try:
        if _may_be_deep(text) and _depth(yaml.parse(text, Loader=type(loader))) > _MAX_DEPTH:
            raise SourceError(f"{label} must not be nested more than {_MAX_DEPTH} levels deep")
        node = yaml.compose(text, Loader=type(loader))
        return None if node is None else _Reader(label, loader).value(node)
    except SourceError:
        raise
    except RecursionError as error:
        raise SourceError(f"{label} is nested too deeply, or contains itself") from error
    except ValueError as error:
        raise SourceError(f"{label} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise SourceError(f"{label} is neither JSON nor YAML: {_problem(error)}") from error


def _may_be_deep(text: str) -> bool:
    """Return whether a text can have more than a few thousand levels, without parsing it.

    In flow style a level takes a bracket. In block style it takes a column, or a line of its own
    at the column of its parent.
    """
    longest_line = max(map(len, text.splitlines()), default=0)
    return text.count("[") + text.count("{") + 2 * longest_line > 4 * _MAX_DEPTH


def _depth(events: Iterable[Any]) -> int:
    """Return the depth of a document; stop counting soon after the maximum."""
    depth = deepest = 0
    for event in events:
        depth += {"MappingStartEvent": 1, "SequenceStartEvent": 1}.get(type(event).__name__, 0)
        depth -= {"MappingEndEvent": 1, "SequenceEndEvent": 1}.get(type(event).__name__, 0)
        deepest = max(deepest, depth)
        if deepest > _MAX_DEPTH:
            break
    return deepest


class _Reader:
    """Turns the nodes of a YAML document into plain values."""

    def __init__(self, label: str, loader: Any) -> None:  # noqa: ANN401 - one of two classes
        self._label = label
        self._loader = loader
        self._count = 0

    def value(self, node: Any) -> object:  # noqa: ANN401 - three classes
        """Return the value of a node. Tags such as `!Sub` become mappings such as `Fn::Sub`."""
        self._count += 1
        if self._count > _MAX_VALUES:
            raise SourceError(f"{self._label} must not have over {_MAX_VALUES:,} values")
        if node.id == "mapping":
            plain: object = self._mapping(node)
        elif node.id == "sequence":
            plain = [self.value(item) for item in node.value]
        else:
            # A date such as `Version: 2012-10-17` stays text, as in CloudFormation.
            plain = self._loader.construct_object(node) if node.tag in _CORE else node.value
        if not node.tag.startswith("!"):
            return plain
        name = node.tag[1:]
        if name == "GetAtt" and isinstance(plain, str):
            plain = plain.split(".", 1)
        return {name if name in ("Ref", "Condition") else f"Fn::{name}": plain}

    def _mapping(self, node: Any) -> dict[str, object]:  # noqa: ANN401
        found: dict[str, object] = {}
        merged: dict[str, object] = {}
        for key_node, value_node in node.value:
            value = self.value(value_node)
            if key_node.tag == _MERGE:
                for each in value if isinstance(value, list) else [value]:
                    merged = {**(each if isinstance(each, dict) else {}), **merged}
                continue
            key = str(key_node.value)
            if key in found:
                line = key_node.start_mark.line + 1
                raise SourceError(f"{self._label}: duplicate key `{key}` in line {line}")
            found[key] = value
        return {**merged, **found}


def _problem(error: Exception) -> str:
    """Return the message of a YAML error, without its excerpt of the text."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    line = "" if mark is None else f" in line {mark.line + 1}"
    return f"{problem or ' '.join(str(error).split())}{line}"
