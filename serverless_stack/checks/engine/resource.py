"""A resource of a template for rules, with resolved properties."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from serverless_stack.checks.engine.problems import is_unresolved, whole_number
from serverless_stack.checks.engine.values import UNKNOWN

if TYPE_CHECKING:
    from serverless_stack.checks.engine.template import Template


class UnknownProperties(dict[str, object]):
    """The properties of a resource that a macro defines, which are all unknown."""

    def get(self, name: str, default: object = None) -> object:
        """Return a token, whatever the name."""
        return UNKNOWN


@dataclass(frozen=True, eq=False)
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
        if isinstance(self.properties, UnknownProperties):
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
