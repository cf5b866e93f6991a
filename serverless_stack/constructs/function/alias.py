"""The alias that callers of a function use, if the function has published versions."""

from typing import cast

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.constructs._internal.once import notes_of

LIVE = "live"
"""The name of the alias."""
_ALIAS = "live alias"


def live_alias(scope: Construct, function: lambda_.Function) -> lambda_.Alias:
    """Return the alias of a function that points to its newest version; create it on first use.

    CDK publishes a new version whenever the code or the configuration of the function changes.

    Args:
        scope: The construct of the function.
        function: The function.
    """
    alias = find_live_alias(scope)
    if alias is None:
        alias = lambda_.Alias(scope, "Live", alias_name=LIVE, version=function.current_version)
        notes_of(scope)[_ALIAS] = alias
    return alias


def find_live_alias(scope: Construct) -> lambda_.Alias | None:
    """Return the alias of a function, or None if the function has none.

    Args:
        scope: The construct of the function.
    """
    return cast(lambda_.Alias | None, notes_of(scope).get(_ALIAS))
