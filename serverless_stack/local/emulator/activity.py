"""What happens in this cloud, as it happens: requests, invocations and lines of logs.

The last of each are kept, cut at a size, for the console. Requests and the invocations that they
caused have the same trace, which follows a request through tasks and threads.
"""

import asyncio
import json
import threading
import time
import uuid
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

MAX_KEPT = 200
MAX_BODY_BYTES = 64 * 1024
MAX_EVENT_CHARACTERS = 256 * 1024
MAX_LINES = 1000
MAX_LOG_CHARACTERS = 256 * 1024
MAX_LINE_CHARACTERS = 4000
MAX_WAITING = 1000

Document = dict[str, Any]
_Kept = TypeVar("_Kept")

current_trace: ContextVar[str] = ContextVar("serverless_stack_trace", default="")
"""The id of the request that the current task or thread works for."""


@dataclass
class Call:
    """An invocation of a function.

    Attributes:
        id: The request id of Lambda.
        trace: The request that caused it, or an empty text.
        function: The name of the function.
        event: The event as JSON, cut if it is long.
        at: When it began, in seconds since 1970.
        lines: What it has logged so far.
        dropped: How many lines are not kept.
        characters: How long the kept lines are together.
        milliseconds: How long it took; None while it runs.
        error: The type of its failure, or an empty text.
    """

    id: str
    trace: str
    function: str
    event: str
    at: float = field(default_factory=time.time)
    lines: list[str] = field(default_factory=list)
    dropped: int = 0
    characters: int = 0
    milliseconds: float | None = None
    error: str = ""

    def summary(self) -> Document:
        """Return it without event and lines."""
        return {
            "id": self.id,
            "trace": self.trace,
            "function": self.function,
            "at": self.at,
            "milliseconds": self.milliseconds,
            "error": self.error,
        }


class Subscriber:
    """Somebody who reads what happens. What he does not read in time is dropped, and counted."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Document] = deque()
        self._ready = asyncio.Event()
        self._lock = threading.Lock()
        self._dropped = 0

    def put(self, message: Document) -> None:
        """Add a message, from any thread."""
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                self._dropped += 1
                return
            self._waiting.append(message)
            is_first = len(self._waiting) == 1
        if is_first:
            self._loop.call_soon_threadsafe(self._ready.set)

    async def take(self, seconds: float) -> list[Document]:
        """Return the messages that wait; none after some seconds without any."""
        try:
            await asyncio.wait_for(self._ready.wait(), seconds)
        except TimeoutError:
            return []
        with self._lock:
            self._ready.clear()
            messages, dropped = list(self._waiting), self._dropped
            self._waiting.clear()
            self._dropped = 0
        if dropped:
            messages.append({"type": "dropped", "count": dropped})
        return messages


class Activity:
    """The last requests and invocations, and those who follow them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: OrderedDict[str, Call] = OrderedDict()
        self._exchanges: OrderedDict[str, Document] = OrderedDict()
        self._subscribers: list[Subscriber] = []
        self.outcomes: dict[str, Counter[str]] = {}

    def begin_call(self, call_id: str, function: str, event: object) -> None:
        """Note that a function is invoked."""
        text = json.dumps(event, ensure_ascii=False, default=str)
        if len(text) > MAX_EVENT_CHARACTERS:
            left_out = len(text) - MAX_EVENT_CHARACTERS
            text = f"{text[:MAX_EVENT_CHARACTERS]} … {left_out} more characters"
        call = Call(call_id, current_trace.get(), function, text)
        with self._lock:
            self._calls[call_id] = call
            _drop_oldest(self._calls, lambda each: each.milliseconds is None)
        self.publish({"type": "call", **call.summary()})

    def add_line(self, call_id: str, function: str, line: str) -> None:
        """Note a line that a function has logged."""
        line = line[:MAX_LINE_CHARACTERS]
        call = self._calls.get(call_id)
        if call is not None:
            if len(call.lines) < MAX_LINES and call.characters < MAX_LOG_CHARACTERS:
                call.lines.append(line)
                call.characters += len(line)
            else:
                call.dropped += 1
        self.publish({"type": "line", "call": call_id, "function": function, "line": line})

    def end_call(self, call_id: str, lines: list[str], error: str) -> None:
        """Note that an invocation has ended.

        Args:
            call_id: The request id of Lambda.
            lines: Its whole log. What was not seen as it came is added: a stack trace, or all of it
                for some runtimes.
            error: The type of its failure, or an empty text.
        """
        call = self._calls.get(call_id)
        if call is None:
            return
        for line in lines[len(call.lines) + call.dropped :]:
            self.add_line(call_id, call.function, line)
        call.milliseconds = (time.time() - call.at) * 1000
        call.error = error
        self.publish({"type": "call", **call.summary()})

    def begin_exchange(self, exchange: Document) -> None:
        """Note a request. Its document is filled while it is served."""
        with self._lock:
            self._exchanges[exchange["id"]] = exchange
            _drop_oldest(self._exchanges, lambda each: each["milliseconds"] is None)
        self.publish({"type": "exchange", **summary_of(exchange)})

    def end_exchange(self, exchange: Document) -> None:
        """Note that a request was answered."""
        self.publish({"type": "exchange", **summary_of(exchange)})

    def exchanges(self) -> list[Document]:
        """Return the summaries of the last requests, the newest first."""
        with self._lock:
            return [summary_of(exchange) for exchange in reversed(self._exchanges.values())]

    def exchange(self, exchange_id: str) -> Document | None:
        """Return a request with the invocations that it caused."""
        with self._lock:
            exchange = self._exchanges.get(exchange_id)
            calls = [call for call in self._calls.values() if call.trace == exchange_id]
        return None if exchange is None else {**exchange, "calls": [vars(call) for call in calls]}

    def count(self, distribution: str, outcome: str) -> None:
        """Count a response of a distribution by its ``X-Cache``."""
        with self._lock:
            self.outcomes.setdefault(distribution, Counter())[outcome.partition(" ")[0]] += 1

    def publish(self, message: Document) -> None:
        """Send a message to all subscribers, from any thread."""
        for subscriber in tuple(self._subscribers):
            subscriber.put(message)

    async def follow(self, seconds: float) -> AsyncGenerator[list[Document]]:
        """Yield messages as they come; an empty list after some seconds without any."""
        subscriber = Subscriber()
        self._subscribers.append(subscriber)
        try:
            while True:
                yield await subscriber.take(seconds)
        finally:
            self._subscribers.remove(subscriber)


def _drop_oldest(kept: OrderedDict[str, _Kept], is_running: Callable[[_Kept], bool]) -> None:
    """Drop the oldest entries beyond the limit, those that have ended before those that run."""
    while len(kept) > MAX_KEPT:
        ended = (key for key, each in kept.items() if not is_running(each))
        del kept[next(ended, next(iter(kept)))]


def summary_of(exchange: Document) -> Document:
    """Return a request without headers and bodies."""
    names = ("id", "via", "at", "method", "target", "status", "milliseconds", "outcome")
    return {name: exchange[name] for name in names}


def new_id() -> str:
    """Return an id for a request."""
    return uuid.uuid4().hex


ACTIVITY = Activity()
"""What happens in this cloud."""
