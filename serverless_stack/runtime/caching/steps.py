"""The steps of a strategy, apart from how they are done.

A strategy is a generator that yields steps and gets their results, so that threads and asyncio
share one set of rules. A step that is none of these classes is a call of the store, which may
block.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from serverless_stack.runtime.caching.lookup import Lookup


class Load(NamedTuple):
    """Ask the source for one key."""

    key: str


class LoadMany(NamedTuple):
    """Ask the source for several keys; gives a mapping."""

    keys: Sequence[str]


class Pause(NamedTuple):
    """Wait."""

    seconds: float


class Join(NamedTuple):
    """Run a flow that answers a key, or wait for the one that is running."""

    key: str
    flow: "Flow[Lookup[object] | None]"


class JoinMany(NamedTuple):
    """Run a flow for those of the keys that nobody loads now, and wait for the others."""

    keys: Sequence[str]
    fill: "Callable[[Sequence[str]], Flow[dict[str, Lookup[object]]]]"


class Spawn(NamedTuple):
    """Run a flow in the background, unless one runs for this key."""

    key: str
    flow: "Flow[Lookup[object] | None]"


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
