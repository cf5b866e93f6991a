"""The connections of a function to other resources, as a method."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.lambda_function import environment_name_problems
from serverless_stack.constructs._internal.annotations import described, type_problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.connect import (
    Access,
    HasFunction,
    add_environment,
    invokable_of,
)
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.function.connections import databases, services
from serverless_stack.constructs.function.connections.connection import (
    Connection,
    Request,
    place_problems,
)
from serverless_stack.constructs.function.connections.stores import Connecting, connect_store
from serverless_stack.constructs.network.reachability import open_way

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_rds as rds

    Resource: TypeAlias = (
        dynamodb.ITable
        | dynamodb.Table
        | dynamodb.TableV2
        | sqs.IQueue
        | sqs.Queue
        | sns.ITopic
        | sns.Topic
        | secretsmanager.ISecret
        | secretsmanager.Secret
        | rds.IDatabaseCluster
        | rds.DatabaseCluster
        | rds.IDatabaseInstance
        | rds.DatabaseInstance
        | rds.IDatabaseProxy
        | rds.DatabaseProxy
        | lambda_.IFunction
        | lambda_.Function
        | lambda_.Alias
        | lambda_.Version
        | HasFunction
        | Connecting
    )
else:
    Resource = IConstruct | Connecting  # the others would load two large modules of CDK

_ACCEPTED = (
    "a table (aws_dynamodb.ITable), a queue (aws_sqs.IQueue), a topic (aws_sns.ITopic), a secret "
    "(aws_secretsmanager.ISecret), a database (aws_rds.IDatabaseCluster, IDatabaseInstance or "
    "IDatabaseProxy), a function, or a construct with `connect` such as a StorageBucket or a cache"
)


@dataclass(frozen=True)
class _Kind:
    """A kind of resource of CDK.

    Attributes:
        module: The module of CDK.
        interface: The interface in it.
        connect: Returns the connection to such a resource.
        prefix: The default prefix of its variables.
    """

    module: str
    interface: str
    connect: Callable[..., Connection]
    prefix: str


_KINDS = (
    _Kind("aws_rds", "IDatabaseCluster", databases.to_cluster, contract.DATABASE_PREFIX),
    _Kind("aws_rds", "IDatabaseInstance", databases.to_instance, contract.DATABASE_PREFIX),
    _Kind("aws_rds", "IDatabaseProxy", databases.to_proxy, contract.DATABASE_PREFIX),
    _Kind("aws_dynamodb", "ITable", services.to_table, contract.TABLE_PREFIX),
    _Kind("aws_sqs", "IQueue", services.to_queue, contract.QUEUE_PREFIX),
    _Kind("aws_sns", "ITopic", services.to_topic, contract.TOPIC_PREFIX),
    _Kind("aws_secretsmanager", "ISecret", services.to_secret, contract.SECRET_PREFIX),
)


class Connections:
    """The method ``connect`` of ``LambdaHandler``."""

    function: lambda_.Function
    _vpc: ec2.IVpc | None

    @check_types
    def connect(
        self,
        resource: Resource,
        access: Access | None = None,
        *,
        env_prefix: str | None = None,
        user: str | None = None,
        database: str | None = None,
        prefix: str | None = None,
    ) -> None:
        """Connect this function to a resource: permissions, variables, and the way to it.

        The function is allowed what it needs and no more, and finds the resource by environment
        variables that start with ``env_prefix``. In a VPC that this library created, the service
        gets an endpoint, once: DynamoDB's is free, AWS bills the others by the hour ("AWS
        PrivateLink pricing"). In another VPC, a warning tells of a service that the function cannot
        reach.

        - A DynamoDB table: ``TABLE_NAME``. ``read-write`` (the default), ``read`` or ``write`` of
          items; reading includes the indexes. Import a table with its ``global_indexes`` to read
          those.
        - An SQS queue: ``QUEUE_URL``. ``write`` (the default) sends, ``read`` receives and deletes.
        - An SNS topic: ``TOPIC_ARN``. ``write`` publishes.
        - A secret: ``SECRET_ARN``. ``read`` reads its value.
        - An RDS cluster, instance or proxy: ``DATABASE_HOST``, ``DATABASE_PORT``,
          ``DATABASE_USER``, for a cluster ``DATABASE_READER_HOST`` and, if it is known,
          ``DATABASE_NAME``. The function logs in with IAM as ``user``, and must be in the VPC. The
          security groups let it in. ``read`` takes the reader endpoint of a cluster.
        - Another function: ``FUNCTION_ARN``, its alias if it has one. ``write`` invokes it.
        - A cache, a ``RedisUser``, a ``StorageBucket`` or anything with ``connect(function)``: as
          that does. Of a bucket ``read-write`` is the default, ``read`` and ``write`` are less.

        Args:
            resource: The resource, created in this app or imported.
            access: What the function may do. Default: see above.
            env_prefix: The prefix of the variables, such as ``ORDERS`` for a second table.
                Default: the first word of the names above.
            user: The database user, or the ``user_name`` of a cache. Default: ``app`` for a
                database. Create it with ``CREATE USER app; GRANT rds_iam TO app`` in PostgreSQL,
                ``IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'`` in MySQL ("Creating a database
                account using IAM authentication").
            database: The database in its server. Default: the one that was created with it.
            prefix: The folder of a bucket. Default: ``data/``.

        Raises:
            ValueError: If there is no such access to the resource, the function already has a
                variable of that name, or cannot reach the resource.
        """
        function = self.function
        problems = Problems(path_of(function))
        if env_prefix is not None:
            named = environment_name_problems([f"{env_prefix}_NAME"], "env_prefix")
            problems.add(text.replace(f"{env_prefix}_NAME", env_prefix) for text in named)
        for name, text in (("user", user), ("database", database)):
            problems.require(text != "", f"`{name}` must have characters, got: ''")
        problems.raise_if_any()
        request = Request(function, self._vpc, access, env_prefix, user, database, prefix)
        connection = _connection_to(resource, request, self)
        if connection is None:  # the resource has connected the function
            return
        add_environment(function, connection.variables)
        connection.grant()
        connection.open_network()
        if connection.service is not None and request.vpc is not None:
            open_way(function, request.vpc, connection.service)


def _connection_to(resource: object, request: Request, handler: Connections) -> Connection | None:
    """Return the connection to a resource; None if the resource has connected the function."""
    if _is_function(resource):
        _refuse_options(request, resource)
        _refuse_places(request, resource)
        return services.to_function(invokable_of(cast(HasFunction, resource)), request)
    if callable(getattr(resource, "connect", None)) and not isinstance(resource, type):
        connect_store(cast(Connecting, resource), request, handler)
        return None
    kind = _kind_of(resource)
    if kind is not None:
        _refuse_options(request, resource, is_database=kind.prefix == contract.DATABASE_PREFIX)
        _refuse_places(request, resource)
        return kind.connect(resource, request)
    problem = unknown_problem("resource", resource)
    raise ValueError(f"{problem} (in {path_of(request.function)})")


def unknown_problem(name: str, resource: object) -> str:
    """Return what is wrong with a resource that nothing can be connected to.

    Args:
        name: The argument, as the caller wrote it.
        resource: The resource.
    """
    return (
        f"`{name}` must be {_ACCEPTED}, got: {described(resource)}; for others call their `grant` "
        "methods and `add_environment`"
    )


def default_prefix(resource: object) -> str | None:
    """Return the prefix of the variables of a resource of CDK; None for other constructs.

    Args:
        resource: The resource.
    """
    if _is_function(resource):
        return contract.FUNCTION_PREFIX
    kind = _kind_of(resource)
    return None if kind is None else kind.prefix


def _is_function(resource: object) -> bool:
    wrapped = isinstance(getattr(resource, "function", None), lambda_.Function)
    return wrapped or _is_a(resource, lambda_.IFunction)


def _kind_of(resource: object) -> _Kind | None:
    for kind in _KINDS:
        # A resource of a module that is not loaded cannot exist.
        module = sys.modules.get(f"aws_cdk.{kind.module}")
        if module is not None and _is_a(resource, getattr(module, kind.interface)):
            return kind
    return None


def _is_a(resource: object, interface: object) -> bool:
    return not type_problems("resource", resource, interface)


def _refuse_options(request: Request, resource: object, *, is_database: bool = False) -> None:
    """Refuse the arguments of ``connect`` that a resource does not have."""
    options = {"prefix": request.prefix}
    if not is_database:
        options |= {"user": request.user, "database": request.database}
    problems = Problems(path_of(request.function))
    for name, value in options.items():
        owner = "a bucket" if name == "prefix" else "a database"
        problems.require(
            value is None,
            f"`{name}` must go with {owner}, got: {value!r} for {described(resource)}",
        )
    problems.raise_if_any()


def _refuse_places(request: Request, resource: object) -> None:
    problems = Problems(path_of(request.function))
    problems.add(place_problems(request, cast(IConstruct, resource)))
    problems.raise_if_any()
