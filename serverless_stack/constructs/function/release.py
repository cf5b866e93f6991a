"""Release: how requests move from one version of a function to the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import CfnCodeDeployLambdaAliasUpdate, CfnUpdatePolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.acknowledge import acknowledge_resources, skip_in_checkov
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.shared import alarm_topic
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.profiles.profile import Profile

_PERCENT = (1, 99)
# "CodeDeploy quotas": hours between the first and the last shift of a Lambda deployment.
_MAX_HOURS = 48
_MAX_ALARMS = 10  # "CodeDeploy quotas": alarms of a deployment group
# "Working with deployment configurations in CodeDeploy": those that AWS provides.
_PROVIDED = {
    **{("canary", 10, minutes): f"Canary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)},
    **{("linear", 10, minutes): f"Linear10PercentEvery{minutes}Minutes" for minutes in (2, 3, 10)},
    ("linear", 10, 1): "Linear10PercentEvery1Minute",
    ("all_at_once", 100, 0): "AllAtOnce",
}
_DESCRIBE_ALARMS_REASON = "CodeDeploy lists the alarms of a deployment, which takes no resource"


@dataclass(frozen=True)
class Release:
    """How AWS CodeDeploy moves requests to a new version of a function.

    Create it with ``Release.canary()``, ``Release.linear()`` or ``Release.all_at_once()``. During
    a deployment an alarm watches the errors of the alias. If it goes off, or one of ``alarms``
    does, all requests return to the previous version, and the deployment of the stack fails and is
    rolled back. ``cdk deploy`` waits until the last shift. A stack's first deployment has nothing
    to compare with, and is not watched.

    CodeDeploy costs nothing for Lambda; the alarm costs $0.10 a month at AWS's list price in
    us-east-1 ("Amazon CloudWatch pricing").

    Attributes:
        kind: ``canary``, ``linear`` or ``all_at_once``.
        percent: The percentage of the requests that each shift moves.
        minutes: The minutes between two shifts.
        alarms: Further alarms that stop a deployment.
    """

    kind: Literal["canary", "linear", "all_at_once"]
    percent: int = 100
    minutes: int = 0
    alarms: Sequence[cloudwatch.IAlarm] = ()

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def canary(
        cls, *, percent: int = 10, minutes: int = 5, alarms: Sequence[cloudwatch.IAlarm] = ()
    ) -> Release:
        """Move some requests first, and all others after a while.

        Args:
            percent: The percentage of the requests that the first shift moves, 1-99.
            minutes: The minutes until the second shift, 1-2880 ("CodeDeploy quotas").
            alarms: Further alarms that stop a deployment, 9 at most.
        """
        return cls("canary", percent, minutes, alarms)

    @classmethod
    @check_types
    def linear(
        cls, *, percent: int = 10, every_minutes: int = 1, alarms: Sequence[cloudwatch.IAlarm] = ()
    ) -> Release:
        """Move the requests in equal shares.

        Args:
            percent: The percentage of the requests that each shift moves, 1-99.
            every_minutes: The minutes between two shifts; 2880 at most from the first shift to the
                last ("CodeDeploy quotas").
            alarms: Further alarms that stop a deployment, 9 at most.
        """
        return cls("linear", percent, every_minutes, alarms)

    @classmethod
    @check_types
    def all_at_once(cls, *, alarms: Sequence[cloudwatch.IAlarm] = ()) -> Release:
        """Move all requests together.

        Args:
            alarms: Further alarms that stop a deployment, 9 at most.
        """
        return cls("all_at_once", alarms=alarms)


def release_problems(release: Release, warmth: object = None) -> list[str]:
    """Check a release.

    Args:
        release: The release.
        warmth: How the function avoids cold starts, or None.

    Returns:
        One message per problem.
    """
    problems = Problems()
    if release.kind != "all_at_once":
        problems.between("release.percent", release.percent, *_PERCENT, "percent")
        name = "release.minutes" if release.kind == "canary" else "release.every_minutes"
        problems.between(name, release.minutes, 1, _MAX_HOURS * 60, "minutes")
        shifts = math.ceil(100 / release.percent) if release.percent > 0 else 1
        total = (shifts - 1) * release.minutes
        if release.kind == "linear" and not problems.messages and total > _MAX_HOURS * 60:
            problems.fail(
                f"`release` must take {_MAX_HOURS * 60} minutes at most from its first shift to "
                f"its last, got: {shifts} shifts, {release.minutes} minutes apart ({total} minutes)"
            )
        if getattr(warmth, "kind", None) == "provisioned":
            problems.fail(
                f"`release` must be Release.all_at_once() with provisioned concurrency, which "
                "an alias has for one version and not for two at a time, "
                f"got: Release.{release.kind}()"
            )
    if len(release.alarms) >= _MAX_ALARMS:
        problems.fail(
            f"`release.alarms` must have {_MAX_ALARMS - 1} alarms at most beside the one for "
            f"errors, got: {len(release.alarms)}"
        )
    return problems.messages


def add_release(
    scope: Construct, alias: lambda_.Alias, release: Release, profile: Profile
) -> codedeploy.CfnDeploymentGroup:
    """Deploy new versions of an alias by CodeDeploy.

    Args:
        scope: The construct of the function.
        alias: Its alias.
        release: How requests move.
        profile: The profile of the construct.

    Returns:
        The deployment group.
    """
    errors = _error_alarm(scope, alias, profile)
    application = codedeploy.CfnApplication(scope, "Application", compute_platform="Lambda")
    group = codedeploy.CfnDeploymentGroup(
        scope,
        "DeploymentGroup",
        application_name=application.ref,
        service_role_arn=_service_role(scope, alias, profile).role_arn,
        deployment_config_name=_configuration(scope, release),
        deployment_style=codedeploy.CfnDeploymentGroup.DeploymentStyleProperty(
            deployment_type="BLUE_GREEN", deployment_option="WITH_TRAFFIC_CONTROL"
        ),
        alarm_configuration=codedeploy.CfnDeploymentGroup.AlarmConfigurationProperty(
            enabled=True,
            alarms=[
                codedeploy.CfnDeploymentGroup.AlarmProperty(name=alarm.alarm_name)
                for alarm in (errors, *release.alarms)
            ],
        ),
        auto_rollback_configuration=(
            codedeploy.CfnDeploymentGroup.AutoRollbackConfigurationProperty(
                enabled=True,
                events=[
                    "DEPLOYMENT_FAILURE",
                    "DEPLOYMENT_STOP_ON_ALARM",
                    "DEPLOYMENT_STOP_ON_REQUEST",
                ],
            )
        ),
    )
    default_child(alias, lambda_.CfnAlias).cfn_options.update_policy = CfnUpdatePolicy(
        code_deploy_lambda_alias_update=CfnCodeDeployLambdaAliasUpdate(
            application_name=application.ref, deployment_group_name=group.ref
        )
    )
    return group


def _error_alarm(scope: Construct, alias: lambda_.Alias, profile: Profile) -> cloudwatch.Alarm:
    alarm = cloudwatch.Alarm(
        scope,
        "ReleaseErrors",
        alarm_description=f"A new version of {path_of(scope)} fails: it is rolled back",
        metric=alias.metric_errors(period=minutes(1)),
        threshold=1,
        evaluation_periods=1,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
    if profile.settings.alarms:
        alarm.add_alarm_action(actions.SnsAction(alarm_topic(scope, profile)))
    return alarm


def _service_role(scope: Construct, alias: lambda_.Alias, profile: Profile) -> iam.Role:
    """Create CodeDeploy's role; AWS's managed policy for it covers all functions."""
    function = alias.lambda_.function_arn
    document = iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=[
                    "lambda:GetAlias",
                    "lambda:GetProvisionedConcurrencyConfig",
                    "lambda:UpdateAlias",
                ],
                # A reference to the alias is a cycle: it waits for its deployment group.
                resources=[function, f"{function}:{alias.alias_name}"],
            ),
            iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=["*"]),
        ]
    )
    managed = profile.settings.managed_policies
    role = iam.Role(
        scope,
        "ReleaseRole",
        assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
        inline_policies=None if managed else {"Release": document},
    )
    holder: Construct = role
    if managed:
        holder = iam.ManagedPolicy(scope, "ReleasePolicy", roles=[role], document=document)
    acknowledge_resources(holder, ["*"], _DESCRIBE_ALARMS_REASON, profile=profile)
    skip_in_checkov(holder, {"CKV_AWS_111": _DESCRIBE_ALARMS_REASON}, profile=profile)
    return role


def _configuration(scope: Construct, release: Release) -> str:
    """Return the name of the deployment configuration: one that AWS provides, else our own."""
    provided = _PROVIDED.get((release.kind, release.percent, release.minutes))
    if provided is not None:
        return f"CodeDeployDefault.Lambda{provided}"
    config = codedeploy.CfnDeploymentConfig
    canary = config.TimeBasedCanaryProperty(
        canary_percentage=release.percent, canary_interval=release.minutes
    )
    linear = config.TimeBasedLinearProperty(
        linear_percentage=release.percent, linear_interval=release.minutes
    )
    is_canary = release.kind == "canary"
    return config(
        scope,
        "DeploymentConfig",
        compute_platform="Lambda",
        traffic_routing_config=config.TrafficRoutingConfigProperty(
            type="TimeBasedCanary" if is_canary else "TimeBasedLinear",
            time_based_canary=canary if is_canary else None,
            time_based_linear=None if is_canary else linear,
        ),
    ).ref
