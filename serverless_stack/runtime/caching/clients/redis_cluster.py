"""Redis in cluster mode: which node has a key, and what to do when it has moved."""

import time
from collections.abc import Callable, Sequence

from serverless_stack.runtime.caching.base import StoreError, StoreRefused, StoreUnavailable
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.redis_pool import (
    Command,
    Redirected,
    RedisPool,
    Word,
)
from serverless_stack.runtime.caching.resilience.breaker import CircuitBreaker
from serverless_stack.runtime.caching.resilience.forks import register_restore_aware
from serverless_stack.runtime.caching.resilience.threads import Background
from serverless_stack.runtime.libraries import load

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.clients.protocols import RedisConnection

_SLOTS = 16384
_REDIRECTIONS = 3  # for one command


class RedisCluster:
    """Sends a command to the primary of the key's shard; each node has a breaker of its own.

    The map of slots is read on first use, from the configuration endpoint, and again in the
    background when a node fails or says that a slot has moved. A hung node only affects the
    keys of its own shard: this is why redis-py's `RedisCluster` is not used, which reads the
    map within a request, under a lock, and asks a node that hangs again and again.

    Args:
        endpoint: The configuration endpoint, or any node.
        make: Makes a connection to a node, not yet connected.
        cool_down: Seconds for which a node is not asked after a failure.
        timeout: Seconds that a first call waits for the map.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        make: "Callable[[Endpoint], RedisConnection]",
        cool_down: float,
        timeout: float,
    ) -> None:
        self._make = make
        self._cool_down = cool_down
        self._timeout = timeout
        self._endpoint = endpoint
        self._nodes: dict[Endpoint, _Node] = {}
        self._slots: list[_Node] = []
        self._mapping = Background(f"slots of the redis cluster at {endpoint}", self._map)
        self.breaker = CircuitBreaker(f"slots of the redis cluster at {endpoint}", cool_down)
        self._entry = self._node(endpoint)
        register_restore_aware(self)

    def reset_after_restore(self) -> None:
        """Read the map of slots before the next command: the shards may be other ones."""
        self._nodes = {self._endpoint: self._entry}
        self._slots = []

    def ask(self, *words: Word) -> object:
        """Send a command that can be repeated, and return the answer."""
        node = self._node_for(words)
        try:
            return node.ask(*words)
        except Redirected as redirected:
            return self._follow(node, redirected, words, repeatable=True)

    def ask_once(self, *words: Word) -> object:
        """Send a command that must not be repeated, and return the answer."""
        node = self._node_for(words)
        try:
            return node.ask_once(*words)
        except Redirected as redirected:
            return self._follow(node, redirected, words, repeatable=False)

    def ask_many(self, commands: Sequence[Command]) -> list[object]:
        """Send commands in one round trip per node, and return their answers.

        Raises:
            StoreError: At least one node failed; the others have run their commands.
        """
        answers, failure = self._scatter(commands)
        if failure is not None:
            raise failure
        return answers

    def get_many(self, keys: Sequence[Word]) -> list[object]:
        """Return the entries of keys, in one round trip per node.

        Keys of a node that cannot be used count as absent while another node answers.
        """
        # MGET of one key: unlike GET it treats an entry of another type as absent.
        answers, failure = self._scatter([("MGET", key) for key in keys])
        entries = [answer[0] if isinstance(answer, list) else None for answer in answers]
        if failure is not None and not any(data is not None for data in entries):
            raise failure
        return entries

    def drop(self) -> None:
        """Close the idle connections."""
        for node in list(self._nodes.values()):
            node.drop()

    def _scatter(self, commands: Sequence[Command]) -> tuple[list[object], StoreError | None]:
        parts: dict[_Node, list[int]] = {}
        for number, words in enumerate(commands):
            parts.setdefault(self._node_for(words), []).append(number)
        answers: list[object] = [None] * len(commands)
        failure: StoreError | None = None
        deadline = time.monotonic() + self._timeout
        for node, numbers in parts.items():
            if failure is not None and time.monotonic() >= deadline:
                break  # a node that hangs has used up the time for all
            try:
                part = node.ask_many([commands[number] for number in numbers])
            except Redirected:  # some have moved: ask one by one, which follows them
                part = [self.ask(*commands[number]) for number in numbers]
            except StoreError as error:
                failure = failure or error
                continue
            for number, answer in zip(numbers, part, strict=True):
                answers[number] = answer
        return answers, failure

    def _follow(
        self, node: "_Node", redirected: Redirected, words: Command, repeatable: bool
    ) -> object:
        for _ in range(_REDIRECTIONS):
            host, port = redirected.endpoint
            node = self._node(Endpoint(host or node.endpoint.host, port))
            try:
                if redirected.moved:
                    if redirected.slot in range(_SLOTS):
                        self._slots[redirected.slot] = node
                    self._mapping.start()
                    return node.ask(*words) if repeatable else node.ask_once(*words)
                return node.ask_many([("ASKING",), words])[-1]
            except Redirected as again:
                redirected = again
        raise StoreUnavailable(f"{node.breaker.name}: {redirected}, after several redirections")

    def _node_for(self, words: Command) -> "_Node":
        load("redis")
        from redis.crc import key_slot

        if not self._slots:
            self.breaker.call(lambda: self._mapping.get(self._timeout))
        key = words[3] if words[0] == "EVAL" else words[1]
        return self._slots[key_slot(key if isinstance(key, bytes) else str(key).encode())]

    def _node(self, endpoint: Endpoint) -> "_Node":
        node = self._nodes.get(endpoint)
        if node is None:
            node = _Node(endpoint, self._make, self._cool_down, self._look_up_slots)
            node = self._nodes.setdefault(endpoint, node)
        return node

    def _look_up_slots(self) -> None:
        self._mapping.start()

    def _map(self) -> None:
        """Ask the nodes, one after the other, until one knows the slots."""
        failure: StoreError | None = None
        for node in dict.fromkeys([*self._nodes.values(), self._entry]):
            try:
                self._slots = self._read(node, node.ask("CLUSTER", "SLOTS"))
            except StoreRefused as refusal:
                if "cluster support disabled" not in str(refusal):
                    raise
                self._slots = [node] * _SLOTS  # a plain server, as on a laptop
            except StoreError as error:
                failure = failure or error
                continue
            used = {*self._slots, self._entry}
            self._nodes = {at: node for at, node in self._nodes.items() if node in used}
            return
        raise failure or StoreUnavailable(f"{self.breaker.name}: no node answers")

    def _read(self, asked: "_Node", answer: object) -> "list[_Node]":
        slots = [asked] * _SLOTS  # a slot that nobody serves: any node says so
        try:
            for first, last, (host, port, *_), *_replicas in answer:  # type: ignore[attr-defined]
                name = "" if host is None else host.decode()
                node = self._node(Endpoint(name.strip("?") or asked.endpoint.host, int(port)))
                if not 0 <= first <= last < _SLOTS:
                    raise ValueError(f"not a range of slots: {first}-{last}")
                slots[first : last + 1] = [node] * (last + 1 - first)
        except (AttributeError, TypeError, ValueError) as error:
            raise StoreUnavailable(
                f"{asked.breaker.name}: not an answer to CLUSTER SLOTS: {str(answer)[:80]}"
            ) from error
        return slots


class _Node(RedisPool):
    def __init__(
        self,
        endpoint: Endpoint,
        make: "Callable[[Endpoint], RedisConnection]",
        cool_down: float,
        on_failure: Callable[[], None],
    ) -> None:
        name = f"redis node at {endpoint}"
        super().__init__(name, lambda: make(endpoint), cool_down, on_failure)
        self.endpoint = endpoint
