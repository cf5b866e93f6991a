"""What the arguments of a serverless cache mean together, and what is wrong with them."""

from dataclasses import dataclass
from functools import cached_property

from aws_cdk import RemovalPolicy
from aws_cdk.interfaces import aws_elasticache as refs

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits import common
from serverless_stack.checks.services.elasticache.limits import serverless as rules
from serverless_stack.constructs.cache.backup import Backup, retention_problems
from serverless_stack.constructs.cache.redis.auth import RedisAuth, auth_problems
from serverless_stack.constructs.cache.redis.engine import RedisEngine
from serverless_stack.constructs.cache.serverless.engine import NetworkType, ServerlessEngine
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.retention import Retention


@dataclass(frozen=True)
class ServerlessArguments:
    """The arguments of a serverless cache; see there.

    Attributes:
        profile: The profile of the cache.
        storage_gb: The minimum and the maximum; 0 for no limit.
        ecpu_per_second: Likewise.
    """

    profile: Profile
    engine: ServerlessEngine
    cache_name: str | None
    description: str | None
    network_type: NetworkType | None
    storage_gb: tuple[int, int]
    ecpu_per_second: tuple[int, int]
    backup: Backup
    auth: RedisAuth
    user_group: refs.IUserGroupRef | None
    removal_policy: RemovalPolicy | None

    @cached_property
    def retention(self) -> Retention:
        """How long data, backups and logs are kept."""
        return self.profile.retention(
            self.removal_policy, backup_days=self.backup.days, snapshots=True
        )

    @property
    def redis_engine(self) -> RedisEngine:
        """The engine as users see it."""
        return RedisEngine(self.engine.name, f"{self.engine.major_version}.x")

    @property
    def daily_backup_time(self) -> str | None:
        """The time of the daily backup: the beginning of the window."""
        window = self.backup.window
        if window is None or is_unresolved(window):
            return window
        return window.partition("-")[0]


def argument_problems(arguments: ServerlessArguments, *, own_vpc: bool) -> list[str]:
    """List what is wrong with the arguments of a serverless cache.

    Args:
        arguments: The arguments.
        own_vpc: Whether a VPC is created with the cache.
    """
    engine, backup = arguments.engine, arguments.backup
    problems = Problems()
    # The engine decides about ports and environment, so it must be known now.
    problems.require(
        not is_unresolved(engine.name), "`engine.name` must be known at synthesis, got: a token"
    )
    problems.add(
        rules.engine_problems(
            engine.name, engine.major_version, "engine.name", "engine.major_version"
        )
    )
    if arguments.cache_name is not None:
        problems.add(common.name_problems(arguments.cache_name, "cache_name"))
    if arguments.description is not None:
        problems.add(rules.description_problems(arguments.description))
    problems.require(
        not own_vpc or arguments.network_type in (None, NetworkType.IPV4),
        "`vpc` must be given with IPv6 subnets for `network_type`, "
        f"got: {arguments.network_type}, and the VPC that is created with a cache has IPv4 only",
    )
    for low, high, bounds, name, unit in (
        (*arguments.storage_gb, rules.STORAGE_GB, "storage_gb", "GB"),
        (
            *arguments.ecpu_per_second,
            rules.ECPU_PER_SECOND,
            "ecpu_per_second",
            "ECPU per second",
        ),
    ):
        problems.add(rules.limit_problems(low, high, bounds, f"min_{name}", f"max_{name}", unit))
    problems.add(_backup_problems(backup, arguments.retention.backup_days))
    problems.add(_login_problems(arguments))
    return problems.messages


def _backup_problems(backup: Backup, days: int) -> list[str]:
    problems = Problems()
    problems.add(retention_problems(backup))
    window_problems = []
    if backup.window is not None:
        window_problems = common.snapshot_window_problems(backup.window, "backup.window")
    problems.add(window_problems)
    usable = backup.window is not None and not window_problems and not is_unresolved(backup.window)
    problems.add(
        rules.snapshot_problems(
            days,
            (backup.window or "").partition("-")[0] if usable else "",
            backup.restore_arns,
            "backup.retention",
            "backup.window",
            "backup.restore_arns",
        )
    )
    if backup.final_name is not None:
        problems.add(common.name_problems(backup.final_name, "backup.final_name"))
    problems.require(
        backup.restore_name is None,
        "`backup.restore_name` must be left out for a ServerlessCache; `backup.restore_arns` takes "
        "the ARN of a backup",
    )
    return problems.messages


def _login_problems(arguments: ServerlessArguments) -> list[str]:
    auth, engine = arguments.auth, arguments.engine
    problems = Problems()
    problems.add(
        rules.user_group_problems(engine.name, arguments.user_group is not None, "user_group")
    )
    problems.require(
        auth.kind != "token",
        "`auth` must be RedisAuth.password(), .iam() or .none() for a ServerlessCache, which has "
        "no AUTH token",
    )
    problems.require(
        not auth.has_user or engine.name != "memcached",
        "`auth` must be RedisAuth.none() for memcached, which has no users",
    )
    problems.require(
        not auth.has_user or arguments.user_group is None,
        "`auth` must be left out with a `user_group`, which has users of its own",
    )
    if auth.has_user and engine.name != "memcached":
        problems.add(auth_problems(auth, arguments.redis_engine))
    return problems.messages
