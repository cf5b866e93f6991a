"""What a function is created with, and the warnings about it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import Annotations, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.tree import stack_of


class NoByteCode(enum.Enum):
    """Why a package has no byte code."""

    ASKED_FOR = enum.auto()
    NO_INTERPRETER = enum.auto()
    TOO_LARGE = enum.auto()


@dataclass(frozen=True)
class FunctionCode:
    """The code of a function.

    Attributes:
        construct: The class of the function with its code, entry point and runtime; takes the other
            arguments of ``aws_lambda.Function``.
        source: What the user gave as code, for messages.
        unpinned: The distributions in it that the requirements do not pin, sorted.
        no_byte_code: Why it has no byte code; None if it has, or is not wanted to.
        python: The Python version of the function, such as ``3.14``, if it has a Python package.
    """

    construct: Callable[..., lambda_.Function]
    source: object = None
    unpinned: tuple[str, ...] = ()
    no_byte_code: NoByteCode | None = None
    python: str = ""

    def add_warnings(self, scope: Construct) -> None:
        """Warn of code that differs between machines, or lacks byte code.

        Args:
            scope: The construct of the function.
        """
        if self.unpinned:
            Annotations.of(scope).add_warning_v2(
                "serverless-stack:unpinned-requirements",
                f"the requirements of {self.source} do not pin {', '.join(self.unpinned)}, so that "
                "another machine may deploy other code; `uv pip compile --generate-hashes` pins "
                "all of them",
            )
        if self.no_byte_code is NoByteCode.ASKED_FOR:
            Annotations.of(scope).add_warning_v2(
                "serverless-stack:no-byte-code",
                f"{self.source} is deployed without byte code, because this machine has no "
                f"interpreter of the function's Python version; `uv python install {self.python}` "
                "installs one",
            )
        elif self.no_byte_code is NoByteCode.NO_INTERPRETER:
            _note_missing_interpreter(stack_of(scope), self.python)
        elif self.no_byte_code is NoByteCode.TOO_LARGE:
            Annotations.of(scope).add_info_v2(
                "serverless-stack:no-byte-code",
                f"{self.source} is deployed without byte code, with which it would be too large "
                "for Lambda",
            )


def _note_missing_interpreter(stack: Stack, python: str) -> None:
    """Add one note for all functions of a stack with the same Python version."""
    noted = _noted_versions(stack)
    if python in noted:
        return
    noted.add(python)
    Annotations.of(stack).add_info_v2(
        "serverless-stack:no-byte-code",
        "Python functions are deployed without byte code, which would shorten their cold starts, "
        f"because this machine has no Python {python}; `uv python install {python}` installs it",
    )


@once_per_object
def _noted_versions(_stack: Stack) -> set[str]:
    return set()
