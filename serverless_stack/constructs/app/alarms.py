"""The alarms of a whole application, which all tell one topic."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack.constructs._internal.shared import alarm_topic, dead_letter_queue
from serverless_stack.constructs.cache.monitoring.alarms import CacheAlarms
from serverless_stack.constructs.cache.monitoring.nodes import AnyCache
from serverless_stack.constructs.profiles.profile import Profile

_PERIOD = Duration.minutes(5)


def add_alarms(
    scope: Construct,
    profile: Profile,
    *,
    function: lambda_.Function | None,
    api: apigateway.RestApi | None,
    caches: Mapping[str, AnyCache],
) -> sns.Topic:
    """Watch the errors of a function, of an API and of its events, and the caches.

    Args:
        scope: The stack.
        profile: Its profile.
        function: The function, or None.
        api: The API, or None.
        caches: The caches by the ids of their alarms.

    Returns:
        The topic that is told; somebody has to subscribe to it.
    """
    topic = alarm_topic(scope, profile)
    watched = {}
    if function is not None:
        watched["HandlerErrors"] = function.metric_errors(period=_PERIOD)
        watched["HandlerThrottles"] = function.metric_throttles(period=_PERIOD)
    if api is not None:
        watched["ApiErrors"] = api.metric_server_error(period=_PERIOD, statistic="Sum")
    if profile.settings.dead_letters:
        queue = dead_letter_queue(scope, profile)
        watched["DeadLetterAlarm"] = queue.metric_approximate_number_of_messages_visible(
            period=_PERIOD
        )
    for construct_id, metric in watched.items():
        alarm = cloudwatch.Alarm(
            scope,
            construct_id,
            metric=metric,
            threshold=1,
            evaluation_periods=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
    for construct_id, cache in caches.items():
        CacheAlarms(scope, construct_id, cache=cache, topic=topic)
    return topic
