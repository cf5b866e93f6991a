"""The checks in CDK: a validation plugin, and reading cloud assemblies."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serverless_stack.checks.integrations.cdk_plugin import DeployabilityChecks

__all__ = ["DeployabilityChecks"]

if not TYPE_CHECKING:  # which would believe in any name

    def __getattr__(name: str) -> object:
        # Reading assemblies needs no CDK, which the plugin loads.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from serverless_stack.checks.integrations import cdk_plugin

        return getattr(cdk_plugin, name)
