"""What ``connect(function)`` has in common: finding the function, its network, its environment."""

from collections.abc import Mapping
from typing import Protocol, cast

from aws_cdk import Annotations, Stack, Tokenization, TreeInspector
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services.lambda_function import (
    environment_name_problems,
    environment_value_problems,
)


class HasFunction(Protocol):
    """A construct that wraps a function, such as ``LambdaHandler``."""

    @property
    def function(self) -> lambda_.Function:
        """The function."""
        ...


Connectable = lambda_.Function | HasFunction
"""What can be connected: any ``aws_lambda.Function``, or a construct that has one."""


def function_of(target: Connectable) -> lambda_.Function:
    """Give the function behind what the user passed to ``connect``."""
    return target if isinstance(target, lambda_.Function) else target.function


def invokable_of(target: lambda_.IFunction | HasFunction) -> lambda_.IFunction:
    """Give the function, version or alias behind what the user passed as a ``handler``."""
    function = getattr(target, "function", None)
    return function if isinstance(function, lambda_.Function) else cast(lambda_.IFunction, target)


def require_vpc(function: lambda_.Function, target: str, vpc: ec2.IVpc) -> None:
    """Refuse a function that has no network path to a resource inside a VPC.

    One that is in another VPC gets a warning: it has a path if the two are peered.

    Args:
        function: The function that is being connected.
        target: The path of the resource it shall reach.
        vpc: The VPC of that resource.

    Raises:
        ValueError: If the function is outside any VPC.
    """
    if not function.is_bound_to_vpc:
        raise ValueError(
            f"`function` must be in the VPC of {target}, got: {function.node.path}, which is in "
            f"none; make it with `vpc=` and the cache's `.vpc`"
        )
    if _is_elsewhere(function, vpc):
        Annotations.of(function).add_warning_v2(
            "serverless-stack:OtherVpc",
            f"{function.node.path} is in another VPC than {target}: make it with `vpc=` and the "
            "cache's `.vpc`, or peer the two VPCs, else it does not reach the cache and the "
            "rules of the security groups are refused",
        )


def _is_elsewhere(function: lambda_.Function, vpc: ec2.IVpc) -> bool:
    """Tell whether a function is certainly in another VPC."""
    for group in function.connections.security_groups:
        raw = group.node.default_child
        if isinstance(raw, ec2.CfnSecurityGroup) and raw.vpc_id:
            places = (_vpc_of(group, raw.vpc_id), _vpc_of(vpc, vpc.vpc_id))
            return None not in places and places[0] != places[1]
    return False


def _vpc_of(scope: IConstruct, vpc_id: str) -> str | None:
    """Give what tells a VPC from others: its id, or the path of its resource; None if unknown."""
    if not is_unresolved(vpc_id):
        return vpc_id
    found = Tokenization.reverse_string(vpc_id).first_token
    target = getattr(found, "target", None)
    return target.node.path if isinstance(target, ec2.CfnVPC) else None


def add_environment(function: lambda_.Function, variables: Mapping[str, str]) -> None:
    """Set environment variables, none of which may be there already.

    CDK's own ``add_environment`` overwrites silently.

    Args:
        function: The function to configure.
        variables: Names and values.

    Raises:
        ValueError: If a name is already set or refused by Lambda; nothing is changed then.
    """
    problems = Problems(function.node.path)
    problems.add(environment_name_problems(variables))
    problems.add(environment_value_problems(variables))
    taken = sorted(set(variables) & set(_environment_of(function)))
    problems.require(
        not taken,
        f"`environment` must have each name once, got again: {', '.join(taken)}; "
        "`connect` takes another `prefix`",
    )
    problems.raise_if_any()
    for name, value in variables.items():
        function.add_environment(name, value)


def _environment_of(function: lambda_.Function) -> Mapping[str, object]:
    cfn_function = function.node.default_child
    if not isinstance(cfn_function, lambda_.CfnFunction):
        return {}
    # Not `cfn_function.environment`: jsii turns that token into an empty structure.
    inspector = TreeInspector()
    cfn_function.inspect(inspector)
    properties = inspector.attributes["aws:cdk:cloudformation:props"]
    environment = (Stack.of(function).resolve(properties) or {}).get("environment") or {}
    return cast(Mapping[str, object], environment.get("variables") or {})
