"""The triggers of a function, as methods."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.connect import AnyBucket
from serverless_stack.constructs._internal.lazy import LazyModule
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.function.triggers import failures as failed
from serverless_stack.constructs.function.triggers import rules
from serverless_stack.constructs.function.triggers.loops import text_of
from serverless_stack.constructs.function.triggers.objects import (
    CREATED,
    REMOVED,
    object_trigger,
)
from serverless_stack.constructs.function.triggers.owner import Owner, short_hash
from serverless_stack.constructs.function.triggers.sourced import SourceTriggers
from serverless_stack.constructs.function.triggers.topics import (
    TopicFilter,
    subscribe,
    topic_problems,
)
from serverless_stack.constructs.function.triggers.values import (
    ObjectTrigger,
    RuleTrigger,
    ScheduleTrigger,
    SubscriptionTrigger,
)

if TYPE_CHECKING:
    from aws_cdk import aws_events as events
else:
    events = LazyModule("aws_cdk.aws_events")


class Triggers(SourceTriggers):
    """The methods ``on_*`` of ``LambdaHandler``.

    Those of ``SourceTriggers`` are for queues, streams and tables; those here are for what calls a
    function asynchronously, up to three times, and keeps what fails in a queue.
    """

    @check_types
    def on_object_created(
        self,
        bucket: AnyBucket,
        *,
        prefix: str = "",
        suffix: str = "",
        failures: sqs.IQueue | sqs.Queue | None = None,
    ) -> ObjectTrigger:
        """Call the function for each object that is written to a bucket.

        A bucket of the stack sends the notifications of S3, which a small function sets during the
        deployment. A bucket of another stack or app sends its events through EventBridge, because
        notifications would make the stacks depend on each other.
        ``serverless_stack.runtime.batches.objects`` reads both.

        Args:
            bucket: The bucket, or a construct with one such as ``StorageBucket``.
            prefix: The beginning of the keys, such as ``uploads/``. Default: all objects.
            suffix: The end of the keys, such as ``.jpg``. Default: all objects.
            failures: The queue for events that fail, one for all events of the function. Default:
                that of the function, else a new one.

        Raises:
            ValueError: If S3 refuses the prefix or the suffix, another trigger is for the same
                objects, or, at synthesis, the function may write them.
        """
        return object_trigger(Owner.of(self), bucket, CREATED, prefix, suffix, failures)

    @check_types
    def on_object_removed(
        self,
        bucket: AnyBucket,
        *,
        prefix: str = "",
        suffix: str = "",
        failures: sqs.IQueue | sqs.Queue | None = None,
    ) -> ObjectTrigger:
        """Call the function for each object that is deleted, or hidden by a delete marker.

        Objects that a lifecycle rule expires are not among them. See ``on_object_created``.

        Args:
            bucket: The bucket, or a construct with one such as ``StorageBucket``.
            prefix: The beginning of the keys, such as ``uploads/``. Default: all objects.
            suffix: The end of the keys, such as ``.jpg``. Default: all objects.
            failures: The queue for events that fail, one for all events of the function. Default:
                that of the function, else a new one.

        Raises:
            ValueError: If S3 refuses the prefix or the suffix, another trigger is for the same
                objects, or, at synthesis, the function may delete them.
        """
        return object_trigger(Owner.of(self), bucket, REMOVED, prefix, suffix, failures)

    @check_types
    def on_topic(
        self,
        topic: sns.ITopic | sns.Topic,
        *,
        filter: TopicFilter | None = None,
        filter_body: bool = False,
        failures: sqs.IQueue | sqs.Queue | None = None,
    ) -> SubscriptionTrigger:
        """Call the function with each message of a topic.

        Args:
            topic: The topic, which is not FIFO.
            filter: The policy of the subscription, such as ``{"type": ["order"]}``, 5 keys and 150
                combinations at most. Default: all messages.
            filter_body: Whether the policy is for the message, which is JSON, instead of its
                attributes.
            failures: The queue for messages that fail, one for all events of the function.
                Default: that of the function, else a new one.

        Raises:
            ValueError: If SNS refuses the filter, the topic is FIFO or the function is subscribed
                already, or, at synthesis, the function may publish to the topic.
        """
        owner = Owner.of(self)
        problems = Problems(owner.path)
        problems.add(topic_problems(topic, filter, on_body=filter_body))
        problems.add(failed.delivery_problems(owner, failures))
        problems.add(failed.async_problems(owner, failures))
        if not problems.messages:
            remedy = "a topic calls a function once"
            problems.add(owner.repeated("on_topic", path_of(topic), remedy))
        problems.raise_if_any()
        return subscribe(owner, topic, filter, failures, on_body=filter_body)

    @check_types
    def on_schedule(
        self,
        schedule: str | events.Schedule,
        *,
        time_zone: str | None = None,
        input: Mapping[str, object] | None = None,
        retry_attempts: int = 185,
        max_event_age: Duration | None = None,
        failures: sqs.IQueue | sqs.Queue | None = None,
    ) -> ScheduleTrigger:
        """Call the function at certain times.

        It creates a rule of EventBridge or, with a ``time_zone``, a schedule of EventBridge
        Scheduler.

        Args:
            schedule: ``rate(5 minutes)``, ``cron(0 12 * * ? *)`` or CDK's ``Schedule``; with a
                ``time_zone`` also ``at(2030-01-01T12:00:00)``.
            time_zone: The time zone of the expression, such as ``Europe/Berlin``. Default: UTC.
            input: What the function gets. Default: an event with the time.
            retry_attempts: How often a delivery is repeated, 0-185.
            max_event_age: For how long, 60 seconds to 1 day. Default: 1 day.
            failures: The queue for events that fail, one for all events of the function. Default:
                that of the function, else a new one.

        Raises:
            ValueError: If EventBridge refuses the schedule, or an argument is out of range.
        """
        owner = Owner.of(self)
        expression = rules.expression_of(schedule)
        problems = Problems(owner.path)
        problems.add(rules.time_problems(expression, time_zone))
        problems.add(rules.input_problems(input))
        problems.add(rules.delivery_problems(retry_attempts, max_event_age))
        problems.add(failed.delivery_problems(owner, failures))
        problems.add(failed.async_problems(owner, failures))
        problems.raise_if_any()
        # Resolved, because the numbers of tokens depend on the rest of the app.
        resolved = stack_of(owner.construct).resolve([expression, time_zone or "", input])
        sent = "" if input is None else json.dumps(resolved[2], sort_keys=True, default=str)
        key = f"{expression} {time_zone or ''} {sent}".strip()
        remedy = "another `input` makes another call at the same time"
        problems.add(owner.repeated("on_schedule", key, remedy))
        problems.raise_if_any()

        construct_id = f"Schedule{short_hash(*map(text_of, resolved[:2]), sent)}"
        if time_zone is None:
            rule = rules.create_rule(
                owner,
                construct_id,
                schedule=expression,
                input=input,
                failures=failures,
                retry_attempts=retry_attempts,
                max_event_age=max_event_age,
            )
            return ScheduleTrigger(rule.failures, rule=rule.rule)
        created, queue = rules.create_schedule(
            owner,
            construct_id,
            expression,
            time_zone,
            input=input,
            failures=failures,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
        )
        return ScheduleTrigger(queue, schedule=created)

    @check_types
    def on_event(
        self,
        pattern: events.EventPattern | Mapping[str, object],
        *,
        bus: events.IEventBus | events.EventBus | None = None,
        retry_attempts: int = 185,
        max_event_age: Duration | None = None,
        failures: sqs.IQueue | sqs.Queue | None = None,
    ) -> RuleTrigger:
        """Call the function for events of EventBridge.

        Args:
            pattern: The pattern of the events, such as
                ``{"source": ["shop"], "detail-type": ["Order placed"]}``, or CDK's object.
            bus: The event bus. Default: that of the account, which has the events of AWS.
            retry_attempts: How often a delivery is repeated, 0-185.
            max_event_age: For how long, 60 seconds to 1 day. Default: 1 day.
            failures: The queue for events that fail, one for all events of the function. Default:
                that of the function, else a new one.

        Raises:
            ValueError: If EventBridge refuses the pattern, or an argument is out of range.
        """
        owner = Owner.of(self)
        problems = Problems(owner.path)
        problems.add(rules.event_pattern_problems(pattern))
        problems.add(rules.delivery_problems(retry_attempts, max_event_age))
        problems.add(failed.delivery_problems(owner, failures))
        problems.add(failed.async_problems(owner, failures))
        problems.raise_if_any()

        values = rules.pattern_values(pattern)
        text = json.dumps(stack_of(owner.construct).resolve(values), sort_keys=True, default=str)
        place = "" if bus is None else path_of(bus)
        key = f"{text} of {place}" if place else text
        problems.add(owner.repeated("on_event", key, "an event calls a function once"))
        problems.raise_if_any()
        return rules.create_rule(
            owner,
            f"Event{short_hash(text, place)}",
            pattern=values,
            bus=bus,
            failures=failures,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
        )
