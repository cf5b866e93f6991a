"""Profile: the defaults that a stage of an application wants."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import IConstruct

from serverless_stack.constructs.profiles.settings import (
    DEV,
    PRODUCTION,
    REGULATED,
    Removal,
    Settings,
)

_KEY = "serverless-stack:profile"  # in the metadata of the construct that it was applied to


@dataclass(frozen=True)
class Profile:
    """The defaults of every construct below a scope; an argument that is given goes first.

    ``serverless-stack profile`` prints what each of the three sets, and what that costs.

    Attributes:
        settings: What it sets.
    """

    settings: Settings

    @classmethod
    def dev(cls) -> Profile:
        """For a stage that is thrown away: one node of each cache, and nothing outlives it."""
        return cls(DEV)

    @classmethod
    def production(cls) -> Profile:
        """For users: what is kept outlives the stack, nodes have replicas, accesses are logged.

        It is the default, and leaves no finding in AwsSolutions and Serverless of cdk-nag.
        """
        return cls(PRODUCTION)

    @classmethod
    def regulated(cls) -> Profile:
        """For auditors: in addition a KMS key, AWS WAF, rotation, alarms, and logs for a year.

        It leaves no finding in AwsSolutions, Serverless, NIST 800-53 R5, HIPAA and PCI DSS 3.2.1
        of cdk-nag. A cache that is there already is replaced, because it gets a key of its own.
        """
        return cls(REGULATED)

    @classmethod
    def of(cls, scope: IConstruct) -> Profile:
        """Give the profile that counts for a construct: the nearest one above it.

        Args:
            scope: The construct.

        Returns:
            The profile that was applied to it or above it, else ``Profile.production()``.
        """
        for each in reversed(scope.node.scopes):
            for entry in reversed(each.node.metadata):
                if entry.type == _KEY:
                    return cls(_settings(entry.data))
        return cls.production()

    def apply(self, scope: IConstruct) -> None:
        """Make it that of an app, a stack or any construct, for what is made in it from now on.

        Args:
            scope: Whose children get these defaults.
        """
        # As text: jsii hands numbers and tuples back as something else.
        scope.node.add_metadata(_KEY, json.dumps(dataclasses.asdict(self.settings)))

    def removing(self, removal_policy: RemovalPolicy | None) -> Profile:
        """Give the same profile with another answer to what happens to data and logs.

        Args:
            removal_policy: What happens to them when a stack is deleted. None changes nothing.

        Returns:
            The profile.
        """
        if removal_policy is None:
            return self
        destroys = removal_policy == RemovalPolicy.DESTROY
        removal: Removal = "destroy" if destroys else "retain"
        return Profile(dataclasses.replace(self.settings, removal=removal))

    @property
    def name(self) -> str:
        """``dev``, ``production``, ``regulated``, or ``custom``."""
        return self.settings.name

    @property
    def removal_policy(self) -> RemovalPolicy:
        """What happens to data and logs when a stack is deleted."""
        keeps = self.settings.removal == "retain"
        return RemovalPolicy.RETAIN if keeps else RemovalPolicy.DESTROY

    @property
    def log_retention(self) -> logs.RetentionDays:
        """How long logs are kept."""
        return _RETENTIONS[self.settings.log_retention_days]


_RETENTIONS = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
    2192: logs.RetentionDays.SIX_YEARS,
    3653: logs.RetentionDays.TEN_YEARS,
}


def _settings(text: str) -> Settings:
    values = json.loads(text)
    return Settings(**{**values, "packs": tuple(values["packs"])})
