"""Runtimes and instruction sets, of which jsii is asked once each."""

from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs._internal.once import once_per_object

PYTHON = lambda_.Runtime.PYTHON_3_14
"""The runtime of functions without another one."""
ARM_64 = lambda_.Architecture.ARM_64
"""The instruction set of functions without another one."""


@once_per_object
def name_of(kind: lambda_.Runtime | lambda_.Architecture) -> str:
    """Return the name of a runtime or an instruction set, as Lambda knows it."""
    return {PYTHON: "python3.14", ARM_64: "arm64"}.get(kind) or kind.name


@once_per_object
def family_of(runtime: lambda_.Runtime) -> lambda_.RuntimeFamily | None:
    """Return the family of a runtime; None for a runtime of your own."""
    return lambda_.RuntimeFamily.PYTHON if runtime is PYTHON else runtime.family
