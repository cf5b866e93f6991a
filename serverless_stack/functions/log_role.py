"""The function that sets API Gateway's CloudWatch role, once for an account and region."""

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from serverless_stack.functions.custom_resource import (
    Context,
    Event,
    Json,
    Request,
    answered,
    logger,
)

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_apigateway.client import APIGatewayClient

_RESERVE_SECONDS = 20
_MAX_SECONDS = 240
_PAUSE_SECONDS = 5.0
# Another stack is setting the role, or has used up the quota of one call in 20 seconds ("Amazon API
# Gateway quotas"); or IAM has not told API Gateway of the new role yet.
_TRANSIENT = frozenset({"ConflictException", "TooManyRequestsException", "ThrottlingException"})
_NOT_YET = "permissions"


def handler(event: Event, context: Context) -> None:
    """Handle a request of CloudFormation.

    Args:
        event: The request, with ``RoleArn``.
        context: The context of the call.
    """
    name = str(event["LogicalResourceId"])
    answered(event, context, name, lambda: _run(event, context))


def _run(event: Event, context: Context) -> dict[str, Json]:
    if event.get("RequestType") == "Delete":  # other APIs of the account use the role
        return {}
    import boto3
    from botocore.config import Config

    request = Request.parse(event)
    timeouts = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})
    left = context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS
    client = boto3.client("apigateway", config=timeouts)
    role = set_role(client, str(request.properties["RoleArn"]), min(left, _MAX_SECONDS))
    return {"RoleArn": role}


def set_role(
    client: "APIGatewayClient",
    role_arn: str,
    seconds: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Set the CloudWatch role of an account that has none.

    A role that is set is never replaced. The settings are read again before each attempt, because
    another stack may have set its role meanwhile.

    Args:
        client: The client of API Gateway.
        role_arn: The role to set.
        seconds: How long to repeat what fails for the moment.
        sleep: Called with the seconds between two attempts.
        clock: Returns the time in seconds.

    Returns:
        The role that the account has now.

    Raises:
        botocore.exceptions.ClientError: If API Gateway refuses the role, or goes on refusing it.
    """
    from botocore.exceptions import ClientError

    until = clock() + seconds
    while True:
        try:
            role = client.get_account().get("cloudwatchRoleArn")
            if role:
                logger.info("the account has the CloudWatch role %s", role)
                return role
            client.update_account(
                patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role_arn}]
            )
            logger.info("set the CloudWatch role %s", role_arn)
            return role_arn
        except ClientError as error:
            pause = _PAUSE_SECONDS * random.uniform(1, 2)  # two stacks do not stay in step
            if not _may_pass(error) or clock() + pause > until:
                raise
            logger.info("not yet: %s", error)
            sleep(pause)


def _may_pass(error: "ClientError") -> bool:
    details = error.response.get("Error", {})
    if details.get("Code") in _TRANSIENT:
        return True
    return details.get("Code") == "BadRequestException" and _NOT_YET in details.get("Message", "")
