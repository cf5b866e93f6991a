"""What there is to do, packed like the items that it is done to."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args, overload

from serverless_stack.operations.sync.items import Texts, decoded, encoded

Kind = Literal["upload", "download", "copy", "rewrite", "delete"]
_KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    Attributes:
        kind: What is done: ``rewrite`` writes the headers alone, no bytes.
        key: The file or object.
        size: The bytes that are moved.
        replaces: Whether there is one of that key already.
    """

    kind: Kind
    key: str
    size: int = 0
    replaces: bool = False


class Actions(Sequence[Action]):
    """Actions in the order in which they were added. Each is made when it is asked for."""

    def __init__(self) -> None:
        self._keys, self._sizes, self._kinds = Texts(), array("Q"), bytearray()

    def add(self, action: Action) -> None:
        """Add an action."""
        self._keys.append(encoded(action.key))
        self._sizes.append(action.size)
        self._kinds.append(2 * _KINDS.index(action.kind) + action.replaces)

    def extend(self, actions: Iterable[Action]) -> None:
        """Add actions."""
        for action in actions:
            self.add(action)

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, place: int) -> Action: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Action]: ...
    def __getitem__(self, place: int | slice) -> Action | Sequence[Action]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(*place.indices(len(self))))
        kind, replaces = divmod(self._kinds[place], 2)
        key = decoded(self._keys[place % len(self)])
        return Action(_KINDS[kind], key, self._sizes[place], bool(replaces))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))
