"""The alias that callers of a function use, if the function has published versions."""

from weakref import WeakKeyDictionary

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

LIVE = "live"
"""The name of the alias."""
_ALIASES: WeakKeyDictionary[Construct, lambda_.Alias] = WeakKeyDictionary()


def live_alias(scope: Construct, function: lambda_.Function) -> lambda_.Alias:
    """Return the alias of a function that points to its newest version; create it on first use.

    CDK publishes a new version whenever the code or the configuration of the function changes.

    Args:
        scope: The construct of the function.
        function: The function.
    """
    if scope not in _ALIASES:
        _ALIASES[scope] = lambda_.Alias(
            scope, "Live", alias_name=LIVE, version=function.current_version
        )
    return _ALIASES[scope]


def find_live_alias(scope: Construct) -> lambda_.Alias | None:
    """Return the alias of a function, or None if the function has none.

    Args:
        scope: The construct of the function.
    """
    return _ALIASES.get(scope)
