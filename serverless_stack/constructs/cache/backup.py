"""Backup: automatic backups of a cache, and what a new cache is restored from."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration

from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.durations import days_problems


@dataclass(frozen=True)
class Backup:
    """Automatic backups of a ``RedisCache`` or ``ServerlessCache``, and restoring one.

    Attributes:
        retention: How long each daily backup is kept, 0-35 days; 0 makes no backups. Default: set
            by the profile (production: 7 days).
        window: When the daily backup begins, ``hh:mm-hh:mm`` in UTC, an hour or more. A serverless
            cache uses the first of the two times. Default: chosen by ElastiCache.
        final_name: The name of the final backup of a serverless cache, 1-40 letters, digits and
            hyphens. Default: a name made from the cache's, if ``removal_policy`` is ``SNAPSHOT``.
            CloudFormation names the final backup of a ``RedisCache`` itself.
        restore_name: The backup that a new ``RedisCache`` begins with, by name. Changing it
            replaces the cache. Default: none.
        restore_arns: What a new cache begins with: RDB files in S3, which ElastiCache must be
            allowed to read, or backups of a serverless cache. Changing them replaces the cache.
            Default: nothing.
    """

    retention: Duration | None = None
    window: str | None = None
    final_name: str | None = None
    restore_name: str | None = None
    restore_arns: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @property
    def days(self) -> int | None:
        """The days of ``retention``; None to leave them to the profile."""
        return None if self.retention is None else int(self.retention.to_days(integral=False))


def retention_problems(backup: Backup) -> list[str]:
    """List whether the retention is no whole number of days."""
    return days_problems("backup.retention", backup.retention)
