"""The Lambda function that Secrets Manager calls for each step of a rotation."""

import os
from collections.abc import Mapping
from typing import Protocol

from serverless_stack.functions.rotation.elasticache import (
    ReplicationGroupToken,
    RotatedCredential,
    UserPassword,
)
from serverless_stack.functions.rotation.endpoint import CacheEndpoint
from serverless_stack.functions.rotation.rotation import Rotation

_RESERVE_SECONDS = 20
_POLL_SECONDS = 5.0


class Context(Protocol):
    """Lambda's context of a call."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the call may still take."""
        ...


def handler(event: Mapping[str, str], context: Context) -> None:
    """Run one step of a rotation.

    The environment variables ``CACHE_ENDPOINT``, and ``REPLICATION_GROUP_ID`` or ``USER_ID``,
    name the cache and the credential.

    Args:
        event: The request, with ``Step``, ``SecretId`` and ``ClientRequestToken``.
        context: Lambda's context.
    """
    import boto3
    from botocore.config import Config

    timeouts = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})
    host, _, port = os.environ["CACHE_ENDPOINT"].rpartition(":")
    user = os.environ.get("USER_ID", "")
    elasticache = boto3.client("elasticache", config=timeouts)
    credential: RotatedCredential = (
        UserPassword(user, elasticache, _POLL_SECONDS)
        if user
        else ReplicationGroupToken(os.environ["REPLICATION_GROUP_ID"], elasticache, _POLL_SECONDS)
    )
    Rotation(
        secret=event["SecretId"],
        version=event["ClientRequestToken"],
        credential=credential,
        endpoint=CacheEndpoint(host, int(port), user),
        client=boto3.client("secretsmanager", config=timeouts),
        remaining=lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS,
    ).run(event["Step"])
