"""The lines of resources and properties in the text of a template."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaml import Node


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
        line = 1
        node = self._root
        parts = ["Resources", logical_id] if logical_id else []
        parts += ["Properties", *property.split(".")] if property else []
        for part in parts:
            found = next((each for each in _items(node) if each[0] == part), None)
            if found is None:
                break
            _, line, node = found
        return line

    @cached_property
    def _root(self) -> Node | None:
        try:
            import yaml
        except ImportError:  # needed for YAML only, see `template_text`
            return None
        try:
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            root: Node | None = yaml.compose(self._path.read_text("utf-8"), Loader=loader)
        except (yaml.YAMLError, RecursionError):  # such as JSON with tabs, or nested too deeply
            return None
        return root


def _items(node: Node | None) -> Iterator[tuple[str, int, Node]]:
    """Yield the children of a node: key or index, line, and node."""
    inside = node.value if node is not None and isinstance(node.value, list) else []
    for number, each in enumerate(inside):
        if isinstance(each, tuple):
            key, value = each
            yield str(key.value), key.start_mark.line + 1, value
        else:
            yield str(number), each.start_mark.line + 1, each
