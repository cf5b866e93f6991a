"""ElastiCache: engine processes in place of MiniStack's Docker containers."""

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
    """An engine with the interface of a Docker container, as far as MiniStack uses it.

    Args:
        manager: The engines of this cloud.
        engine_id: The id of the engine.
    """

    status = "running"

    def __init__(self, manager: EngineManager, engine_id: str) -> None:
        self.id = engine_id
        self._park = manager

    def stop(self, timeout: float = 2) -> None:
        """Stop the engine."""
        self._park.stop(self.id)

    def remove(self, v: bool = True) -> None:
        """Do nothing: a stopped engine leaves nothing behind."""

    def reload(self) -> None:
        """Do nothing: nothing is cached."""

    def exec_run(self, command: list[str]) -> SimpleNamespace:
        """Run a ``redis-cli`` command line, by which MiniStack rotates an AUTH token.

        Raises:
            RespError: The server returned an error.
        """
        engine = self._park.get(self.id)
        if not isinstance(engine, RedisServer):
            raise ValueError(f"{self.id} is no redis-server: {command[0]} cannot run there")
        options, words = split_redis_cli(command)
        output = engine.command(words, options.get("-a", ""))
        return SimpleNamespace(exit_code=0, output=output.encode())


class EngineClient:
    """The engines with the interface of a Docker client, as far as MiniStack uses it.

    MiniStack looks up a container by id, and by a name of its own. Engines have only ids, which
    every record contains.
    """

    def __init__(self, manager: EngineManager) -> None:
        self._park = manager
        self.containers = self
        self.images = SimpleNamespace(get=lambda image: image)

    def get(self, engine_id: str) -> EngineHandle:
        """Return the engine with that id.

        Raises:
            KeyError: There is no such engine.
        """
        if self._park.get(engine_id) is None:
            raise KeyError(engine_id)
        return EngineHandle(self._park, engine_id)


def split_redis_cli(command: list[str]) -> tuple[dict[str, str], list[str]]:
    """Split a ``redis-cli`` command line into its options and the command."""
    options: dict[str, str] = {}
    words = [str(word) for word in command[1:]]
    while words and words[0].startswith("-"):
        name = words.pop(0)
        options[name] = "" if name in ("--tls", "--no-auth-warning") else words.pop(0)
    return options, words


def single_server(manager: EngineManager) -> Callable[..., tuple[str, int, str]]:
    """Start a redis-server where MiniStack would start a container.

    Without Docker, MiniStack returns a host name at which nothing listens. Here, a server that
    does not start fails the deployment.
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
            # `memcached.run_nodes` starts these, because it knows how many there are.
            return HOST, 0, ""
        options = RedisOptions(tls=transit, password=auth_token or "")
        engine_id, server = manager.start_redis(name, options)
        return HOST, server.port, engine_id

    return spawn


def keep_security_groups() -> None:
    """Store the security groups of a cluster, which MiniStack drops."""
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
