"""Connections to tables, queues, topics, secrets and functions: services without a network."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct

from serverless_stack._shared import contract
from serverless_stack.constructs._internal.acknowledge import acknowledge_resources_later
from serverless_stack.constructs._internal.connect import Access
from serverless_stack.constructs._internal.roles import grant_secret, permissions_holder
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.function.connections.connection import (
    Connection,
    Request,
    chosen_access,
    grant_actions,
    grant_key_of,
)
from serverless_stack.constructs.network import reachability

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb

_CALLS: WeakKeyDictionary[IConstruct, dict[str, set[str]]] = WeakKeyDictionary()  # of each app
_READ_ITEMS = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
)
_WRITE_ITEMS = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)
_CONSUME = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)
_SEND = ("sqs:GetQueueAttributes", "sqs:SendMessage")
# "DynamoDB encryption at rest usage notes": the service uses the key with the caller's permissions.
_READ_KEY = ("kms:Decrypt",)
_WRITE_KEY = ("kms:Decrypt", "kms:GenerateDataKey")


def to_table(table: "dynamodb.ITable", request: Request) -> Connection:
    """Return the connection to a DynamoDB table and its indexes.

    Args:
        table: The table.
        request: What the caller asked for.
    """
    modes: dict[Access, str] = {
        "read-write": "read and write items",
        "read": "read items",
        "write": "write items",
    }
    access = chosen_access(request, modes, "a table")

    def grant() -> None:
        if access != "write":
            # CDK adds the indexes, if the table has any by the time of synthesis.
            table.grant(request.grantee, *_READ_ITEMS)
            _acknowledge_indexes(table, request)
        if access != "read":
            grant_actions(request, _WRITE_ITEMS, [table.table_arn])
        keys = _READ_KEY if access == "read" else _WRITE_KEY
        grant_key_of(request, table.encryption_key, keys, "dynamodb")

    prefix = request.env_prefix or contract.TABLE_PREFIX
    variables = {contract.table_name(prefix): table.table_name}
    return Connection(variables, grant, reachability.DYNAMODB)


def _acknowledge_indexes(table: "dynamodb.ITable", request: Request) -> None:
    acknowledge_resources_later(
        permissions_holder(request.function),
        [f"{table.table_arn}/index/*"],
        "a function that reads a table may read every index of that table",
    )


def to_queue(queue: sqs.IQueue, request: Request) -> Connection:
    """Return the connection to an SQS queue.

    Args:
        queue: The queue.
        request: What the caller asked for.
    """
    modes: dict[Access, str] = {
        "write": "send messages",
        "read": "receive and delete messages",
        "read-write": "both",
    }
    access = chosen_access(request, modes, "a queue")
    actions = {"write": _SEND, "read": _CONSUME, "read-write": sorted({*_SEND, *_CONSUME})}

    def grant() -> None:
        grant_actions(request, actions[access], [queue.queue_arn])
        keys = _READ_KEY if access == "read" else _WRITE_KEY
        grant_key_of(request, queue.encryption_master_key, keys, "sqs")

    prefix = request.env_prefix or contract.QUEUE_PREFIX
    return Connection({contract.queue_url(prefix): queue.queue_url}, grant, reachability.SQS)


def to_topic(topic: sns.ITopic, request: Request) -> Connection:
    """Return the connection to an SNS topic.

    Args:
        topic: The topic.
        request: What the caller asked for.
    """
    chosen_access(request, {"write": "publish messages"}, "a topic")

    def grant() -> None:
        grant_actions(request, ["sns:Publish"], [topic.topic_arn])
        grant_key_of(request, topic.master_key, _WRITE_KEY, "sns")

    prefix = request.env_prefix or contract.TOPIC_PREFIX
    return Connection({contract.topic_arn(prefix): topic.topic_arn}, grant, reachability.SNS)


def to_secret(secret: secretsmanager.ISecret, request: Request) -> Connection:
    """Return the connection to a secret of Secrets Manager.

    Args:
        secret: The secret.
        request: What the caller asked for.
    """
    chosen_access(request, {"read": "read the value"}, "a secret")
    prefix = request.env_prefix or contract.SECRET_PREFIX
    return Connection(
        {contract.secret_arn(prefix): secret.secret_arn},
        lambda: grant_secret(secret, request.grantee),
        reachability.SECRETS_MANAGER,
    )


def to_function(target: lambda_.IFunction, request: Request) -> Connection:
    """Return the connection to another function, which may be invoked.

    CDK's own grant allows to invoke every version and alias.

    Args:
        target: The function, version or alias that is invoked.
        request: What the caller asked for.

    Raises:
        ValueError: If the function would invoke itself, or one that invokes it.
    """
    chosen_access(request, {"write": "invoke"}, "a function")
    called = getattr(target, "lambda_", target)
    if path_of(called) == path_of(request.function):
        raise ValueError(
            f"`resource` must be another function, got: {path_of(request.function)} itself, whose "
            "environment and role would need its own ARN"
        )
    own, other = request.function.node, called.node
    calls = _CALLS.setdefault(own.root, {})
    if _reaches(calls, other.path, own.path):
        raise ValueError(
            f"`resource` must be a function that does not call this one, got: {other.path}, which "
            f"calls {own.path}, so that CloudFormation would need each before the other; send "
            "messages to a queue instead"
        )

    def grant() -> None:
        calls.setdefault(own.path, set()).add(other.path)
        grant_actions(request, ["lambda:InvokeFunction"], [target.function_arn])

    prefix = request.env_prefix or contract.FUNCTION_PREFIX
    variables = {contract.function_arn(prefix): target.function_arn}
    return Connection(variables, grant, reachability.LAMBDA)


def _reaches(calls: Mapping[str, set[str]], caller: str, called: str) -> bool:
    """Whether a function calls another one, by others or not."""
    return any(each == called or _reaches(calls, each, called) for each in calls.get(caller, ()))
