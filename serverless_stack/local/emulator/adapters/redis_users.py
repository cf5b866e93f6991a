"""Redis users: access control lists on the servers. MiniStack only keeps records.

A server cannot verify IAM tokens, so it accepts any password for a user with IAM authentication.
The default user remains enabled, because the emulator authenticates as that user.
"""

from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import elasticache

from ..engines.manager import EngineManager
from ..engines.redis import RedisServer
from .types import Record, Response

Query = dict[str, Any]
CHANGES = (
    "_create_replication_group",
    "_increase_replica_count",
    "_modify_replication_group",
    "_modify_user",
    "_modify_user_group",
)
OPEN = ("iam", "no-password-required")


def apply(manager: EngineManager) -> None:
    """Apply this module's patches."""
    escape_access_strings()
    for action in ("_create_user", "_modify_user"):
        keep_logins(action)
    for action in CHANGES:
        sync_users_after(manager, action)


def escape_access_strings() -> None:
    """Escape access strings in XML: MiniStack's answer about a user with ``&*`` cannot be read."""
    shown = elasticache._user_xml

    def escaped(user: Record) -> str:
        return str(shown({**user, "AccessString": escape(user.get("AccessString", ""))}))

    elasticache._user_xml = escaped


def keep_logins(action: str) -> None:
    """Store the passwords of a user. MiniStack only counts them."""
    original: Callable[[Query], Response] = getattr(elasticache, action)

    def with_logins(query: Query) -> Response:
        answer = original(query)
        user = elasticache._users.get(elasticache._p(query, "UserId"))
        rules = login_rules(query)
        if answer[0] < 300 and user is not None and rules:
            user["_login_rules"] = rules
        return answer

    setattr(elasticache, action, with_logins)


def login_rules(query: Query) -> list[str]:
    """Return a user's authentication rules for ``ACL SETUSER``; none if the query has none."""
    kind = elasticache._p(query, "AuthenticationMode.Type")
    if kind in OPEN or elasticache._p(query, "NoPasswordRequired") == "true":
        return ["nopass"]
    passwords = [
        *elasticache._extract_configs(query, "AuthenticationMode.Passwords", ("member",)),
        *elasticache._extract_configs(query, "Passwords", ("member",)),
    ]
    return [f">{password}" for password in passwords]


def sync_users_after(manager: EngineManager, action: str) -> None:
    """Update the users on the servers after an action that may have changed them."""
    original: Callable[[Query], Response] = getattr(elasticache, action)

    def with_users(query: Query) -> Response:
        answer = original(query)
        if answer[0] < 300:
            sync_all_users(manager)
        return answer

    setattr(elasticache, action, with_users)


def sync_all_users(manager: EngineManager) -> None:
    """Create, update and delete users on the servers of all caches, as their records say.

    Raises:
        RespError: A server refused an access string.
    """
    for group in elasticache._replication_groups.values():
        sync_users(manager, group, group.get("UserGroupIds") or [], _engines_of(group))
    for cache in elasticache._serverless_caches.values():
        sync_users(manager, cache, [cache.get("UserGroupId") or ""], _engines_of(cache))


def sync_users(
    manager: EngineManager, cache: Record, user_group_ids: Iterable[str], engine_ids: Iterable[str]
) -> None:
    """Create, update and delete users on the servers of a cache, as its record says.

    Args:
        manager: The engines of this cloud.
        cache: The record of the cache.
        user_group_ids: Its user groups. Unknown groups are ignored.
        engine_ids: Its servers.

    Raises:
        RespError: A server refused an access string.
    """
    groups = [elasticache._user_groups.get(each) or {} for each in user_group_ids]
    users = [elasticache._users.get(each) for group in groups for each in group.get("UserIds", [])]
    expected = {user["UserName"]: user for user in users if user and user["UserName"] != "default"}
    removed = set(cache.get("_user_names") or ()) - expected.keys()
    if not expected and not removed:
        return
    token = (cache.get("_auth_tokens") or [""])[-1]
    for engine_id in engine_ids:
        server = manager.get(engine_id)
        if isinstance(server, RedisServer):
            for name, user in expected.items():
                rights = [*user["AccessString"].split(), *user.get("_login_rules", ["nopass"])]
                server.command(["ACL", "SETUSER", name, "reset", *rights], token)
            for name in removed:
                server.command(["ACL", "DELUSER", name], token)
    cache["_user_names"] = sorted(expected)


def _engines_of(cache: Record) -> list[str]:
    engine_ids = [*(cache.get("_docker_container_ids") or []), cache.get("_docker_container_id")]
    return [engine_id for engine_id in engine_ids if engine_id]
