"""Site: which object of a bucket answers a path of a web site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class Site:
    """Which object answers a path that is not the name of one.

    Create it with ``Site.spa()`` or ``Site.pages()``.

    Attributes:
        kind: ``spa`` or ``pages``.
    """

    kind: Literal["spa", "pages"]

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    def spa(cls) -> Site:
        """Answer each path without an extension with the root object."""
        return cls("spa")

    @classmethod
    def pages(cls) -> Site:
        """Answer a folder with its index document."""
        return cls("pages")
