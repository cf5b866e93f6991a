"""The steps of a strategy, apart from how they are done.

A strategy is a generator that yields steps and gets their results, so that threads and asyncio
share one set of rules. A step that is none of these classes is a call of the store, which may
block. They are plain classes, since named tuples and dataclasses take long to import.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import TypeAlias, TypeVar

from serverless_stack.runtime.caching.strategies.lookup import Lookup


class Load:
    """Ask the source for one key."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key


class LoadMany:
    """Ask the source for several keys; gives a mapping."""

    __slots__ = ("keys",)

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = keys


class Pause:
    """Wait for some seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Join:
    """Run a flow that answers a key, or wait for the one that is running."""

    __slots__ = ("flow", "key")

    def __init__(self, key: str, flow: "Flow[Lookup[object]]") -> None:
        self.key = key
        self.flow = flow


class JoinMany:
    """Run a flow for those of the keys that nobody loads now, and wait for the others."""

    __slots__ = ("fill", "keys")

    def __init__(
        self,
        keys: Sequence[str],
        fill: "Callable[[Sequence[str]], Flow[dict[str, Lookup[object]]]]",
    ) -> None:
        self.keys = keys
        self.fill = fill


class Spawn:
    """Run a flow in the background, unless one runs for this key."""

    __slots__ = ("flow", "key")

    def __init__(self, key: str, flow: "Flow[Lookup[object] | None]") -> None:
        self.key = key
        self.flow = flow


Step: TypeAlias = Load | LoadMany | Pause | Join | JoinMany | Spawn | Callable[[], object]
T = TypeVar("T")
Flow: TypeAlias = Generator[Step, object, T]


def drive(flow: Flow[T], perform: Callable[[Step], object]) -> T:
    """Run a flow to its end, each step by ``perform``; what a step raises goes to the flow."""
    result: object = None
    error: Exception | None = None
    while True:
        try:
            step = flow.send(result) if error is None else flow.throw(error)
        except StopIteration as stop:
            answer: T = stop.value
            return answer
        result = error = None
        try:
            result = perform(step)
        except Exception as failure:
            error = failure


async def drive_async(flow: Flow[T], perform: Callable[[Step], Awaitable[object]]) -> T:
    """As `drive`, with steps that are awaited."""
    result: object = None
    error: Exception | None = None
    while True:
        try:
            step = flow.send(result) if error is None else flow.throw(error)
        except StopIteration as stop:
            answer: T = stop.value
            return answer
        result = error = None
        try:
            result = await perform(step)
        except Exception as failure:
            error = failure
