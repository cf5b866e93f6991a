"""What arguments of a Redis mean when they are left out, and how they go together."""

from collections.abc import Mapping

from aws_cdk import Annotations, Duration
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits.common import (
    stream_name_problems,
    topic_problems,
)
from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup
from serverless_stack.checks.services.elasticache.limits.parameters import parameter_group_family
from serverless_stack.checks.services.elasticache.limits.replication_groups import (
    NODES_BY_QUOTA,
    nodes_of,
)
from serverless_stack.checks.services.elasticache.limits.scaling import global_datastore_problems
from serverless_stack.checks.services.elasticache.limits.security import (
    ROTATION_DAYS,
    access_string_problems,
)
from serverless_stack.checks.services.elasticache.limits.versions import (
    AUTH_ROTATION,
    ENGINES,
    IAM,
    feature_problems,
)
from serverless_stack.constructs.cache.redis.logs import LogTarget
from serverless_stack.constructs.cache.redis.users import AUTHS, EVERYTHING

NAMES = {
    "auth_token": "auth",
    "user_group": "auth",
    "kms_key": "encryption_key",
    "final_snapshot": "removal_policy",
}
"""What the rules call otherwise than the construct."""

VERSIONS = {"redis": "7.1", "valkey": "8.1"}


def tiers_data(node_type: str) -> bool:
    """Tell whether nodes of a type tier their data to SSD: they always do, or never."""
    return node_type.startswith("cache.r6gd.")


def other_problems(
    group: ReplicationGroup,
    *,
    auth: str,
    has_secret: bool,
    access_string: str,
    log_targets: Mapping[str, LogTarget],
    topic_arn: str,
) -> list[str]:
    """List what is wrong with arguments that no template shows as they were written.

    Args:
        group: What was asked for.
        auth: How clients authenticate.
        has_secret: Whether a secret was given.
        access_string: What the user may do.
        log_targets: Where the logs go, by argument.
        topic_arn: The topic that is told of events, or "".
    """
    problems = Problems()
    problems.require(auth in AUTHS, f"`auth` must be one of {', '.join(AUTHS)}, got: {auth!r}")
    problems.require(
        auth in ("token", "password") or not has_secret or auth not in AUTHS,
        f"`secret` must be None for `auth` of {auth}, got: a secret",
    )
    problems.add(access_string_problems(access_string))
    problems.require(
        group.user_group or access_string == EVERYTHING,
        f"`access_string` must be left out for `auth` of {auth}, which has no user, "
        f"got: {access_string!r}",
    )
    for argument, target in log_targets.items():
        if isinstance(target, str):
            problems.add(stream_name_problems(target, argument))
    if topic_arn:
        problems.add(topic_problems(topic_arn))
    if group.engine in ENGINES and not group.cache_parameter_group_name and not group.secondary:
        derived = group.cluster_mode or group.parameters
        problems.require(
            not derived or parameter_group_family(group.engine, group.engine_version) != "",
            "`engine_version` must be known at synthesis for `parameters` and "
            "`num_node_groups` without `cache_parameter_group_name`, "
            f"got: {group.engine_version!r}",
        )
    if group.secondary:
        problems.add(_secondary_problems(group, auth, has_secret))
    return problems.messages


def warn_of_quota(scope: Construct, group: ReplicationGroup) -> None:
    """Warn of more nodes than AWS gives a cluster without being asked."""
    if nodes_of(group) > NODES_BY_QUOTA:
        Annotations.of(scope).add_warning_v2(
            "serverless-stack:RedisNodes",
            f"{nodes_of(group)} nodes need a higher quota of nodes per cluster, which is "
            f"{NODES_BY_QUOTA} before AWS raises it",
        )


def user_problems(
    group: ReplicationGroup, auth: str, access_string: str, *, has_secret: bool
) -> list[str]:
    """List what is wrong with one more user.

    Args:
        group: The cache it is for.
        auth: How it authenticates.
        access_string: What it may do.
        has_secret: Whether a secret was given.
    """
    problems = Problems()
    problems.require(
        group.user_group,
        "`auth` of the cache must be password or iam for users, got: token or none",
    )
    problems.require(auth in ("password", "iam"), f"`auth` must be password or iam, got: {auth!r}")
    problems.require(
        auth != "iam" or not has_secret, "`secret` must be None for `auth` of iam, got: a secret"
    )
    problems.add(access_string_problems(access_string))
    if auth == "iam":
        problems.add(feature_problems(group.engine, group.engine_version, [IAM]))
    return problems.messages


def rotation_problems(
    group: ReplicationGroup, has_secret: bool, automatically_after: Duration
) -> list[str]:
    """List why a token or password cannot be rotated.

    Args:
        group: The cache.
        has_secret: Whether there is something to rotate.
        automatically_after: How often.
    """
    problems = Problems()
    problems.require(
        has_secret, "`auth` must be token or password for a rotation, got: iam or none"
    )
    if not automatically_after.is_unresolved():
        days = automatically_after.to_days(integral=False)
        problems.between("automatically_after", days, *ROTATION_DAYS, "days")
        problems.require(
            days == int(days), f"`automatically_after` must be whole days, got: {days:g} days"
        )
    if group.auth_token:
        problems.add(feature_problems(group.engine, group.engine_version, [AUTH_ROTATION]))
    return problems.messages


def _secondary_problems(group: ReplicationGroup, auth: str, has_secret: bool) -> list[str]:
    problems = Problems()
    problems.add(global_datastore_problems(group))
    taken = {
        "parameters": group.parameters,
        "cache_parameter_group_name": group.cache_parameter_group_name,
        "snapshot_name": group.snapshot_name,
        "snapshot_arns": group.snapshot_arns,
    }
    for argument, value in taken.items():
        problems.require(
            not value,
            f"`{argument}` must be left to the primary of the global datastore, got: {value!r}",
        )
    problems.require(
        auth != "token" or has_secret,
        "`secret` must be a replica of the primary's secret for a secondary with an AUTH token, "
        "got: None",
    )
    return problems.messages
