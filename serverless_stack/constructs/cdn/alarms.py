"""CdnAlarms: CloudWatch alarms on the errors of a distribution and the latency of its origins.

CloudFront publishes its metrics in us-east-1, and alarms must be where their metrics are.
"""

from aws_cdk import Annotations, Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.alarms import notify
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.durations import minutes, seconds, seconds_problems
from serverless_stack.constructs._internal.shared import alarm_topic
from serverless_stack.constructs._internal.tree import path_of, region_of
from serverless_stack.constructs.cdn.us_east_1 import (
    US_EAST_1,
    after_in_us_east_1,
    top_stack,
    value_between,
)
from serverless_stack.constructs.profiles.profile import Profile

_PERIOD = minutes(5)
_MAX_SECONDS = 180  # the longest response time-out of an origin ("Quotas on distributions")


class CdnAlarms(Construct):
    """Alarms on a distribution: the rate of answers 500-599, and the latency of its origins.

    It creates two alarms in us-east-1, $0.10 a month each at AWS's list price ("Amazon CloudWatch
    pricing"), in a second stack if the stack is not there; and the additional metrics of the
    distribution, without which CloudFront does not measure origins ("View additional CloudFront
    distribution metrics"; a fixed price a month for each distribution).

    Args:
        scope: The parent construct. The region of its stack must be known.
        construct_id: The id in the parent.
        distribution: The distribution: ``distribution`` of a ``Cdn``, or one of CDK.
        topic: The topic, in us-east-1, that is notified when an alarm goes on and off. Default:
            created in us-east-1, without subscribers, and shared by all alarms of the stack there.
        server_errors: The alarm on the percentage of answers 500-599 in three of five periods of
            five minutes, more than 0, 100 at most. None: no alarm.
        origin_latency: The alarm on the time that 90 % of requests to origins stay below, in
            three of five periods of five minutes, 1-180 seconds. None: no alarm, and no additional
            metrics.

    Attributes:
        alarms: The alarms, by ``ServerErrors`` and ``OriginLatency``.
        topic: The topic.

    Raises:
        ValueError: If an argument is out of range, or the region is unknown.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        distribution: cloudfront.IDistribution | cloudfront.Distribution,
        topic: sns.ITopic | sns.Topic | None = None,
        server_errors: float | None = 5,
        origin_latency: Duration | None = seconds(5),
    ) -> None:
        problems = Problems(path_of(scope), construct_id)
        problems.add(alarm_problems(region_of(scope), topic))
        home = top_stack(distribution)
        if is_unresolved(distribution.distribution_id) and home.region != region_of(scope):
            problems.require(
                not is_unresolved(home.region),
                "`distribution` must be of a stack with a known region, got: "
                f"{path_of(distribution)}; set env=cdk.Environment(region=…) of {path_of(home)}",
            )
        if server_errors is not None:
            problems.require(
                is_unresolved(server_errors) or 0 < server_errors <= 100,
                "`server_errors` must be more than 0 and at most 100 percent, "
                f"got: {server_errors:.15g}",
            )
        if origin_latency is not None:
            if origin_latency.is_unresolved():
                problems.fail("`origin_latency` must be known at synthesis, got: a token")
            else:
                problems.add(seconds_problems("origin_latency", origin_latency, 1, _MAX_SECONDS))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        place = after_in_us_east_1(self)
        distribution_id = value_between(
            distribution, place.scope, "Id", distribution.distribution_id
        )
        self.alarms: dict[str, cloudwatch.Alarm] = {}

        def add(name: str, metric: str, statistic: str, threshold: float, advice: str) -> None:
            self.alarms[name] = cloudwatch.Alarm(
                place.scope,
                name,
                metric=cloudwatch.Metric(
                    namespace="AWS/CloudFront",
                    metric_name=metric,
                    dimensions_map={"DistributionId": distribution_id, "Region": "Global"},
                    statistic=statistic,
                    period=_PERIOD,
                ),
                threshold=threshold,
                comparison_operator=(
                    cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
                ),
                evaluation_periods=5,
                datapoints_to_alarm=3,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
                alarm_description=f"{name} of {path_of(self).rpartition('/')[0]}: {advice}",
            )

        if server_errors is not None:
            advice = "see the access log for the paths, and the logs of the origins"
            add("ServerErrors", "5xxErrorRate", "Average", server_errors, advice)
        if origin_latency is not None:
            advice = "see the traces and logs of the origins for what takes the time"
            milliseconds = origin_latency.to_milliseconds()
            add("OriginLatency", "OriginLatency", "p90", milliseconds, advice)
            self._measure_origins(distribution)
        self.topic: sns.ITopic = topic or alarm_topic(place.scope, Profile.of(self))
        notify(self.alarms.values(), self.topic)

    def _measure_origins(self, distribution: cloudfront.IDistribution) -> None:
        """Switch on the additional metrics, unless CDK has: one subscription is allowed."""
        if distribution.node.try_find_child("MonitoringSubscription") is None:
            config = cloudfront.CfnMonitoringSubscription.RealtimeMetricsSubscriptionConfigProperty(
                realtime_metrics_subscription_status="Enabled"
            )
            cloudfront.CfnMonitoringSubscription(
                self,
                "AdditionalMetrics",
                distribution_id=value_between(
                    distribution, self, "Id", distribution.distribution_id
                ),
                monitoring_subscription=cloudfront.CfnMonitoringSubscription.MonitoringSubscriptionProperty(
                    realtime_metrics_subscription_config=config
                ),
            )


def alarm_problems(region: str, topic: sns.ITopic | None = None) -> list[str]:
    """List why a stack can have no alarms on a distribution.

    Args:
        region: The region of the stack.
        topic: The topic, if it is given.

    Returns:
        One message per problem.
    """
    problems = Problems()
    problems.require(
        not is_unresolved(region),
        "`alarms` must be False or None in a stack without a region, because alarms on a "
        f"distribution are in {US_EAST_1}, got: alarms; set env=cdk.Environment(region=…)",
    )
    if topic is not None:
        place = topic.env.region
        problems.require(
            is_unresolved(place) or place == US_EAST_1,
            f"`topic` must be in {US_EAST_1}, where the alarms are, got: {path_of(topic)} in "
            f"{place}; leave it out to have one created there",
        )
    return problems.messages


def alarms_wanted(scope: Construct, alarms: bool | None) -> bool:
    """Return whether a distribution has alarms, with the default of the profile.

    Args:
        scope: The construct of the distribution.
        alarms: The argument ``alarms``.
    """
    if alarms is not None:
        return alarms
    if not Profile.of(scope).settings.alarms:
        return False
    if not alarm_problems(region_of(scope)):
        return True
    Annotations.of(scope).add_warning_v2(
        "serverless-stack:cdn-alarms",
        f"the distribution has no alarms, because they are in {US_EAST_1} and the region of the "
        "stack is unknown: set env=cdk.Environment(region=…), or pass alarms=False",
    )
    return False
