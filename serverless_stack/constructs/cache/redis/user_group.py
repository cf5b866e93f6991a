"""The users of a cache: what they have in common, and the group of those that may log in."""

from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import Names
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.cache.client import ClientSettings
from serverless_stack.constructs.cache.redis.auth import RedisAuth
from serverless_stack.constructs.cache.redis.engine import RedisEngine
from serverless_stack.constructs.profiles.retention import Retention

_NO_ACCESS = "off ~* -@all"
_MAX_ID = 40


@dataclass
class CacheUsers:
    """The users that may log in to a cache.

    Attributes:
        cache: The cache.
        auth: How the cache's clients log in.
        engine: The engine of the cache.
        retention: How long data, backups and logs are kept.
        client: What a connected function is given, without a login.
        cache_name: The name of the cache.
        arn: The ARN of the cache.
        endpoint: ``host:port`` where a new password is tried.
        attach: Sets the user group of the cache.
        group: The user group; None before the first user.
    """

    cache: CacheBase
    auth: RedisAuth
    engine: RedisEngine
    retention: Retention
    client: ClientSettings
    cache_name: str
    arn: str
    endpoint: str
    attach: Callable[[elasticache.CfnUserGroup], None]
    group: elasticache.CfnUserGroup | None = None

    def add(self, user: elasticache.CfnUser) -> None:
        """Add a user to the user group of the cache, which the first user creates."""
        if self.group is None:
            self.group = _create_group(self.cache, self.engine.name, user)
            self.attach(self.group)
        else:
            self.group.user_ids = [*self.group.user_ids, user.ref]


def _create_group(
    cache: Construct, engine: str, first: elasticache.CfnUser
) -> elasticache.CfnUserGroup:
    """Create the group of the users that may log in.

    A group of the engine ``redis`` must have a user named ``default``; it gets a disabled one.
    """
    members = [first.ref]
    if engine == "redis":
        disabled = elasticache.CfnUser(
            cache,
            "DefaultUser",
            engine=engine,
            user_id=unique_id(cache, "-off"),
            user_name="default",
            access_string=_NO_ACCESS,
            authentication_mode={"Type": "no-password-required"},
        )
        members.insert(0, disabled.ref)
    return elasticache.CfnUserGroup(
        cache,
        "UserGroup",
        engine=engine,
        user_group_id=unique_id(cache, f"-{engine}"),  # another engine needs another group
        user_ids=members,
    )


def unique_id(scope: Construct, ending: str = "") -> str:
    """Return an id, made from the names of the stack and the construct, that ElastiCache accepts.

    Args:
        scope: The construct.
        ending: The end of the id.
    """
    name = Names.unique_resource_name(
        scope, max_length=_MAX_ID - len(ending), separator="-", allowed_special_characters=""
    )
    return f"{name.lower()}{ending}"
