"""ElastiCache: real engines behind the records, in place of MiniStack's Docker containers."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from ministack.services import elasticache

from ..engines.authority import HOST
from ..engines.manager import EngineManager
from ..engines.redis import RedisOptions, RedisServer
from . import memcached, redis_users, replicas
from .types import Response

Query = dict[str, Any]


def apply(manager: EngineManager) -> None:
    """Apply this module's patches and those of its two engines."""
    elasticache._get_docker = lambda: EngineClient(manager)
    elasticache._spawn_redis_container = single_server(manager)
    replicas.apply(manager)
    redis_users.apply(manager)
    memcached.apply(manager)
    keep_security_groups()


class EngineHandle:
    """An engine in the shape of a Docker container, as far as MiniStack uses one.

    Args:
        manager: Where it runs.
        engine_id: Its id there.
    """

    status = "running"

    def __init__(self, manager: EngineManager, engine_id: str) -> None:
        self.id = engine_id
        self._park = manager

    def stop(self, timeout: float = 2) -> None:
        """Stop the engine."""
        self._park.stop(self.id)

    def remove(self, v: bool = True) -> None:
        """Nothing is left to remove once it is stopped."""

    def reload(self) -> None:
        """Nothing is cached here."""

    def exec_run(self, command: list[str]) -> SimpleNamespace:
        """Run a ``redis-cli`` command line, which is how MiniStack rotates an AUTH token.

        Raises:
            RespError: The server refused the command.
        """
        engine = self._park.get(self.id)
        if not isinstance(engine, RedisServer):
            raise ValueError(f"{self.id} is no redis-server: {command[0]} cannot run there")
        options, words = split_redis_cli(command)
        output = engine.command(words, options.get("-a", ""))
        return SimpleNamespace(exit_code=0, output=output.encode())


class EngineClient:
    """The manager in the shape of a Docker client, as far as MiniStack uses one.

    MiniStack looks a container up by id to stop it, and by a name that it made up; engines are
    only known by id, which every record has.
    """

    def __init__(self, manager: EngineManager) -> None:
        self._park = manager
        self.containers = self
        self.images = SimpleNamespace(get=lambda image: image)

    def get(self, engine_id: str) -> EngineHandle:
        """Return the engine with that id.

        Raises:
            KeyError: There is none.
        """
        if self._park.get(engine_id) is None:
            raise KeyError(engine_id)
        return EngineHandle(self._park, engine_id)


def split_redis_cli(command: list[str]) -> tuple[dict[str, str], list[str]]:
    """Split a ``redis-cli`` command line into its options and the command itself."""
    options: dict[str, str] = {}
    words = [str(word) for word in command[1:]]
    while words and words[0].startswith("-"):
        name = words.pop(0)
        options[name] = "" if name in ("--tls", "--no-auth-warning") else words.pop(0)
    return options, words


def single_server(manager: EngineManager) -> Callable[..., tuple[str, int, str]]:
    """Start one redis-server where MiniStack would start a container.

    Without Docker MiniStack answers with a host name of its own compose file, where nothing
    listens, and logs it; here a failure to start is an error of the deployment.
    """

    def spawn(
        name: str,
        engine: str,
        engine_version: str,
        labels: Mapping[str, str],
        transit: bool = False,
        auth_token: str | None = None,
    ) -> tuple[str, int, str]:
        if engine == "memcached":
            # Started by the cluster patch, which knows how many nodes it takes.
            return HOST, 0, ""
        options = RedisOptions(tls=transit, password=auth_token or "")
        engine_id, server = manager.start_redis(name, options)
        return HOST, server.port, engine_id

    return spawn


def keep_security_groups() -> None:
    """A cluster made by CreateCacheCluster has no security groups in MiniStack."""
    create = elasticache._create_cache_cluster

    def create_with_groups(query: Query) -> Response:
        answer: Response = create(query)
        cluster = elasticache._clusters.get(elasticache._p(query, "CacheClusterId"))
        if answer[0] < 300 and cluster is not None:
            groups = elasticache._extract_configs(
                query, "SecurityGroupIds", ("SecurityGroupId", "member")
            )
            cluster["SecurityGroups"] = [
                {"SecurityGroupId": group, "Status": "active"} for group in groups
            ]
        return answer

    elasticache._create_cache_cluster = create_with_groups
