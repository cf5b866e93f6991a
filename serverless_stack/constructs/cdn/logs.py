"""CdnLog: which requests of viewers are logged where, by standard logging of CloudFront.

"Configure standard logging (v2)": its delivery sources are in us-east-1 whatever the region, and
it does not exist in China. "Configure standard logging (legacy)" needs nothing but a bucket, which
must not be in an opt-in region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import Annotations, Aws, Names
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.shared import access_log_bucket
from serverless_stack.constructs._internal.tree import path_of, region_of
from serverless_stack.constructs.cdn.regions import REGIONS_WITHOUT_LOGS
from serverless_stack.constructs.cdn.us_east_1 import (
    US_EAST_1,
    after_in_us_east_1,
    top_stack,
    value_between,
)
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.bucket import StorageBucket

BUCKET_FORMATS = ("w3c", "json", "plain", "raw", "parquet")
GROUP_FORMATS = ("json", "plain", "raw")
_DEFAULT_PATH = "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"
_MAX_PATH = 256  # CreateDelivery in the API reference of CloudWatch Logs: `suffixPath`
_MAX_FIELDS = 128  # likewise: `recordFields`
_MAX_NAME = 60  # PutDeliverySource: `name`


@dataclass(frozen=True)
class CdnLog:
    """Where the requests of a distribution are logged, and in which format.

    Create it with ``CdnLog.bucket()`` or ``CdnLog.log_group()``. It is standard logging (v2), which
    works in all regions outside China. Deliveries are in us-east-1, in a second stack if the stack
    of the distribution is not there, so the region of the stack must be known.

    Attributes:
        kind: ``bucket`` or ``log_group``.
        format: The format of the records.
        fields: The fields of a record, by their names in "Log fields", in this order. Default:
            those that CloudFront chooses.
        path: The path of log files in a bucket, with variables such as ``{DistributionId}``,
            ``{yyyy}``, ``{MM}``, ``{dd}`` and ``{HH}``; None for a log group.
        hive: Whether the path has the names of the variables, so that Athena finds partitions.
        own_bucket: A bucket of yours, in the region of the stack.
        own_group: A log group of yours, in us-east-1.
    """

    kind: Literal["bucket", "log_group"]
    format: str
    fields: Sequence[str] = ()
    path: str | None = None
    hive: bool = False
    own_bucket: StorageBucket | s3.IBucket | s3.Bucket | None = None
    own_group: logs.ILogGroup | logs.LogGroup | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def bucket(
        cls,
        bucket: StorageBucket | s3.IBucket | s3.Bucket | None = None,
        *,
        path: str = _DEFAULT_PATH,
        hive: bool = False,
        format: str = "w3c",
        fields: Sequence[str] = (),
    ) -> CdnLog:
        """Log to a bucket. ``parquet`` is billed as a conversion ("Amazon CloudWatch pricing").

        Args:
            bucket: The bucket. Default: the one that all buckets and distributions of the stack
                share.
            path: The path of the log files, 1-256 characters.
            hive: Whether the path is like ``year=2026/month=05``, for Athena and Hive.
            format: ``w3c``, ``json``, ``plain``, ``raw`` or ``parquet``.
            fields: The fields of a record. Default: those that CloudFront chooses.
        """
        return cls("bucket", format, fields, path, hive, own_bucket=bucket)

    @classmethod
    @check_types
    def log_group(
        cls,
        group: logs.ILogGroup | logs.LogGroup | None = None,
        *,
        format: str = "json",
        fields: Sequence[str] = (),
    ) -> CdnLog:
        """Log to CloudWatch Logs in us-east-1, billed by the amount ("Amazon CloudWatch pricing").

        Args:
            group: The log group, in us-east-1. Default: created, with the retention of the profile.
            format: ``json``, ``plain`` or ``raw``.
            fields: The fields of a record. Default: those that CloudFront chooses.
        """
        return cls("log_group", format, fields, own_group=group)


AccessLog = bool | CdnLog | None


def log_problems(log: AccessLog, region: str) -> list[str]:
    """Check the log of a distribution.

    Args:
        log: The argument ``access_log``.
        region: The region of the stack; a token passes if the log does not need to know it.

    Returns:
        One message per problem.
    """
    if not isinstance(log, CdnLog):
        return []
    problems = Problems()
    problems.require(
        not is_unresolved(region),
        "`access_log` must be True or False in a stack without a region, because a CdnLog is "
        f"delivered in {US_EAST_1}, got: a CdnLog; set env=cdk.Environment(region=…)",
    )
    formats = BUCKET_FORMATS if log.kind == "bucket" else GROUP_FORMATS
    problems.require(
        log.format in formats,
        f"`access_log.format` must be one of {', '.join(formats)}, got: {log.format!r}",
    )
    problems.require(
        len(log.fields) <= _MAX_FIELDS and "" not in log.fields,
        f"`access_log.fields` must be 0 to {_MAX_FIELDS} names, got: {list(log.fields)}",
    )
    problems.add(
        f"`access_log.fields` must not repeat a field, got: {name!r} more than once"
        for name in repeated(log.fields)
    )
    if log.path is not None and not is_unresolved(log.path):
        path = log.path
        problems.require(
            1 <= len(path) <= _MAX_PATH and not path.startswith("/") and not path.endswith("/"),
            f"`access_log.path` must have 1 to {_MAX_PATH} characters and no slash at its ends, "
            f"got: {path!r}",
        )
    if log.own_group is not None:
        place = log.own_group.env.region
        problems.require(
            is_unresolved(place) or place == US_EAST_1,
            f"`access_log` must have a log group in {US_EAST_1}, got: one in {place}; leave it "
            "out to have one created there",
        )
    return problems.messages


@dataclass(frozen=True)
class LogChoice:
    """What is logged in the end.

    Attributes:
        legacy_bucket: The bucket of the legacy log; None for another log, or none.
        delivered: The log by standard logging (v2); None for another log, or none.
    """

    legacy_bucket: s3.Bucket | None = None
    delivered: CdnLog | None = None

    @property
    def exists(self) -> bool:
        """Whether requests are logged."""
        return self.legacy_bucket is not None or self.delivered is not None


def chosen_log(scope: Construct, log: AccessLog) -> LogChoice:
    """Return the log of a distribution, with the default of the profile and of the region.

    The legacy log needs no second stack, so it is the default where it exists; elsewhere, in opt-in
    regions, the default is standard logging (v2).

    Args:
        scope: The construct of the distribution.
        log: The argument ``access_log``.
    """
    profile = Profile.of(scope)
    if log is None:
        log = profile.settings.access_logs
    if isinstance(log, CdnLog):
        return LogChoice(delivered=log)
    if not log:
        return LogChoice()
    region = region_of(scope)
    if region in REGIONS_WITHOUT_LOGS:
        Annotations.of(scope).add_info_v2(
            "serverless-stack:cdn-log",
            f"CloudFront writes no legacy logs to {region}: the log is delivered by the stack "
            f"{top_stack(scope).stack_name}-{region}-monitoring in {US_EAST_1}; deploy it as well",
        )
        return LogChoice(delivered=CdnLog.bucket())
    return LogChoice(legacy_bucket=access_log_bucket(scope, profile))


def deliver_log(scope: Construct, log: CdnLog, distribution: cloudfront.Distribution) -> None:
    """Create the delivery of a log in us-east-1.

    Args:
        scope: The construct of the distribution.
        log: Which log.
        distribution: The distribution.
    """
    profile = Profile.of(scope)
    place = after_in_us_east_1(scope)
    name = f"{Names.unique_resource_name(scope, max_length=_MAX_NAME - 9)}-{scope.node.addr[-8:]}"
    arn = value_between(scope, place.scope, "DistributionArn", distribution.distribution_arn)
    source = logs.CfnDeliverySource(
        place.scope, "LogSource", name=name, log_type="ACCESS_LOGS", resource_arn=arn
    )
    target = logs.CfnDeliveryDestination(
        place.scope,
        "LogDestination",
        name=name,
        destination_resource_arn=_destination_arn(scope, place.scope, log, profile),
        output_format=log.format,
    )
    logs.CfnDelivery(
        place.scope,
        "LogDelivery",
        delivery_source_name=source.ref,
        delivery_destination_arn=target.attr_arn,
        record_fields=list(log.fields) or None,
        s3_suffix_path=log.path,
        s3_enable_hive_compatible_path=log.hive if log.kind == "bucket" else None,
    )


def _destination_arn(scope: Construct, there: Construct, log: CdnLog, profile: Profile) -> str:
    if log.kind == "log_group":
        group = log.own_group or log_group(
            there, "AccessLog", profile, retention=None, removal_policy=None
        )
        return group.log_group_arn.removesuffix(":*")
    given = log.own_bucket
    bucket = given.bucket if isinstance(given, StorageBucket) else given
    if bucket is None:
        bucket = access_log_bucket(scope, profile)
    _allow_delivery(scope, bucket)
    # The ARN of a bucket names no region, so a known name makes a known ARN.
    return value_between(bucket, there, "Arn", bucket.bucket_arn)


def _allow_delivery(scope: Construct, bucket: s3.IBucket) -> None:
    """Allow CloudWatch Logs to write, as "Logs sent to Amazon S3" has it for other regions."""
    service = iam.ServicePrincipal("delivery.logs.amazonaws.com")
    sources = f"arn:{Aws.PARTITION}:logs:{US_EAST_1}:{Aws.ACCOUNT_ID}:*"
    own = {"aws:SourceAccount": Aws.ACCOUNT_ID}
    allowed = bucket.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["s3:PutObject"],
            principals=[service],
            resources=[bucket.arn_for_objects("*")],
            conditions={
                "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **own},
                "ArnLike": {"aws:SourceArn": sources},
            },
        )
    )
    if not allowed.statement_added:
        Annotations.of(scope).add_warning_v2(
            "serverless-stack:cdn-log-bucket",
            f"the policy of {path_of(bucket)} is not in this app: add a statement that allows "
            f"delivery.logs.amazonaws.com s3:PutObject for the sources {sources}",
        )
    if bucket.encryption_key is not None:
        bucket.encryption_key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
                principals=[service],
                resources=["*"],
                conditions={"StringEquals": own, "ArnLike": {"aws:SourceArn": sources}},
            )
        )
