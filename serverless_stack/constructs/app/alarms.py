"""The alarms of an application, which publish to the topic of its stack."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.shared import alarm_topic, dead_letter_queue
from serverless_stack.constructs.api.alarms import ApiAlarms
from serverless_stack.constructs.app.parts import Parts
from serverless_stack.constructs.cache.memcached.cache import MemcachedCache
from serverless_stack.constructs.cache.monitoring.alarms import CacheAlarms
from serverless_stack.constructs.cache.redis.cache import RedisCache
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.profiles.profile import Profile

FUNCTION_ALARMS = ("Errors", "Throttles")
"""What the alarms of a function are about, which their construct ids end with."""


def add_alarms(parts: Parts, profile: Profile) -> None:
    """Add alarms for the errors of functions and of the API, dead letters, and the caches.

    Somebody has to subscribe to the topic.

    Args:
        parts: The parts of the application.
        profile: Its profile.
    """
    scope = parts.scope
    topic = alarm_topic(scope, profile)
    if parts.function is not None:
        add_function_alarms(scope, "Function", parts.function, profile)
    if parts.api is not None and parts.adds_api_alarms:
        errors = parts.api.rest_api.metric_server_error(period=minutes(5), statistic="Sum")
        _alarm(scope, "ApiErrors", errors, topic)
        ApiAlarms(scope, "ApiAlarms", api=parts.api.rest_api, topic=topic, server_errors=None)
    if profile.settings.dead_letters:
        queue = dead_letter_queue(scope, profile)
        waiting = queue.metric_approximate_number_of_messages_visible(period=minutes(5))
        _alarm(scope, "DeadLetters", waiting, topic)
    caches = {"RedisAlarms": parts.redis, "MemcachedAlarms": parts.memcached}
    for construct_id, cache in caches.items():
        if isinstance(cache, RedisCache | MemcachedCache) and parts.created(cache):
            CacheAlarms(scope, construct_id, cache=cache, topic=topic)


def add_function_alarms(
    scope: Construct, prefix: str, function: LambdaHandler, profile: Profile
) -> None:
    """Add alarms for the errors and throttles of a function.

    Args:
        scope: The application.
        prefix: The prefix of the construct ids.
        function: The function.
        profile: The profile of the application.
    """
    topic = alarm_topic(scope, profile)
    metrics = (
        function.function.metric_errors(period=minutes(5)),
        function.function.metric_throttles(period=minutes(5)),
    )
    for name, metric in zip(FUNCTION_ALARMS, metrics, strict=True):
        _alarm(scope, f"{prefix}{name}", metric, topic)


def _alarm(
    scope: Construct, construct_id: str, metric: cloudwatch.Metric, topic: sns.Topic
) -> None:
    alarm = cloudwatch.Alarm(
        scope,
        construct_id,
        metric=metric,
        threshold=1,
        evaluation_periods=1,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
    alarm.add_alarm_action(actions.SnsAction(topic))
