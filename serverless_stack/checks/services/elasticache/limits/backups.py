"""Limits of Amazon ElastiCache on backups of Redis OSS and Valkey, and on restores."""

from collections.abc import Callable, Sequence

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.elasticache.limits.common import (
    arn_problems,
    snapshot_window_problems,
    windows_overlap_problems,
)

RETENTION_DAYS = (0, 35)
_WITHOUT_BACKUPS = ("t1",)


def backup_problems(
    name: Callable[[str], str] = str,
    *,
    retention_days: int | None = None,
    snapshot_window: str = "",
    maintenance_window: str = "",
    snapshot_name: str = "",
    snapshot_arns: Sequence[str] = (),
    final_snapshot: bool = False,
    family: str = "",
) -> list[str]:
    """List what ElastiCache refuses in backups and restores ("Snapshot and restore").

    `name` returns the caller's name for an argument. Arguments that are None or empty are not set.
    """
    problems = Problems()
    called = name("snapshot_retention_days")
    if retention_days is not None:
        problems.between(called, retention_days, *RETENTION_DAYS, "days")
    if snapshot_window:
        window = name("snapshot_window")
        problems.add(snapshot_window_problems(snapshot_window, window))
        problems.add(
            windows_overlap_problems(
                snapshot_window, maintenance_window, window, name("preferred_maintenance_window")
            )
        )
    without = family in _WITHOUT_BACKUPS
    kept = bool(retention_days) and not is_unresolved(retention_days)
    problems.require(
        not (without and kept), f"`{called}` must be 0 on {family} nodes, got: {retention_days}"
    )
    problems.require(
        not (without and final_snapshot),
        f"`{name('final_snapshot')}` must not be SNAPSHOT on {family} nodes, which have no backups",
    )
    problems.require(
        not (snapshot_name and snapshot_arns),
        f"`{name('snapshot_name')}` must be absent with `{name('snapshot_arns')}`, got: both",
    )
    for arn in snapshot_arns:
        problems.add(_file_problems(arn, name("snapshot_arns")))
    return problems.messages


def _file_problems(arn: str, argument: str) -> list[str]:
    if is_unresolved(arn):
        return []
    problems = arn_problems(arn, argument, ["s3"])
    if problems:
        return problems
    key = arn.split(":::", 1)[-1].partition("/")[2]
    if not key or "," in key:
        return [
            f"`{argument}` must be ARNs of a bucket and an object in it, without a comma, "
            f"such as arn:aws:s3:::bucket/dump.rdb, got: {arn!r}"
        ]
    return []
