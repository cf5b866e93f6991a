"""ObjectLock: objects that cannot be deleted for a while."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import RemovalPolicy
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.arguments import check_fields, check_types


@dataclass(frozen=True)
class ObjectLock:
    """How long each new version of an object cannot be deleted or overwritten for good.

    Use ``ObjectLock.governance(days=30)`` or ``ObjectLock.compliance(years=7)``. ``ObjectLock()``
    locks only what is written with a retention or a legal hold of its own. S3 cannot turn Object
    Lock off again ("Locking objects with Object Lock").

    Attributes:
        mode: ``GOVERNANCE``, which ``s3:BypassGovernanceRetention`` overrides, or ``COMPLIANCE``,
            which nobody overrides, the root user included. Default: no retention.
        days: The retention in days, 1-36500.
        years: The retention in years, 1-100.
    """

    mode: Literal["GOVERNANCE", "COMPLIANCE"] | None = None
    days: float | None = None
    years: float | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def governance(cls, *, days: float | None = None, years: float | None = None) -> "ObjectLock":
        """Return a retention that those with ``s3:BypassGovernanceRetention`` may override.

        Args:
            days: The retention in days, 1-36500.
            years: The retention in years instead, 1-100.
        """
        return cls("GOVERNANCE", days, years)

    @classmethod
    @check_types
    def compliance(cls, *, days: float | None = None, years: float | None = None) -> "ObjectLock":
        """Return a retention that nobody can override or shorten.

        Args:
            days: The retention in days, 1-36500.
            years: The retention in years instead, 1-100.
        """
        return cls("COMPLIANCE", days, years)


def lock_objects(raw: s3.CfnBucket, lock: ObjectLock) -> None:
    """Turn on Object Lock; CDK's own argument has no years.

    Args:
        raw: The bucket.
        lock: The retention.
    """
    raw.object_lock_enabled = True
    if lock.mode is None:
        return
    retention = raw.DefaultRetentionProperty(mode=lock.mode, days=lock.days, years=lock.years)
    raw.object_lock_configuration = raw.ObjectLockConfigurationProperty(
        object_lock_enabled="Enabled",
        rule=raw.ObjectLockRuleProperty(default_retention=retention),
    )


def lock_problems(
    lock: ObjectLock, *, versioned: bool, removal_policy: RemovalPolicy, empties: bool
) -> list[str]:
    """Check how long objects cannot be deleted.

    Args:
        lock: The retention.
        versioned: Whether the bucket has versions.
        removal_policy: What happens to the bucket when the stack is deleted.
        empties: Whether the bucket is emptied before.
    """
    problems = Problems()
    if lock.mode is not None:
        problems.add(rules.retention_problems(lock.days, lock.years, "object_lock"))
    elif lock.days is not None or lock.years is not None:
        problems.fail(
            "`object_lock` must have a mode with a retention, got: None; use "
            "`ObjectLock.governance(…)` or `ObjectLock.compliance(…)`"
        )
    problems.require(
        versioned, "`versioned` must be True with `object_lock`, got: False; S3 locks versions"
    )
    if empties or removal_policy == RemovalPolicy.DESTROY:
        problems.fail(
            "`removal_policy` must be RETAIN with `object_lock`, because a bucket with locked "
            f"objects cannot be emptied, got: {removal_policy}"
        )
    return problems.messages
