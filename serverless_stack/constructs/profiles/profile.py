"""Profile: the defaults for one stage of an application."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays
from constructs import IConstruct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.tree import scope_of
from serverless_stack.constructs.profiles.retention import (
    LOG_RETENTIONS,
    REMOVAL_POLICIES,
    Retention,
)
from serverless_stack.constructs.profiles.settings import DEV, PRODUCTION, REGULATED, Settings


@dataclass(frozen=True)
class Profile:
    """The defaults of every construct in a scope; explicit arguments take precedence.

    ``serverless-stack profiles`` prints what each of the three profiles sets and costs.

    Args:
        settings: The settings. ``dataclasses.replace(Profile.production().settings, …)`` makes
            those of a profile of your own.

    Attributes:
        settings: The settings.

    Raises:
        ValueError: If a setting has a value that AWS does not offer.
    """

    settings: Settings

    def __post_init__(self) -> None:
        """Check the types, and the settings that AWS restricts to certain values."""
        check_fields(self)
        settings = self.settings
        problems = Problems(f"profile {settings.name}")
        problems.require(
            settings.removal in REMOVAL_POLICIES,
            f"`removal` must be one of {', '.join(REMOVAL_POLICIES)}, got: {settings.removal!r}",
        )
        problems.require(
            settings.log_retention_days in LOG_RETENTIONS,
            "`log_retention_days` must be one of "
            f"{', '.join(map(str, LOG_RETENTIONS))}, got: {settings.log_retention_days!r}",
        )
        problems.raise_if_any()
        check_fields(settings)

    @classmethod
    def dev(cls) -> Profile:
        """For a stage that is thrown away: single nodes, and everything goes with the stack."""
        return cls(DEV)

    @classmethod
    def production(cls) -> Profile:
        """For users: data outlives the stack, nodes have replicas, requests are logged.

        It is the default and leaves no finding in AwsSolutions and Serverless of cdk-nag.
        """
        return cls(PRODUCTION)

    @classmethod
    def regulated(cls) -> Profile:
        """For auditors: in addition a KMS key, AWS WAF, rotation, alarms, and logs for a year.

        It leaves no finding in AwsSolutions, Serverless, NIST 800-53 R5, HIPAA and PCI DSS 3.2.1
        of cdk-nag. Switching to it replaces an existing cache, because the KMS key changes.
        """
        return cls(REGULATED)

    @classmethod
    @check_types
    def of(cls, scope: IConstruct) -> Profile:
        """Return the profile of a construct: the nearest one that was applied above it.

        Args:
            scope: The construct.

        Returns:
            The profile that was applied to it or above it, else ``Profile.production()``.
        """
        place: IConstruct | None = scope
        while place is not None:
            if place in _APPLIED:
                return _APPLIED[place]
            place = scope_of(place)
        return _DEFAULT

    @check_types
    def apply(self, scope: IConstruct) -> None:
        """Apply this profile to every construct created in ``scope`` from now on.

        Args:
            scope: An app, a stack or any construct.
        """
        _APPLIED[scope] = self

    def retention(
        self,
        removal_policy: RemovalPolicy | None = None,
        *,
        log_retention: RetentionDays | None = None,
        backup_days: int | None = None,
        snapshots: bool = False,
    ) -> Retention:
        """Return how long a construct keeps its data, backups and logs.

        Args:
            removal_policy: The construct's argument. Default: set by the profile.
            log_retention: The construct's argument. Default: set by the profile.
            backup_days: The construct's argument. Default: set by the profile.
            snapshots: Whether AWS can take a final backup of the resource that holds the data.
        """
        settings = self.settings
        data = removal_policy
        if data is None:
            data = self.removal_policy
            if snapshots and data != RemovalPolicy.DESTROY:
                data = RemovalPolicy.SNAPSHOT
        return Retention(
            data=data,
            logs=RemovalPolicy.RETAIN if data == RemovalPolicy.SNAPSHOT else data,
            log_days=log_retention or self.log_retention,
            backup_days=settings.backup_days if backup_days is None else backup_days,
        )

    @check_types
    def with_removal_policy(self, removal_policy: RemovalPolicy) -> Profile:
        """Return this profile with another removal policy for data and logs.

        Args:
            removal_policy: ``RETAIN``, ``RETAIN_ON_UPDATE_OR_DELETE`` or ``DESTROY``.
        """
        (removal,) = [name for name, policy in REMOVAL_POLICIES.items() if policy == removal_policy]
        return Profile(dataclasses.replace(self.settings, removal=removal))

    @property
    def name(self) -> str:
        """``dev``, ``production``, ``regulated``, or the name of a profile of your own."""
        return self.settings.name

    @property
    def removal_policy(self) -> RemovalPolicy:
        """The removal policy of logs, and of data that cannot be backed up on deletion."""
        return REMOVAL_POLICIES[self.settings.removal]

    @property
    def log_retention(self) -> RetentionDays:
        """How long logs are kept."""
        return LOG_RETENTIONS[self.settings.log_retention_days]


# jsii keeps every construct of the process alive, so an entry lives as long as its construct.
_APPLIED: WeakKeyDictionary[IConstruct, Profile] = WeakKeyDictionary()
_DEFAULT = Profile.production()
