"""What a review of two templates says: changes, their consequences, warnings and advice."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class Missing(enum.Enum):
    """The type of :data:`MISSING`."""

    MISSING = "(absent)"

    def __repr__(self) -> str:
        return self.value


MISSING: Final = Missing.MISSING
"""Stands for a value that one of the two templates does not have."""


class Consequence(enum.IntEnum):
    """What CloudFormation does to a resource because of a change, worst last."""

    NONE = 0
    """Nothing happens to the resource: metadata, or a policy that is only read later."""
    NO_INTERRUPTION = 1
    """Updated in place."""
    SOME_INTERRUPTION = 2
    """Updated in place, with an interruption of what it does."""
    REPLACEMENT = 3
    """A new resource is made and the old one is removed; or may be, and it cannot be ruled out."""
    DATA_LOSS = 4
    """A stateful resource is replaced or removed, and nothing retains it."""

    @property
    def label(self) -> str:
        """The words for people: `no interruption`, `replacement`, `data loss`, ..."""
        return self.name.lower().replace("_", " ")


class Action(enum.Enum):
    """What happens to a resource, output or parameter between the two templates."""

    ADD = "add"
    REMOVE = "remove"
    MODIFY = "modify"
    RENAME = "rename"


@dataclass(frozen=True)
class PropertyChange:
    """One value of a resource that differs.

    Attributes:
        path: Where it is, from the resource: `Properties.Tags.0.Value`, `DeletionPolicy`.
        old: The value before, or :data:`MISSING`.
        new: The value after, or :data:`MISSING`.
        consequence: What CloudFormation does because of it.
        reason: Why, in a few words: `create-only property of AWS::EC2::Subnet`.
    """

    path: str
    old: object
    new: object
    consequence: Consequence
    reason: str


@dataclass(frozen=True)
class ResourceChange:
    """All that changes of one resource.

    A change outside `Resources` (a parameter, an output, a condition, a mapping) has the section's
    name as its type, such as `Outputs`.

    Attributes:
        action: Whether it is added, removed, modified or renamed.
        logical_id: Its logical id before; for an added one, after.
        new_logical_id: The logical id after, of a rename; None for all others.
        resource_type: Its type, such as `AWS::S3::Bucket` (before, if the type changes).
        construct_path: Its path in the construct tree, if the template has the metadata.
        properties: What differs, worst first.
        consequence: The worst of all: of its properties, or of its removal.
        warnings: `permission widened: ...`, `network opened: ...` and so on.
        advice: How to avoid it, if there is a way; may have several lines.
    """

    action: Action
    logical_id: str
    new_logical_id: str | None
    resource_type: str
    construct_path: str | None
    properties: tuple[PropertyChange, ...]
    consequence: Consequence
    warnings: tuple[str, ...]
    advice: str | None

    @property
    def name(self) -> str:
        """What people know it by: the construct path, or else the logical id."""
        return self.construct_path or self.logical_id

    @property
    def names(self) -> frozenset[str]:
        """All that people may call it: its logical ids, and its construct path.

        The path counts without `/Resource`, too: the raw resource inside a construct.
        """
        path = self.construct_path or ""
        names = (self.logical_id, self.new_logical_id, path, path.removesuffix("/Resource"))
        return frozenset(name for name in names if name)


@dataclass(frozen=True)
class Review:
    """All changes between two templates: the worst first, then by type and logical id.

    True when there is any change.
    """

    changes: tuple[ResourceChange, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def worst(self) -> Consequence:
        """The worst consequence of all changes; NONE if there is no change."""
        return max((change.consequence for change in self.changes), default=Consequence.NONE)

    @property
    def data_losses(self) -> tuple[ResourceChange, ...]:
        """The changes that lose data."""
        return tuple(c for c in self.changes if c.consequence is Consequence.DATA_LOSS)

    @property
    def replacements(self) -> tuple[ResourceChange, ...]:
        """The changes that replace a resource, with loss of data or without."""
        return tuple(c for c in self.changes if c.consequence >= Consequence.REPLACEMENT)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every warning, each after the name of its resource."""
        return tuple(f"{c.name}: {warning}" for c in self.changes for warning in c.warnings)
