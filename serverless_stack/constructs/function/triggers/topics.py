"""Subscriptions of functions to topics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns

from serverless_stack.checks.cross_service.writes import WRITES
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.events.patterns import pattern_problems
from serverless_stack.constructs._internal.acknowledge import acknowledge_rule_of_cdk
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.lazy import LazyModule
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.function.triggers import failures as failed
from serverless_stack.constructs.function.triggers.loops import refuse_writes
from serverless_stack.constructs.function.triggers.owner import Owner, short_hash
from serverless_stack.constructs.function.triggers.values import Queue, SubscriptionTrigger

if TYPE_CHECKING:
    from aws_cdk import aws_sns_subscriptions as subscriptions
else:
    subscriptions = LazyModule("aws_cdk.aws_sns_subscriptions")

TopicFilter = Mapping[str, object]
"""A filter policy: lists of values or CDK's ``SubscriptionFilter`` by key."""

# "Amazon SNS subscription filter policy constraints"
_MAX_KEYS = 5
_MAX_COMBINATIONS = 150
_NO_FUNCTION = "CloudFormation-Validate::W3694"
_ADVICE = "publish to another topic, or leave out by `filter` what the function publishes"


def topic_problems(topic: sns.ITopic, filter: TopicFilter | None, *, on_body: bool) -> list[str]:
    """List why a topic cannot trigger a function.

    Args:
        topic: The topic.
        filter: The filter policy, or None.
        on_body: Whether the filter is for the message.
    """
    problems = Problems()
    if topic.fifo:
        problems.fail(
            f"`topic` must not be FIFO, got: {path_of(topic)}; SNS delivers FIFO topics to queues "
            "only: subscribe a queue, and call the function by `on_queue`"
        )
    if filter is None:
        problems.require(not on_body, "`filter_body` must go with a `filter`, got: None")
        return problems.messages
    plain = _plain(filter)
    problems.add(pattern_problems(plain, "filter"))
    keys = list(_leaves(plain))
    if not problems.messages:
        if len(keys) > _MAX_KEYS:
            problems.fail(f"`filter` must have {_MAX_KEYS} keys at most, got: {len(keys)}")
        combinations = math.prod(len(values) for values in keys)
        if combinations > _MAX_COMBINATIONS:
            problems.fail(
                f"`filter` must have {_MAX_COMBINATIONS} combinations of values at most, "
                f"got: {combinations}"
            )
        nested = [key for key, value in plain.items() if isinstance(value, Mapping)]
        if nested and not on_body:
            problems.fail(
                f"`filter_body` must be True for a `filter` with keys inside of {nested[0]}, "
                "got: False; attributes of messages have none"
            )
    return problems.messages


def subscribe(
    owner: Owner,
    topic: sns.ITopic,
    filter: TopicFilter | None,
    given: Queue | None,
    *,
    on_body: bool,
) -> SubscriptionTrigger:
    """Subscribe a function to a topic.

    Args:
        owner: The function.
        topic: The topic.
        filter: The filter policy, or None.
        given: The queue of the caller for messages that fail.
        on_body: Whether the filter is for the message.
    """
    kept = failed.keep_failed_events(owner, given)
    queue = given or kept or failed.failures_of(owner, None)
    subscription = _subscription(
        owner, topic, subscriptions.LambdaSubscription(owner.target, dead_letter_queue=queue)
    )
    failed.allow_service(owner, queue, "sns.amazonaws.com")
    if isinstance(owner.target, lambda_.Alias):
        reason = "SNS calls the alias of a function, which the rule of CDK does not know"
        acknowledge_rule_of_cdk(subscription, _NO_FUNCTION, reason)
    if filter is not None:
        raw = default_child(subscription, sns.CfnSubscription)
        raw.filter_policy = _plain(filter)
        raw.filter_policy_scope = "MessageBody" if on_body else None
    else:
        _, writes = WRITES["AWS::SNS::Topic"]
        refuse_writes(owner, "on_topic", topic.topic_arn, writes, _ADVICE)
    return SubscriptionTrigger(subscription, queue)


def _subscription(
    owner: Owner, topic: sns.ITopic, subscriber: subscriptions.LambdaSubscription
) -> sns.Subscription:
    """Add a subscription; CDK gives it the id of the topic, which two topics may have.

    It also makes the stack of the function depend on that of a topic, which a nested stack cannot:
    there the topic is known by its ARN, a parameter of the nested stack.
    """
    is_nested = stack_of(owner.construct).nested_stack_parent is not None
    if is_nested and isinstance(topic, sns.Topic) and not owner.is_in_stack_of(topic):
        name = f"Topic{short_hash(path_of(topic))}"
        topic = sns.Topic.from_topic_arn(owner.construct, name, topic.topic_arn)
    if owner.target.node.try_find_child(topic.node.id) is None:
        return topic.add_subscription(subscriber)
    bound = subscriber.bind(topic)
    return sns.Subscription(
        bound.subscriber_scope or owner.construct,
        f"{topic.node.id}{short_hash(path_of(topic))}",
        topic=topic,
        endpoint=bound.endpoint,
        protocol=bound.protocol,
        region=bound.region,
        dead_letter_queue=bound.dead_letter_queue,
    )


def _plain(filter: TopicFilter) -> dict[str, object]:
    """Return a filter policy as SNS has it."""
    return {
        key: value.conditions
        if isinstance(value, sns.SubscriptionFilter)
        else _plain(value)
        if isinstance(value, Mapping)
        else value
        for key, value in filter.items()
    }


def _leaves(value: object) -> list[Sequence[object]]:
    """Return the lists of values of a filter policy."""
    if isinstance(value, Mapping):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    return [value] if isinstance(value, Sequence) and not isinstance(value, str) else []
