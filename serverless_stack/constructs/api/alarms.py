"""ApiAlarms: CloudWatch alarms on the errors and the latency of an API."""

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.alarms import notify
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.durations import minutes, seconds, seconds_problems
from serverless_stack.constructs._internal.tree import path_of

_PERIOD = minutes(5)
_MAX_SECONDS = 900  # of an integration with a raised quota


class ApiAlarms(Construct):
    """Alarms on an API: its own and its functions' errors, the slowest answers, refused callers.

    It creates three alarms, $0.10 a month each at AWS's list price in us-east-1 ("Amazon CloudWatch
    pricing"). Metrics are those of the API over all stages ("Amazon API Gateway dimensions and
    metrics").

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        api: The API: ``rest_api`` of a ``ProxyApi``, or an API of CDK.
        topic: The topic that is notified when an alarm goes on and off. Default: none.
        server_errors: The alarm on answers 500-599 in five minutes, 1 or more. None: no alarm.
        latency: The alarm on the latency that 99 % of requests stay below, in three of five
            periods of five minutes, 1-900 seconds. None: no alarm.
        client_errors: The alarm on answers 400-499 in five minutes, 1 or more. Throttled requests,
            429, have no metric of their own and are among them. None: no alarm.

    Attributes:
        alarms: The alarms, by ``ServerErrors``, ``Latency`` and ``ClientErrors``.

    Raises:
        ValueError: If an argument is out of range.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        api: apigateway.RestApi,
        topic: sns.ITopic | sns.Topic | None = None,
        server_errors: int | None = 1,
        latency: Duration | None = seconds(5),
        client_errors: int | None = 500,
    ) -> None:
        problems = Problems(path_of(scope), construct_id)
        for argument, count in (("server_errors", server_errors), ("client_errors", client_errors)):
            if count is not None:
                problems.between(argument, count, 1, float("inf"))
        if latency is not None:
            problems.require(
                not latency.is_unresolved(), "`latency` must be known at synthesis, got: a token"
            )
            problems.add(seconds_problems("latency", latency, 1, _MAX_SECONDS))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self.alarms: dict[str, cloudwatch.Alarm] = {}
        if server_errors is not None:
            metric = api.metric_server_error(period=_PERIOD, statistic="Sum")
            self._add("ServerErrors", metric, server_errors, "see the log of the function")
        if latency is not None:
            metric = api.metric_latency(period=_PERIOD, statistic="p99")
            milliseconds = latency.to_milliseconds()
            advice = "see the traces for what takes the time"
            self._add("Latency", metric, milliseconds, advice, periods=5, datapoints=3)
        if client_errors is not None:
            metric = api.metric_client_error(period=_PERIOD, statistic="Sum")
            advice = "see the access log for who is refused or throttled"
            self._add("ClientErrors", metric, client_errors, advice)
        if topic is not None:
            notify(self.alarms.values(), topic)

    def _add(
        self,
        name: str,
        metric: cloudwatch.Metric,
        threshold: float,
        advice: str,
        *,
        periods: int = 1,
        datapoints: int = 1,
    ) -> None:
        self.alarms[name] = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=periods,
            datapoints_to_alarm=datapoints,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{name} of {path_of(self).rpartition('/')[0]}: {advice}",
        )
