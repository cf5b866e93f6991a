"""Stacks that pass messages: SQS, SNS, EventBridge, Kinesis, Step Functions."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from aws_cdk import aws_stepfunctions_tasks as tasks


def _function(stack: cdk.Stack, name: str, handler: lambda_.Code) -> lambda_.Function:
    return lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=handler,
        timeout=cdk.Duration.seconds(20),
    )


def orders(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A topic that fans out to a queue, which a function consumes."""
    topic = sns.Topic(stack, "Placed")
    dead = sqs.Queue(stack, "Dead")
    queue = sqs.Queue(
        stack,
        "Invoices",
        visibility_timeout=cdk.Duration.seconds(120),
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=3),
    )
    topic.add_subscription(
        subscriptions.SqsSubscription(
            queue,
            filter_policy={
                "kind": sns.SubscriptionFilter.string_filter(allowlist=["paid", "shipped"])
            },
        )
    )
    _function(stack, "Invoice", handler).add_event_source(
        sources.SqsEventSource(queue, batch_size=5, report_batch_item_failures=True)
    )


def schedule(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A custom event bus with an archive, and a scheduled rule."""
    bus = events.EventBus(stack, "Bus", event_bus_name="shop")
    bus.archive(
        "Archive",
        event_pattern=events.EventPattern(source=["shop.orders"]),
        retention=cdk.Duration.days(30),
    )
    missed = sqs.Queue(stack, "Missed", removal_policy=cdk.RemovalPolicy.DESTROY)
    rule = events.Rule(stack, "Nightly", schedule=events.Schedule.cron(minute="0", hour="3"))
    rule.add_target(
        targets.LambdaFunction(_function(stack, "Clean", handler), dead_letter_queue=missed)
    )


def clicks(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A data stream, read by the newest version of a function."""
    stream = kinesis.Stream(
        stack,
        "Clicks",
        shard_count=2,
        retention_period=cdk.Duration.days(3),
        encryption=kinesis.StreamEncryption.MANAGED,
    )
    function = _function(stack, "Count", handler)
    live = lambda_.Alias(stack, "Live", alias_name="live", version=function.current_version)
    live.add_event_source(
        sources.KinesisEventSource(stream, starting_position=lambda_.StartingPosition.TRIM_HORIZON)
    )


def checkout(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A state machine with a choice and a retry, and its log."""
    pay = tasks.LambdaInvoke(
        stack, "Pay", lambda_function=_function(stack, "Payment", handler), output_path="$.Payload"
    )
    pay.add_retry(max_attempts=2, interval=cdk.Duration.seconds(3))
    decide = (
        stepfunctions.Choice(stack, "Paid?")
        .when(
            stepfunctions.Condition.string_equals("$.status", "paid"),
            stepfunctions.Succeed(stack, "Done"),
        )
        .otherwise(stepfunctions.Fail(stack, "Refused"))
    )
    stepfunctions.StateMachine(
        stack,
        "Checkout",
        definition_body=stepfunctions.DefinitionBody.from_chainable(pay.next(decide)),
        logs=stepfunctions.LogOptions(
            destination=logs.LogGroup(
                stack,
                "Log",
                log_group_name="/shop/checkout",
                retention=logs.RetentionDays.ONE_MONTH,
            ),
            level=stepfunctions.LogLevel.ALL,
        ),
        tracing_enabled=True,
    )
