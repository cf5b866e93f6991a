"""The engines of this cloud, by the id that the ElastiCache records contain."""

import threading
import uuid
from collections.abc import Callable
from typing import TypeVar

from ..process_guard import ProcessGuard
from ..settings import Settings
from .memcached import MemcachedNode
from .process import EngineError
from .proxy import ProxyThread
from .redis import RedisOptions, RedisServer

Engine = RedisServer | MemcachedNode
Started = TypeVar("Started", RedisServer, MemcachedNode)


class EngineManager:
    """The engines of this cloud.

    Args:
        settings: The settings of the emulator.
        guard: Kills the engines when the emulator has ended.
    """

    def __init__(self, settings: Settings, guard: ProcessGuard) -> None:
        self._settings = settings
        self._guard = guard
        self._lock = threading.Lock()
        self._engines: dict[str, Engine] = {}
        self._proxies: ProxyThread | None = None

    def start_redis(self, name: str, options: RedisOptions) -> tuple[str, RedisServer]:
        """Start a redis-server, and return its id and the server.

        Raises:
            EngineError: redis-server is not installed, or could not be started.
        """
        binary = self._settings.redis
        if binary is None:
            raise EngineError(_missing("redis-server", "SERVERLESS_STACK_REDIS", name))
        folder = self._settings.engines
        server = _retried(lambda: RedisServer(binary, name, folder, self._guard, options))
        return self._keep(server), server

    def start_memcached(
        self, name: str, tls: bool, configuration: Callable[[], bytes]
    ) -> tuple[str, MemcachedNode]:
        """Start a memcached with its proxy, and return its id and the node.

        Raises:
            EngineError: memcached is not installed, or could not be started.
        """
        binary = self._settings.memcached
        if binary is None:
            raise EngineError(_missing("memcached", "SERVERLESS_STACK_MEMCACHED", name))
        with self._lock:
            proxies = self._proxies = self._proxies or ProxyThread()
        folder = self._settings.engines
        node = _retried(
            lambda: MemcachedNode(binary, name, folder, self._guard, proxies, tls, configuration)
        )
        return self._keep(node), node

    def get(self, engine_id: str) -> Engine | None:
        """Return the engine with an id; None if it was stopped."""
        return self._engines.get(engine_id)

    def stop(self, engine_id: str) -> None:
        """Stop an engine. An unknown id is ignored: it was stopped before."""
        engine = self._engines.pop(engine_id, None)
        if engine is not None:
            engine.stop()

    def close(self) -> None:
        """Stop every engine."""
        for engine_id in list(self._engines):
            self.stop(engine_id)
        if self._proxies is not None:
            self._proxies.close()

    def _keep(self, engine: Engine) -> str:
        engine_id = uuid.uuid4().hex
        self._engines[engine_id] = engine
        return engine_id


def _retried(start: Callable[[], Started]) -> Started:
    """Start an engine. Try again if another process took its port in the meantime."""
    for _attempt in range(3):
        try:
            return start()
        except EngineError as error:
            if "in use" not in str(error):
                raise
    return start()


def _missing(binary: str, setting: str, name: str) -> str:
    return f"{name}: {binary} is not installed (`{setting}` is not set); install it and start again"
