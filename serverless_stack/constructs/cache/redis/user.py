"""RedisUser: a user of a Redis cache, and the group of the users that may log in."""

from dataclasses import replace
from typing import Protocol, cast

from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits.security import access_string_problems
from serverless_stack.checks.services.elasticache.limits.versions import IAM, feature_problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.connect import Connectable
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.base import connect_function
from serverless_stack.constructs.cache.client import ClientSettings
from serverless_stack.constructs.cache.redis.auth import (
    FULL_ACCESS,
    RedisAuth,
    auth_problems,
    generate_secret,
    secret_value,
)
from serverless_stack.constructs.cache.redis.rotation import password_of, rotate
from serverless_stack.constructs.cache.redis.user_group import CacheUsers, unique_id
from serverless_stack.constructs.cache.retention import retain_dependencies


class HasUsers(Protocol):
    """A cache with users: a ``RedisCache`` or a ``ServerlessCache``."""

    @property
    def users(self) -> CacheUsers:
        """The users that may log in."""
        ...


class RedisUser(Construct):
    """A user of a cache whose clients log in as users, with rights of its own.

    It creates the user and, for a password, a secret. The cache's own user, ``cache.user``, is
    one, too.

    Args:
        scope: The ``RedisCache`` or ``ServerlessCache`` that has the user.
        construct_id: The id in the cache.
        access: The access string, such as ``on ~app:* +@read``.
        auth: How the user logs in: ``RedisAuth.password()`` or ``RedisAuth.iam()``. Default:
            ``RedisAuth.password()``.

    Attributes:
        user: The user, as the raw CloudFormation resource.
        user_name: The name of the user, which is its id, too.
        secret: The secret with the password; None for a user that logs in with IAM.
        rotation_function: The function that rotates the password, or None.

    Raises:
        ValueError: If the cache has no users, or ElastiCache refuses an argument.
    """

    @check_types
    def __init__(
        self,
        scope: HasUsers,
        construct_id: str,
        *,
        access: str,
        auth: RedisAuth | None = None,
    ) -> None:
        users = getattr(scope, "users", None)
        if not isinstance(users, CacheUsers):
            raise ValueError(
                f"`scope` must be a RedisCache or a ServerlessCache, got: {type(scope).__name__} "
                f"(for {construct_id})"
            )
        auth = auth or RedisAuth.password()
        problems = Problems(path_of(users.cache), construct_id)
        problems.add(_user_problems(users, access, auth))
        problems.raise_if_any()

        super().__init__(users.cache, construct_id)
        self._users = users
        self.user_name = unique_id(self)
        self.secret: secretsmanager.ISecret | None = None
        # CDK passes this property on as it is, so its keys are those of CloudFormation.
        mode: dict[str, object] = {"Type": auth.kind}
        if auth.has_secret:
            self.secret = auth.secret or generate_secret(self, f"Password of {path_of(self)}")
            # A dynamic reference, not the password.
            mode["Passwords"] = [secret_value(self.secret)]
        self.user = elasticache.CfnUser(
            self,
            "Resource",
            engine=users.engine.name,
            user_id=self.user_name,
            user_name=self.user_name,
            access_string=access,
            authentication_mode=mode,
        )
        users.add(self.user)
        retain_dependencies(self, users.retention.data)
        self.rotation_function: lambda_.Function | None = None
        if self.secret is not None:
            self.rotation_function = rotate(
                self, self.secret, password_of(self.user), auth=auth, users=users
            )

    @property
    def client(self) -> ClientSettings:
        """What ``connect`` gives a function."""
        return self._users.client.with_user(
            self.user_name,
            secret=self.secret,
            cache_name=self._users.cache_name,
            arns=(self._users.arn, self.user.attr_arn),
        )

    @check_types
    def connect(self, function: Connectable, *, env_prefix: str | None = None) -> None:
        """Connect a function to the cache, as ``cache.connect`` does, to log in as this user.

        Args:
            function: The function, or a construct that has one; it must be in the cache's VPC.
            env_prefix: The prefix of the variables. Default: ``REDIS``.

        Raises:
            ValueError: If the function is in no VPC or already has a variable of that name.
        """
        connect_function(self._users.cache, function, self.client, env_prefix)


def create_own_user(users: CacheUsers) -> RedisUser | None:
    """Create the user as which a cache's clients log in by default, if they log in as a user.

    Args:
        users: The users of the cache.
    """
    auth = users.auth
    if not auth.has_user:
        return None
    owner = cast(HasUsers, users.cache)
    access = auth.access or FULL_ACCESS
    return RedisUser(owner, "User", access=access, auth=replace(auth, access=None))


def _user_problems(users: CacheUsers, access: str, auth: RedisAuth) -> list[str]:
    problems = Problems()
    problems.require(
        users.auth.has_user,
        "`auth` of the cache must be RedisAuth.password() or RedisAuth.iam() for users, "
        f"got: RedisAuth.{users.auth.kind}()",
    )
    problems.require(
        auth.has_user,
        f"`auth` must be RedisAuth.password() or RedisAuth.iam(), got: RedisAuth.{auth.kind}()",
    )
    problems.require(
        auth.access is None,
        f"`auth.access` must be left out; `access` has the rights of a user, got: {auth.access!r}",
    )
    problems.add(access_string_problems(access, "access"))
    if auth.has_user:
        problems.add(auth_problems(auth, users.engine))
    if auth.kind == "iam":
        problems.add(
            feature_problems(users.engine.name, users.engine.version, [IAM], "engine.version")
        )
    return problems.messages
