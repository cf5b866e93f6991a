"""The parts of ``connect(function)`` that all constructs share."""

from collections.abc import Mapping
from typing import Literal, Protocol, TypeAlias, cast

from aws_cdk import TreeInspector
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.lambda_function import (
    environment_name_problems,
    environment_value_problems,
)
from serverless_stack.constructs._internal.children import raw_function
from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.tree import path_of, stack_of


class HasFunction(Protocol):
    """A construct that wraps a function, such as ``LambdaHandler``."""

    @property
    def function(self) -> lambda_.Function:
        """The function."""
        ...


Access: TypeAlias = Literal["read", "write", "read-write"]
"""What a function may do with a resource."""

Connectable: TypeAlias = lambda_.Function | lambda_.Alias | lambda_.Version | HasFunction
"""A function whose environment can be set: itself, its alias or version, or what wraps it."""

Invokable: TypeAlias = (
    lambda_.IFunction | lambda_.Function | lambda_.Alias | lambda_.Version | HasFunction
)
"""A function that can be called; an imported one as well."""


class HasBucket(Protocol):
    """A construct that wraps a bucket, such as ``StorageBucket``."""

    @property
    def bucket(self) -> s3.Bucket:
        """The bucket."""
        ...


AnyBucket: TypeAlias = s3.IBucket | s3.Bucket | HasBucket
"""A bucket, an imported one as well, or what wraps it."""


def bucket_of(target: AnyBucket) -> s3.IBucket:
    """Return the bucket itself.

    Args:
        target: The bucket, or a construct that wraps a bucket.
    """
    bucket = getattr(target, "bucket", None)
    return bucket if isinstance(bucket, s3.Bucket) else cast(s3.IBucket, target)


def function_of(target: Connectable) -> lambda_.Function:
    """Return the function whose environment ``connect`` sets.

    Args:
        target: The function, its alias or version, or a construct that wraps a function.

    Raises:
        ValueError: If the function was imported or is of another class, so that its environment
            cannot be set.
    """
    function: object = target
    if isinstance(function, lambda_.Alias | lambda_.Version):
        function = function.lambda_
    if not isinstance(function, lambda_.Function):
        function = getattr(function, "function", None)
    if isinstance(function, lambda_.Function):
        return function
    node = getattr(target, "node", None)
    raise ValueError(
        "`function` must be a LambdaHandler or an aws_lambda.Function of this app, whose "
        f"environment can be set, got: {repr(target) if node is None else node.path}"
    )


def invokable_of(target: Invokable) -> lambda_.IFunction:
    """Return the function, version or alias to call.

    Args:
        target: The function, its alias or version, or a construct that wraps a function. Of a
            ``LambdaHandler`` with an alias it is the alias.
    """
    function = getattr(target, "function", None)
    if not isinstance(function, lambda_.Function):
        return cast(lambda_.IFunction, target)
    return cast(lambda_.IFunction, getattr(target, "target", function))


def add_environment(
    function: lambda_.Function,
    variables: Mapping[str, str],
    remedy: str = "pass another `env_prefix` to `connect`",
) -> None:
    """Set environment variables that are not set yet; CDK's own method overwrites silently.

    Args:
        function: The function.
        variables: Names and values.
        remedy: What to do if a name is already set.

    Raises:
        ValueError: If a name is already set or refused by Lambda; then no variable is set.
    """
    problems = Problems(path_of(function))
    problems.add(environment_name_problems(variables))
    problems.add(environment_value_problems(variables))
    duplicates = sorted(set(variables) & set(_environment_of(function)))
    if duplicates:
        problems.fail(
            f"`environment` must have each name once, got again: {', '.join(duplicates)}; {remedy}"
        )
    problems.raise_if_any()
    for name, value in variables.items():
        function.add_environment(name, value)


def _environment_of(function: lambda_.Function) -> Mapping[str, object]:
    # `raw.environment` does not work: jsii turns that token into an empty structure.
    inspector = _inspector_of(function)
    raw_function(function).inspect(inspector)
    attributes = stack_of(function).resolve(inspector)["attributes"]
    properties = attributes["aws:cdk:cloudformation:props"] or {}
    environment = properties.get("environment") or {}
    return cast(Mapping[str, object], environment.get("variables") or {})


@once_per_object
def _inspector_of(function: lambda_.Function) -> TreeInspector:
    return TreeInspector()
