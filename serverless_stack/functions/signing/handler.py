"""The Lambda function behind ``Signing``: a custom resource, a rotation, and an hourly check.

CloudFormation, Secrets Manager and EventBridge call it; the event tells them apart. None of what it
answers or logs has the private key in it.
"""

import os
from collections.abc import Callable

from serverless_stack.functions.custom_resource import (
    Context,
    Event,
    Json,
    Request,
    answered,
    logger,
)
from serverless_stack.functions.signing.key_group import PublicKeys
from serverless_stack.functions.signing.key_pairs import key_type_of
from serverless_stack.functions.signing.keys import SigningKeys
from serverless_stack.functions.signing.rotation import KeyRotation
from serverless_stack.functions.signing.secret import KeySecret

_RESERVE_SECONDS = 20


def handler(event: Event, context: Context) -> None:
    """Handle a request of CloudFormation, a step of a rotation, or a call by the schedule.

    The environment variables ``NAME``, ``SECRET_ARN``, ``KEY_TYPE``, ``KEEP_SECONDS`` and
    ``SWITCH_SECONDS`` have the settings.

    Args:
        event: The event. ``KeepSeconds`` in a call by hand replaces ``KEEP_SECONDS``: with 0, keys
            that sign nothing any more are removed at once.
        context: The context of the call.
    """
    keep_seconds = float(os.environ["KEEP_SECONDS"])

    def remaining() -> float:
        return context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS

    if "RequestType" in event:
        name = str(event.get("PhysicalResourceId") or os.environ["NAME"])
        answered(event, context, name, lambda: _deploy(event, name, remaining))
        return
    keys = _keys(os.environ["NAME"], remaining)
    if "Step" in event:
        KeyRotation(
            keys,
            version=str(event["ClientRequestToken"]),
            key_type=key_type_of(os.environ["KEY_TYPE"]),
            keep_seconds=keep_seconds,
        ).run(str(event["Step"]))
        return
    given = event.get("KeepSeconds")
    keys.remove_retired(float(given) if isinstance(given, int | float) else keep_seconds)


def _deploy(event: Event, name: str, remaining: Callable[[], float]) -> dict[str, Json]:
    request = Request.parse(event)
    keys = _keys(name, remaining)
    if request.kind == "Delete":
        keys.delete()
        return {}
    key_type = key_type_of(request.properties.get("KeyType"))
    group_id = keys.ensure(key_type, request.operation)
    logger.info("the key group is %s", group_id)
    return {"KeyGroupId": group_id}


def _keys(name: str, remaining: Callable[[], float]) -> SigningKeys:
    import boto3
    from botocore.config import Config

    timeouts = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})
    return SigningKeys(
        secret=KeySecret(os.environ["SECRET_ARN"], boto3.client("secretsmanager", config=timeouts)),
        public_keys=PublicKeys(name, boto3.client("cloudfront", config=timeouts)),
        remaining=remaining,
        switch_seconds=float(os.environ["SWITCH_SECONDS"]),
    )
