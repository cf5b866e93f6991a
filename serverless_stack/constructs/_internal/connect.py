"""The parts of ``connect(function)`` that all constructs share."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias, cast

from aws_cdk import Annotations, Stack, Tokenization, TreeInspector
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.lambda_function import (
    environment_name_problems,
    environment_value_problems,
)
from serverless_stack.constructs._internal.children import default_child


class HasFunction(Protocol):
    """A construct that wraps a function, such as ``LambdaHandler``."""

    @property
    def function(self) -> lambda_.Function:
        """The function."""
        ...


Connectable: TypeAlias = lambda_.Function | lambda_.Alias | lambda_.Version | HasFunction
"""A function whose environment can be set: itself, its alias or version, or what wraps it."""

Invokable: TypeAlias = (
    lambda_.IFunction | lambda_.Function | lambda_.Alias | lambda_.Version | HasFunction
)
"""A function that can be called; an imported one as well."""


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
        target: The function, its alias or version, or a construct that wraps a function.
    """
    function = getattr(target, "function", None)
    return function if isinstance(function, lambda_.Function) else cast(lambda_.IFunction, target)


def require_vpc(function: lambda_.Function, target: str, vpc: ec2.IVpc) -> None:
    """Refuse a function outside any VPC; warn of one in another VPC, which may be peered.

    Args:
        function: The function to connect.
        target: The path of the resource in the VPC.
        vpc: The VPC of that resource.

    Raises:
        ValueError: If the function is outside any VPC.
    """
    if not function.is_bound_to_vpc:
        raise ValueError(
            f"`function` must be in the VPC of {target}, got: {function.node.path}, which is in "
            "none; create it with `vpc=` and the cache's `.vpc`"
        )
    if _is_elsewhere(function, vpc):
        Annotations.of(function).add_warning_v2(
            "serverless-stack:OtherVpc",
            f"{function.node.path} is in another VPC than {target}: create it with `vpc=` and the "
            "cache's `.vpc`, or peer the two VPCs; otherwise it cannot reach the cache, and AWS "
            "refuses the rules of the security groups",
        )


def _is_elsewhere(function: lambda_.Function, vpc: ec2.IVpc) -> bool:
    """Return whether a function is in another VPC; False if that is unknown at synthesis."""
    for group in function.connections.security_groups:
        raw = group.node.default_child
        if isinstance(raw, ec2.CfnSecurityGroup) and raw.vpc_id:
            vpcs = (_identity_of(group, raw.vpc_id), _identity_of(vpc, vpc.vpc_id))
            return None not in vpcs and vpcs[0] != vpcs[1]
    return False


def _identity_of(scope: IConstruct, vpc_id: str) -> str | None:
    """Return the id of a VPC, or the path of its resource; None if unknown at synthesis."""
    if not is_unresolved(vpc_id):
        return vpc_id
    token = Tokenization.reverse_string(vpc_id).first_token
    target = getattr(token, "target", None)
    return target.node.path if isinstance(target, ec2.CfnVPC) else None


def add_environment(function: lambda_.Function, variables: Mapping[str, str]) -> None:
    """Set environment variables that are not set yet; CDK's own method overwrites silently.

    Args:
        function: The function.
        variables: Names and values.

    Raises:
        ValueError: If a name is already set or refused by Lambda; then no variable is set.
    """
    problems = Problems(function.node.path)
    problems.add(environment_name_problems(variables))
    problems.add(environment_value_problems(variables))
    duplicates = sorted(set(variables) & set(_environment_of(function)))
    if duplicates:
        problems.fail(
            f"`environment` must have each name once, got again: {', '.join(duplicates)}; "
            "pass another `prefix` to `connect`"
        )
    problems.raise_if_any()
    for name, value in variables.items():
        function.add_environment(name, value)


def _environment_of(function: lambda_.Function) -> Mapping[str, object]:
    # `raw.environment` does not work: jsii turns that token into an empty structure.
    inspector = TreeInspector()
    default_child(function, lambda_.CfnFunction).inspect(inspector)
    properties = inspector.attributes["aws:cdk:cloudformation:props"]
    environment = (Stack.of(function).resolve(properties) or {}).get("environment") or {}
    return cast(Mapping[str, object], environment.get("variables") or {})
