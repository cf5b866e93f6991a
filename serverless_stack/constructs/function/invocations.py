"""What happens to the events of asynchronous calls: retries, age and destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.connect import HasFunction, invokable_of
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.lazy import LazyModule
from serverless_stack.constructs._internal.roles import grant_key, grantee_of
from serverless_stack.constructs._internal.tree import path_of

if TYPE_CHECKING:
    from aws_cdk import aws_lambda_destinations as cdk_destinations
else:
    cdk_destinations = LazyModule("aws_cdk.aws_lambda_destinations")

Destination: TypeAlias = (
    lambda_.IDestination
    | sqs.IQueue
    | sns.ITopic
    | sns.Topic
    | events.IEventBus
    | lambda_.IFunction
    | lambda_.Function
    | HasFunction
)
"""Where the records of asynchronous calls go: a resource, or a destination of CDK."""

# "EventInvokeConfig" in the CloudFormation reference.
_RETRIES = (0, 2)
_AGE_SECONDS = (60, 21600)


def invocation_problems(
    *,
    on_failure: Destination | None,
    on_success: Destination | None,
    retry_attempts: int | None,
    max_event_age: Duration | None,
) -> list[str]:
    """Check the settings of asynchronous calls.

    Args:
        on_failure: Where the events go that the function failed to handle.
        on_success: Where the results go.
        retry_attempts: How often a failed event is tried again.
        max_event_age: How long an event waits.

    Returns:
        One message per problem.
    """
    problems = Problems()
    if retry_attempts is not None:
        problems.between("retry_attempts", retry_attempts, *_RETRIES)
    if max_event_age is not None:
        problems.add(seconds_problems("max_event_age", max_event_age, *_AGE_SECONDS))
    if on_success is not None and isinstance(on_success, cdk_destinations.S3Destination):
        problems.fail(
            "`on_success` must be a queue, a topic, an event bus or a function, got: a bucket, "
            "which Lambda sends failures only; write the object in the function"
        )
    for name, target in (("on_failure", on_failure), ("on_success", on_success)):
        if getattr(target, "fifo", False):
            place = path_of(cast(Construct, target))
            problems.fail(
                f"`{name}` must be a standard queue or topic, to which Lambda can send, got a "
                f"FIFO one: {place}"
            )
    return problems.messages


def configure_invocations(
    scope: Construct,
    function: lambda_.Function,
    target: lambda_.IFunction,
    *,
    on_failure: Destination | None,
    on_success: Destination | None,
    retry_attempts: int | None,
    max_event_age: Duration | None,
) -> lambda_.CfnEventInvokeConfig | None:
    """Configure asynchronous calls of a function or its alias, and permit the destinations.

    Args:
        scope: The construct of the function.
        function: The function.
        target: The function, or its alias.
        on_failure: Where the events go that the function failed to handle.
        on_success: Where the results go.
        retry_attempts: How often a failed event is tried again.
        max_event_age: How long an event waits.

    Returns:
        The configuration; None if nothing is configured.
    """
    if (on_failure, on_success, retry_attempts, max_event_age) == (None, None, None, None):
        return None
    config = lambda_.CfnEventInvokeConfig
    failure = _bound(scope, function, on_failure, lambda_.DestinationType.FAILURE)
    success = _bound(scope, function, on_success, lambda_.DestinationType.SUCCESS)
    destinations = config.DestinationConfigProperty(
        on_failure=config.OnFailureProperty(destination=failure) if failure else None,
        on_success=config.OnSuccessProperty(destination=success) if success else None,
    )
    resource = config(
        scope,
        "Invocations",
        function_name=function.function_name,
        qualifier=target.alias_name if isinstance(target, lambda_.Alias) else "$LATEST",
        destination_config=destinations if failure or success else None,
        maximum_retry_attempts=retry_attempts,
        maximum_event_age_in_seconds=None if max_event_age is None else max_event_age.to_seconds(),
    )
    if isinstance(target, lambda_.Alias):  # named by its text, which is no reference to it
        resource.node.add_dependency(target)
    # Lambda checks the permissions of the role when it takes the destinations.
    grantee = grantee_of(function)
    if failure or success:
        resource.node.add_dependency(
            grantee if isinstance(grantee, iam.ManagedPolicy) else cast(iam.IRole, function.role)
        )
    return resource


def _bound(
    scope: Construct,
    function: lambda_.Function,
    destination: Destination | None,
    kind: lambda_.DestinationType,
) -> str | None:
    """Permit the function to send to a destination, and return its ARN.

    CDK's own destinations permit more than sending: all versions of a function, to read the
    attributes of a queue, and key actions with wildcards.
    """
    if destination is None:
        return None
    grantee = grantee_of(function)

    def permit(action: str, arn: str, key: kms.IKey | None = None) -> str:
        iam.Grant.add_to_principal(grantee=grantee, actions=[action], resource_arns=[arn])
        if key is not None:
            grant_key(key, grantee, writes=True)
        return arn

    # Interfaces of CDK cannot be told apart by `isinstance`.
    if hasattr(destination, "queue_arn"):
        queue = cast(sqs.IQueue, destination)
        return permit("sqs:SendMessage", queue.queue_arn, queue.encryption_master_key)
    if hasattr(destination, "topic_arn"):
        topic = cast(sns.ITopic, destination)
        return permit("sns:Publish", topic.topic_arn, topic.master_key)
    if hasattr(destination, "event_bus_arn"):
        return permit("events:PutEvents", cast(events.IEventBus, destination).event_bus_arn)
    if hasattr(destination, "bind"):
        bound = cast(lambda_.IDestination, destination).bind(scope, function, type=kind)
        return bound.destination
    called = invokable_of(cast(lambda_.IFunction, destination))
    return permit("lambda:InvokeFunction", called.function_arn)
