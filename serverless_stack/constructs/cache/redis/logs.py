"""Logs: where the slow log and the engine log of a Redis cache go."""

from dataclasses import dataclass
from typing import Protocol, cast

from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.checks.services.elasticache.limits.common import stream_name_problems
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.retention import Retention


class HasDeliveryStream(Protocol):
    """A Firehose stream of CDK; asked for its name only, because importing Firehose is slow."""

    @property
    def delivery_stream_name(self) -> str:
        """The name of the stream."""
        ...


LogTarget = bool | logs.ILogGroup | HasDeliveryStream
"""True for a new log group, a log group, or a Firehose stream; False for nowhere."""
_Request = elasticache.CfnReplicationGroup.LogDeliveryConfigurationRequestProperty
_Destination = elasticache.CfnReplicationGroup.DestinationDetailsProperty


@dataclass(frozen=True)
class Logs:
    """Where the logs of a ``RedisCache`` go, in JSON.

    Attributes:
        slow: Where slow commands are logged: True for a new log group, a log group, or a Firehose
            stream. Needs version 6.0. Default: nowhere.
        engine: Where the log of the engine goes, likewise. Needs version 6.2. Default: nowhere.
        retention: How long new log groups keep logs. Default: set by the profile (production: 90
            days).
    """

    slow: LogTarget = False
    engine: LogTarget = False
    retention: logs.RetentionDays | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


@dataclass(frozen=True)
class LogDelivery:
    """The delivery of one log.

    Attributes:
        request: The property of the replication group.
        log_group: The log group, or None for a Firehose stream.
    """

    request: _Request
    log_group: logs.ILogGroup | None


def logs_problems(chosen: Logs) -> list[str]:
    """List what is wrong with the targets of logs."""
    targets = {"logs.slow": chosen.slow, "logs.engine": chosen.engine}
    names = {argument: _stream_name(target) for argument, target in targets.items()}
    return [
        problem
        for argument, name in names.items()
        if name is not None
        for problem in stream_name_problems(name, argument)
    ]


def deliver_logs(
    scope: Construct, chosen: Logs, retention: Retention
) -> tuple[LogDelivery | None, LogDelivery | None]:
    """Return the deliveries of the slow log and of the engine log; create the new log groups.

    ElastiCache itself allows CloudWatch's log delivery to write there.

    Args:
        scope: The cache.
        chosen: Where the logs go.
        retention: How long new log groups are kept, and keep logs.
    """
    return (
        _deliver(scope, "SlowLog", "slow-log", chosen.slow, retention),
        _deliver(scope, "EngineLog", "engine-log", chosen.engine, retention),
    )


def _deliver(
    scope: Construct, construct_id: str, log_type: str, target: LogTarget, retention: Retention
) -> LogDelivery | None:
    if target is False:
        return None
    stream = _stream_name(target)
    if stream is not None:
        details = _Destination(
            kinesis_firehose_details=(
                elasticache.CfnReplicationGroup.KinesisFirehoseDestinationDetailsProperty(
                    delivery_stream=stream
                )
            )
        )
        return LogDelivery(_request(log_type, "kinesis-firehose", details), None)
    if target is True:
        group: logs.ILogGroup = log_group(
            scope,
            construct_id,
            Profile.of(scope),
            retention=retention.log_days,
            removal_policy=retention.logs,
        )
    else:
        group = cast(logs.ILogGroup, target)
    details = _Destination(
        cloud_watch_logs_details=(
            elasticache.CfnReplicationGroup.CloudWatchLogsDestinationDetailsProperty(
                log_group=group.log_group_name
            )
        )
    )
    return LogDelivery(_request(log_type, "cloudwatch-logs", details), group)


def _stream_name(target: LogTarget) -> str | None:
    name: str | None = getattr(target, "delivery_stream_name", None)
    return name


def _request(log_type: str, destination_type: str, details: _Destination) -> _Request:
    return _Request(
        destination_details=details,
        destination_type=destination_type,
        log_format="json",
        log_type=log_type,
    )
