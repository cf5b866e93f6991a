"""ARNs in a stack, written in Python: ``stack.format_arn`` is a call of jsii each time."""

from aws_cdk import Stack
from constructs import IConstruct

from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.tree import region_of, stack_of


def format_arn(scope: IConstruct, service: str, resource: str) -> str:
    """Return the ARN of a resource in the account and region of a stack.

    Args:
        scope: A construct of the stack.
        service: The service, such as ``lambda``.
        resource: What stands after the account, such as ``function:name``.
    """
    stack = stack_of(scope)
    return f"arn:{_partition(stack)}:{service}:{region_of(stack)}:{_account(stack)}:{resource}"


@once_per_object
def _partition(stack: Stack) -> str:
    return stack.partition


@once_per_object
def _account(stack: Stack) -> str:
    return stack.account
