"""The function that Secrets Manager calls for each step of a rotation."""

import os
from collections.abc import Mapping
from typing import Protocol

from serverless_stack.functions.rotation.login import Login
from serverless_stack.functions.rotation.steps import Rotation
from serverless_stack.functions.rotation.targets import (
    ReplicationGroupToken,
    Target,
    UserPassword,
)

_RESERVE_SECONDS = 20
_POLL_SECONDS = 5.0


class Context(Protocol):
    """What Lambda tells a function about its call."""

    def get_remaining_time_in_millis(self) -> int:
        """How long the call may still take."""
        ...


def handler(event: Mapping[str, str], context: Context) -> None:
    """Do one step.

    The variables ``CACHE_ENDPOINT``, and ``REPLICATION_GROUP_ID`` or ``USER_ID``, say of what.

    Args:
        event: The call, with ``Step``, ``SecretId`` and ``ClientRequestToken``.
        context: The context of the call.
    """
    import boto3
    from botocore.config import Config

    timeouts = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})
    host, _, port = os.environ["CACHE_ENDPOINT"].rpartition(":")
    user = os.environ.get("USER_ID", "")
    elasticache = boto3.client("elasticache", config=timeouts)
    target: Target = (
        UserPassword(user, elasticache, _POLL_SECONDS)
        if user
        else ReplicationGroupToken(os.environ["REPLICATION_GROUP_ID"], elasticache, _POLL_SECONDS)
    )
    Rotation(
        secret=event["SecretId"],
        version=event["ClientRequestToken"],
        target=target,
        login=Login(host, int(port), user),
        client=boto3.client("secretsmanager", config=timeouts),
        patience=lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS,
    ).run(event["Step"])
