"""A source that counts and can be slow or fail, a store that can fail, and a clock."""

import threading
from collections.abc import Callable, Mapping, Sequence

from serverless_stack.runtime.caching import MemoryStore, Missing, StoreUnavailable


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Gives ``KEY:number of the load``; counts how many load at once."""

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.failure: Exception | None = None
        self.gate: threading.Event | None = None
        self.entered = threading.Semaphore(0)
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def load(self, key: str) -> str | None:
        with self._lock:
            self.loads.append(key)
            number = self.loads.count(key)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.entered.release()
        try:
            if self.gate is not None:
                assert self.gate.wait(30), "nobody opens the gate"
            if self.failure is not None:
                raise self.failure
            return f"{key}:{number}"
        finally:
            with self._lock:
                self.at_once -= 1

    def load_many(self, keys: Sequence[str]) -> dict[str, str | None]:
        self.loads.append(",".join(keys))
        if self.failure is not None:
            raise self.failure
        return {key: f"{key}:many" for key in keys if not key.startswith("absent")}


class FlakyStore:
    """A memory store that can be down, and keeps a record of what it is asked."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self.inner = MemoryStore() if clock is None else MemoryStore(clock=clock)
        self.codec = self.inner.codec
        self.down = False
        self.writes_fail = False
        self.asked: list[str] = []
        self.before: Callable[[str], None] = lambda method: None

    def _ask(self, method: str, write: bool = False) -> MemoryStore:
        self.asked.append(method)
        self.before(method)
        if self.down or (write and self.writes_fail):
            raise StoreUnavailable("the store is down")
        return self.inner

    def get(self, key: str) -> object | Missing:
        return self._ask("get").get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, object]:
        return self._ask("get_many").get_many(keys)

    def set(self, key: str, value: object, ttl: int | None = None) -> None:
        self._ask("set", True).set(key, value, ttl)

    def set_many(self, values: Mapping[str, object], ttl: int | None = None) -> None:
        self._ask("set_many", True).set_many(values, ttl)

    def add(self, key: str, value: object, ttl: int | None = None) -> bool:
        return self._ask("add", True).add(key, value, ttl)

    def delete(self, key: str) -> None:
        self._ask("delete", True).delete(key)

    def delete_if(self, key: str, value: object) -> bool:
        return self._ask("delete_if", True).delete_if(key, value)

    def increment(self, key: str, by: int = 1, ttl: int | None = None) -> int:
        return self._ask("increment", True).increment(key, by, ttl)


def in_threads(count: int, work: Callable[[], object]) -> list[object]:
    """Do the same in threads at once; give what came of it, also exceptions."""
    results: list[object] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        try:
            results.append(work())
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
