"""What is in the cache key, and what reaches the origin.

"Control the cache key" and "Control origin requests" of the developer guide, and the legacy
``ForwardedValues``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Self

from .freshness import Lifetimes

LEGACY = Lifetimes(0, 86400, 31536000)  # CloudFront's defaults without a cache policy
UNCACHED = Lifetimes(0, 0, 0)
_ALL = frozenset({"all", "allViewer", "allViewerAndWhitelistCloudFront"})


@dataclass(frozen=True)
class Selection:
    """Names of headers, cookies or query strings.

    Attributes:
        kind: ``none``, ``all``, ``whitelist`` or ``allExcept``.
        names: The listed names. ``*`` and ``?`` in them are wildcards.
    """

    kind: str = "none"
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, kind: str, names: Iterable[str] = (), *, lower: bool = False) -> Self:
        """Return the selection of a policy; names of headers are compared in lower case."""
        folded = frozenset(name.lower() if lower else name for name in names)
        return cls("all" if kind in _ALL else kind, folded)

    def includes(self, name: str) -> bool:
        """Return whether a name is selected."""
        if self.kind in ("none", "all"):
            return self.kind == "all"
        return self._lists(name) == (self.kind == "whitelist")

    def _lists(self, name: str) -> bool:
        return name in self.names or any(fnmatchcase(name, pattern) for pattern in self.names)


@dataclass(frozen=True)
class Selections:
    """The selected headers, cookies and query strings of a policy."""

    headers: Selection = Selection()
    cookies: Selection = Selection()
    queries: Selection = Selection()
    added: frozenset[str] = frozenset()
    """Headers of CloudFront that are added to all those of the viewer."""


@dataclass(frozen=True)
class CachePolicy:
    """A cache policy.

    Attributes:
        key: What is in the cache key, and so reaches the origin.
        lifetimes: The TTLs.
        gzip: Whether ``Accept-Encoding: gzip`` is in the key, normalised.
        brotli: Whether ``Accept-Encoding: br`` is.
        is_legacy: Whether it stands for legacy settings, with which headers that CloudFront does
            not know reach the origin without being selected.
    """

    key: Selections = Selections()
    lifetimes: Lifetimes = UNCACHED
    gzip: bool = False
    brotli: bool = False
    is_legacy: bool = False


def reaches_origin(key: Selection, more: Selection | None, name: str) -> bool:
    """Return whether a name reaches the origin.

    Args:
        key: The selection of the cache policy.
        more: The selection of the origin request policy, if the behaviour has one.
        name: The name.
    """
    if more is None:
        return key.includes(name)
    if key.kind == more.kind == "allExcept":
        return key.includes(name) and more.includes(name)
    return key.includes(name) or more.includes(name)
