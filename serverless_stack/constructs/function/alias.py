"""The alias that callers of a function use, if the function has published versions."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.constructs._internal.children import get_or_create

LIVE = "live"
"""The name of the alias."""
_ID = "Live"


def live_alias(scope: Construct, function: lambda_.Function) -> lambda_.Alias:
    """Return the alias of a function that points to its newest version; create it on first use.

    CDK publishes a new version whenever the code or the configuration of the function changes.

    Args:
        scope: The construct of the function.
        function: The function.
    """

    def create(scope: Construct, construct_id: str) -> lambda_.Alias:
        return lambda_.Alias(scope, construct_id, alias_name=LIVE, version=function.current_version)

    return get_or_create(scope, _ID, lambda_.Alias, create)


def find_live_alias(scope: Construct) -> lambda_.Alias | None:
    """Return the alias of a function, or None if the function has none.

    Args:
        scope: The construct of the function.
    """
    alias = scope.node.try_find_child(_ID)
    return alias if isinstance(alias, lambda_.Alias) else None
