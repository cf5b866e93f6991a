"""Log groups with the defaults of the profile."""

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
    """Create a log group.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        profile: The profile of the parent.
        retention: How long log events are kept. Default: set by the profile.
        removal_policy: What happens to the log group when the stack is deleted. Default: set by
            the profile.
        name: The name of the log group. Default: chosen by CloudFormation.
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
