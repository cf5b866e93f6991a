"""What the methods ``on_*`` return: the resources that they created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import CustomResource
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs._internal.lazy import LazyModule

if TYPE_CHECKING:
    from aws_cdk import aws_events as events
    from aws_cdk import aws_kinesis as kinesis
    from aws_cdk import aws_scheduler as scheduler
else:
    kinesis = LazyModule("aws_cdk.aws_kinesis")
    events = LazyModule("aws_cdk.aws_events")
    scheduler = LazyModule("aws_cdk.aws_scheduler")

Queue = sqs.IQueue | sqs.Queue
"""A queue, in the types that type checkers know it by."""


@dataclass(frozen=True)
class MappingTrigger:
    """An event source mapping, by which Lambda reads a queue or a stream.

    Attributes:
        mapping: The event source mapping.
        failures: The queue for records that the function failed to handle; None for a queue that
            is not in this app, whose own redrive policy decides.
        consumer: The consumer with a throughput of its own, of a Kinesis stream with
            ``enhanced_fan_out``.
    """

    mapping: lambda_.CfnEventSourceMapping
    failures: Queue | None
    consumer: kinesis.CfnStreamConsumer | None = None


@dataclass(frozen=True)
class RuleTrigger:
    """A rule of EventBridge, which calls a function.

    Attributes:
        rule: The rule.
        failures: The queue for events that could not be delivered.
    """

    rule: events.Rule
    failures: Queue


@dataclass(frozen=True)
class ScheduleTrigger:
    """A schedule, which calls a function.

    Attributes:
        failures: The queue for events that could not be delivered.
        rule: The rule of EventBridge; None with a ``time_zone``.
        schedule: The schedule of EventBridge Scheduler, with a ``time_zone``.
    """

    failures: Queue
    rule: events.Rule | None = None
    schedule: scheduler.CfnSchedule | None = None


@dataclass(frozen=True)
class SubscriptionTrigger:
    """The subscription of a function to a topic.

    Attributes:
        subscription: The subscription.
        failures: The queue for messages that could not be delivered.
    """

    subscription: sns.Subscription
    failures: Queue


@dataclass(frozen=True)
class ObjectTrigger:
    """What calls a function for objects of a bucket.

    Attributes:
        failures: The queue for events that the function failed to handle.
        notifications: The resource that configures the notifications of the bucket; None if the
            events come through EventBridge.
        rule: The rule of EventBridge, for a bucket of another stack.
    """

    failures: Queue | None
    notifications: CustomResource | None = None
    rule: events.Rule | None = None
