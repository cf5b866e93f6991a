"""Stacks, and the result of a review: changes with their consequences, warnings and advice."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class Missing(enum.Enum):
    """The type of :data:`MISSING`."""

    MISSING = "(absent)"

    def __repr__(self) -> str:
        return self.value


MISSING: Final = Missing.MISSING
"""A value that one of the two templates does not have."""


@dataclass(frozen=True)
class Stack:
    """A stack to review.

    Attributes:
        name: The name in CloudFormation; empty for a template without a stack. The name of a nested
            stack is its parent's name and its logical id there: `Shop/Uploads`.
        template: The template.
        environment: Account and region, such as `aws://123456789012/eu-west-1`; empty if unknown.
    """

    name: str
    template: Mapping[str, object]
    environment: str = ""


class Consequence(enum.IntEnum):
    """What CloudFormation does to a resource because of a change, worst last."""

    NONE = 0
    """Nothing: metadata, or a policy that is only read later."""
    NO_INTERRUPTION = 1
    """It updates the resource in place."""
    SOME_INTERRUPTION = 2
    """It updates the resource in place and interrupts its service."""
    REPLACEMENT = 3
    """It creates a new resource and removes the old one, or may do so."""
    DATA_LOSS = 4
    """It replaces or removes a stateful resource that nothing retains."""

    @property
    def label(self) -> str:
        """The name for people: `no interruption`, `replacement`, `data loss`."""
        return self.name.lower().replace("_", " ")


class Action(enum.Enum):
    """What happens to a resource, output or parameter."""

    ADD = "add"
    REMOVE = "remove"
    MODIFY = "modify"
    RENAME = "rename"


@dataclass(frozen=True)
class PropertyChange:
    """A value of a resource that differs.

    Attributes:
        path: The place in the resource: `Properties.Tags.0.Value`, `DeletionPolicy`.
        old: The old value, or :data:`MISSING`.
        new: The new value, or :data:`MISSING`.
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
    """The change of a resource.

    For a change outside `Resources` (a parameter, an output, a condition, a mapping), the type is
    the name of the section, such as `Outputs`.

    Attributes:
        action: Whether it is added, removed, modified or renamed.
        logical_id: The old logical id; of an added resource, the new one.
        new_logical_id: The new logical id of a renamed resource. Default: none.
        resource_type: The old type, such as `AWS::S3::Bucket`.
        construct_path: The path in the construct tree, if the template has it.
        properties: The values that differ, worst first.
        consequence: The worst consequence.
        warnings: `permission widened: ...`, `network opened: ...` and others.
        advice: How to avoid the change, if there is a way; may have several lines.
    """

    action: Action
    logical_id: str
    new_logical_id: str | None
    resource_type: str
    construct_path: str | None
    properties: tuple[PropertyChange, ...]
    consequence: Consequence
    warnings: tuple[str, ...] = ()
    advice: str | None = None

    @property
    def name(self) -> str:
        """The construct path, or else the logical id."""
        return self.construct_path or self.logical_id

    @property
    def names(self) -> frozenset[str]:
        """The logical ids and the construct path, with and without its last `/Resource`."""
        path = self.construct_path or ""
        names = (self.logical_id, self.new_logical_id, path, path.removesuffix("/Resource"))
        return frozenset(name for name in names if name)


@dataclass(frozen=True)
class Review:
    """The changes between two templates: worst first, then by type and logical id.

    It is true if there is any change.
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
        """The changes that replace a resource or lose its data."""
        return tuple(c for c in self.changes if c.consequence >= Consequence.REPLACEMENT)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings, each after the name of its resource."""
        return tuple(f"{c.name}: {warning}" for c in self.changes for warning in c.warnings)
