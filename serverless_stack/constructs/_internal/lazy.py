"""Modules of CDK that are loaded on first use, because importing all of them takes long."""

from importlib import import_module


class LazyModule:
    """A module that is loaded when a name of it is used, also one in an annotation.

    Use it where type checkers see the import:

        if TYPE_CHECKING:
            from aws_cdk import aws_dynamodb as dynamodb
        else:
            dynamodb = LazyModule("aws_cdk.aws_dynamodb")

    Args:
        name: The name of the module.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        return getattr(import_module(self._name), name)
