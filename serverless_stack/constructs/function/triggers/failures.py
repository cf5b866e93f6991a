"""Where the records and events go that a function failed to handle."""

from collections.abc import Mapping

from aws_cdk import Annotations, Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.children import default_child, get_or_create
from serverless_stack.constructs._internal.raw import properties_of
from serverless_stack.constructs._internal.roles import grantee_of
from serverless_stack.constructs._internal.shared import dead_letter_queue, failure_queue
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.function.triggers.owner import Owner
from serverless_stack.constructs.function.triggers.values import Queue

_ASYNC = "_failures_of_events"


def failures_of(owner: Owner, given: Queue | None) -> Queue:
    """Return the queue for failures of a function; create the one of its own on first use.

    Args:
        owner: The function.
        given: The queue of the caller, or None.
    """
    if given is not None:
        return given
    return _own_queue(owner, owner.construct, fifo=False)


def failures_beside(owner: Owner, source: sqs.Queue, given: Queue | None) -> Queue:
    """Return the queue for messages of a queue; it is in the stack of that queue.

    A stack whose queue names one of the stack of the function would depend on it, and that one on
    the first.

    Args:
        owner: The function.
        source: The queue whose messages failed.
        given: The queue of the caller, or None.
    """
    if given is not None:
        return given
    scope = owner.construct if owner.is_in_stack_of(source) else source
    return _own_queue(owner, scope, fifo=source.fifo)


def _own_queue(owner: Owner, scope: Construct, *, fifo: bool) -> sqs.Queue:
    def create(scope: Construct, construct_id: str) -> sqs.Queue:
        queue = failure_queue(scope, construct_id, owner.profile, fifo=fifo)
        reason = "this is the dead-letter queue itself, of a function, its streams and its queues"
        acknowledge(queue, "SQS3", reason, profile=owner.profile)
        return queue

    return get_or_create(scope, "FifoFailures" if fifo else "Failures", sqs.Queue, create)


def failures_problems(given: Queue | None, *, fifo: bool = False) -> list[str]:
    """List why a queue cannot take failures.

    Args:
        given: The queue of the caller, or None.
        fifo: Whether it takes messages of a FIFO queue.
    """
    if given is None or given.fifo == fifo:
        return []
    kind = "a FIFO queue, like its source" if fifo else "a standard queue"
    return [f"`failures` must be {kind}, got: {path_of(given)}"]


def allow_sending(owner: Owner, queue: Queue) -> iam.Grant:
    """Allow a function, as which Lambda acts, to send failures to a queue.

    Args:
        owner: The function.
        queue: The queue.
    """
    owner.allow_key(queue.encryption_master_key, writes=True)
    return owner.allow(["sqs:SendMessage"], [queue.queue_arn])


def allow_service(owner: Owner, queue: Queue, service: str) -> None:
    """Allow a service to encrypt what it sends to a queue.

    CDK allows it to send messages, but leaves out the key of the queue.

    Args:
        owner: The function.
        queue: The queue.
        service: The principal of the service, such as ``sns.amazonaws.com``.
    """
    key = queue.encryption_master_key
    if key is not None:
        key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                principals=[iam.ServicePrincipal(service)],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
    if not isinstance(queue, sqs.Queue):
        Annotations.of(owner.construct).add_warning_v2(
            "serverless-stack:failures-policy",
            f"the queue {path_of(queue)} is not in this app: its policy must allow {service} "
            "to send messages, otherwise events that cannot be delivered are lost",
        )


def delivery_problems(owner: Owner, given: Queue | None) -> list[str]:
    """List why a queue cannot take events that a service could not deliver.

    Args:
        owner: The function.
        given: The queue of the caller, or None.
    """
    problems = failures_problems(given)
    if isinstance(given, sqs.Queue) and not owner.is_in_stack_of(given):
        problems.append(
            f"`failures` must be a queue of the stack {path_of(stack_of(owner.construct))}, "
            f"whose policy can name the trigger, got: {path_of(given)}"
        )
    return problems


def async_problems(owner: Owner, given: Queue | None) -> list[str]:
    """List why a queue cannot take the events that a function failed to handle.

    Args:
        owner: The function.
        given: The queue of the caller, or None.
    """
    first: Queue | None = getattr(owner.construct, _ASYNC, None)
    if given is None or first is None or path_of(first) == path_of(given):
        return []
    return [
        f"`failures` must be the same queue for all events of a function, {path_of(first)}, "
        f"got: {path_of(given)}; AWS Lambda has one dead-letter queue for each function"
    ]


def keep_failed_events(owner: Owner, given: Queue | None) -> Queue | None:
    """Keep the events that a function fails to handle, after Lambda called it three times.

    S3, SNS and EventBridge call functions asynchronously: failures go to the dead-letter queue of
    the function, whatever called it.

    Args:
        owner: The function.
        given: The queue of the caller. Default: the queue that the function has already, by its
            profile or its arguments, or a new one.

    Returns:
        The queue; None if the function has a destination for failures (``on_failure``).
    """
    raw = default_child(owner.function, lambda_.CfnFunction)
    first: Queue | None = getattr(owner.construct, _ASYNC, None)
    if given is None and first is not None:
        return first
    if given is None and raw.dead_letter_config is not None:
        return dead_letter_queue(owner.construct, owner.profile)
    if given is None and _has_destination(owner):
        return None
    queue = failures_of(owner, given)
    allow_sending(owner, queue)
    raw.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(
        target_arn=queue.queue_arn
    )
    grantee = grantee_of(owner.function)
    if isinstance(grantee, iam.ManagedPolicy):
        # Lambda checks the permission when it creates the function.
        owner.function.node.add_dependency(grantee)
    setattr(owner.construct, _ASYNC, queue)
    return queue


def _has_destination(owner: Owner) -> bool:
    settings = owner.construct.node.try_find_child("Invocations")
    if not isinstance(settings, lambda_.CfnEventInvokeConfig):
        return False
    destinations = properties_of(settings).get("destinationConfig")
    return isinstance(destinations, Mapping) and destinations.get("onFailure") is not None
