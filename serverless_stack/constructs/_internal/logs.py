"""The log groups of this library's constructs."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs.profiles.profile import Profile


def log_group(
    scope: Construct,
    construct_id: str,
    profile: Profile,
    *,
    retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
    name: str | None = None,
) -> logs.LogGroup:
    """Make a log group as the profile wants it.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        profile: The profile of the parent.
        retention: How long it keeps logs. None takes the profile's.
        removal_policy: What happens to it when the stack is deleted. None takes the profile's.
        name: Its name. None lets CloudFormation make one.
    """
    kept = profile.retention(removal_policy, log_retention=retention)
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        encryption_key=key_of(scope, profile),
        retention=kept.log_days,
        removal_policy=kept.logs,
    )
