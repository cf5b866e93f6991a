"""What the alarms of all constructs do when their state changes."""

from collections.abc import Iterable

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns


def notify(alarms: Iterable[cloudwatch.Alarm], topic: sns.ITopic) -> None:
    """Send a message when an alarm goes off, and when it is over.

    Args:
        alarms: The alarms.
        topic: The topic for the messages.
    """
    action = actions.SnsAction(topic)
    for alarm in alarms:
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
