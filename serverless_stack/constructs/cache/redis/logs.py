"""Delivering the logs of a Redis."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs.profiles.profile import Profile

LogTarget = bool | str | logs.ILogGroup
"""False for nowhere, True for a log group to make, a log group, or a Firehose stream's name."""

_Request = elasticache.CfnReplicationGroup.LogDeliveryConfigurationRequestProperty


@dataclass(frozen=True)
class Delivery:
    """Where one log goes.

    Attributes:
        request: What ElastiCache is told.
        log_group: The log group, or None for a Firehose stream.
    """

    request: _Request
    log_group: logs.ILogGroup | None


def deliver(
    scope: Construct,
    construct_id: str,
    log_type: str,
    target: LogTarget,
    profile: Profile,
    *,
    retention: logs.RetentionDays,
    removal_policy: RemovalPolicy,
) -> Delivery | None:
    """Make the log group of a log, if one is to be made, and say where the log goes.

    ElastiCache itself gives CloudWatch's log delivery the right to write there.

    Args:
        scope: The cache construct.
        construct_id: The id of a log group to make.
        log_type: ``slow-log`` or ``engine-log``.
        target: Where it goes.
        profile: The profile of the cache.
        retention: How long a log group that is made keeps it.
        removal_policy: What happens to that log group when the stack is deleted.

    Returns:
        Where it goes, or None for nowhere.
    """
    if target is False:
        return None
    if isinstance(target, str):
        details = elasticache.CfnReplicationGroup.DestinationDetailsProperty(
            kinesis_firehose_details=(
                elasticache.CfnReplicationGroup.KinesisFirehoseDestinationDetailsProperty(
                    delivery_stream=target
                )
            )
        )
        return Delivery(_request(log_type, "kinesis-firehose", details), None)
    group = (
        log_group(scope, construct_id, profile, retention=retention, removal_policy=removal_policy)
        if isinstance(target, bool)
        else target
    )
    details = elasticache.CfnReplicationGroup.DestinationDetailsProperty(
        cloud_watch_logs_details=(
            elasticache.CfnReplicationGroup.CloudWatchLogsDestinationDetailsProperty(
                log_group=group.log_group_name
            )
        )
    )
    return Delivery(_request(log_type, "cloudwatch-logs", details), group)


def _request(
    log_type: str,
    destination_type: str,
    details: elasticache.CfnReplicationGroup.DestinationDetailsProperty,
) -> _Request:
    return _Request(
        destination_details=details,
        destination_type=destination_type,
        log_format="json",
        log_type=log_type,
    )
