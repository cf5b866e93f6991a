"""EdgeAuth: who may see what a behavior serves, decided at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class EdgeAuth:
    """Who may see what a behavior serves.

    Attributes:
        kind: ``basic``, ``jwt`` or ``signed``.
    """

    kind: Literal["basic", "jwt", "signed"]

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)
