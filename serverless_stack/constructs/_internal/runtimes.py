"""Runtimes and instruction sets, of which jsii is asked once each."""

from functools import cache

from aws_cdk import aws_lambda as lambda_

PYTHON = lambda_.Runtime.PYTHON_3_14
"""The runtime of functions without another one."""
ARM_64 = lambda_.Architecture.ARM_64
"""The instruction set of functions without another one."""


@cache
def name_of(kind: lambda_.Runtime | lambda_.Architecture) -> str:
    """Return the name of a runtime or an instruction set, as Lambda knows it.

    Args:
        kind: The runtime or the instruction set.
    """
    return kind.name


@cache
def family_of(runtime: lambda_.Runtime) -> lambda_.RuntimeFamily | None:
    """Return the family of a runtime; None for a runtime of your own.

    Args:
        runtime: The runtime.
    """
    return runtime.family
