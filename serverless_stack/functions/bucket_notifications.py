"""The function behind triggers by objects: it sets the notifications of a bucket."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from serverless_stack.functions.custom_resource import (
    Context,
    Event,
    Json,
    Request,
    answered,
    list_of,
    logger,
    mapping_of,
)

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_KINDS = (
    "LambdaFunctionConfigurations",
    "QueueConfigurations",
    "TopicConfigurations",
    "EventBridgeConfiguration",
)
_PERMISSION_SECONDS = 90
_PAUSE_SECONDS = 3.0
# A new permission takes a moment to reach IAM, that of the function and that of S3 to call it.
_LATER = ("AccessDenied", "403")
_NOT_YET = "Unable to validate"


def handler(event: Event, context: Context) -> None:
    """Answer CloudFormation.

    Args:
        event: The request.
        context: The context of the call.
    """
    removes = event.get("RequestType") == "Delete"
    work = (lambda: _removed(event)) if removes else (lambda: _set(event))
    answered(event, context, _place(event), work)


def _place(event: Event) -> str:
    """Return the id of the resource; that of before if the properties are incomplete."""
    try:
        properties = Request.parse(event).properties
        return f"{properties['BucketName']}#{properties['Owner']}"
    except (KeyError, TypeError):
        return str(event.get("PhysicalResourceId") or event["LogicalResourceId"])


def _set(event: Event) -> Mapping[str, Json]:
    properties = Request.parse(event).properties
    configurations = [
        _configuration(mapping_of(item)) for item in list_of(properties["Notifications"])
    ]
    bucket, owner = str(properties["BucketName"]), str(properties["Owner"])
    replace_notifications(_client(), bucket, owner, configurations)
    return {"Notifications": len(configurations)}


def _removed(event: Event) -> Mapping[str, Json]:
    """Remove what was set here; a bucket that is gone keeps no stack from going."""
    from botocore.exceptions import ClientError

    try:
        properties = Request.parse(event).properties
        bucket, owner = str(properties["BucketName"]), str(properties["Owner"])
        replace_notifications(_client(), bucket, owner, [])
    except (KeyError, TypeError) as error:
        logger.warning("nothing is removed, because the properties are incomplete: %s", error)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in ("NoSuchBucket", "404"):
            raise
        logger.warning("nothing is removed, because the bucket is gone")
    return {"Notifications": 0}


def _configuration(item: Mapping[str, Json]) -> dict[str, object]:
    """Return a notification as the API of S3 has it."""
    rules = [
        {"Name": name.lower(), "Value": str(item[name])}
        for name in ("Prefix", "Suffix")
        if item.get(name)
    ]
    filter: dict[str, object] = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
    return {
        "Id": str(item["Id"]),
        "LambdaFunctionArn": str(item["Function"]),
        "Events": [str(item["Event"])],
        **filter,
    }


def replace_notifications(
    client: "S3Client",
    bucket: str,
    owner: str,
    configurations: Sequence[Mapping[str, object]],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Replace the notifications whose ids begin with an owner, and keep all others.

    Args:
        client: The client of S3.
        bucket: The name of the bucket.
        owner: The beginning of the ids.
        configurations: The new notifications, as the API of S3 has them.
        sleep: Waits for some seconds.
        clock: Returns the time in seconds.

    Raises:
        ClientError: If S3 refuses them, after a while if it may still accept them.
    """
    from botocore.exceptions import ClientError

    limit = clock() + _PERMISSION_SECONDS
    while True:
        try:
            current = client.get_bucket_notification_configuration(Bucket=bucket)
            kept: dict[str, object] = {kind: current[kind] for kind in _KINDS if kind in current}  # type: ignore[literal-required]
            others = [
                item
                for item in current.get("LambdaFunctionConfigurations", [])
                if not item.get("Id", "").startswith(owner)
            ]
            kept["LambdaFunctionConfigurations"] = [*others, *configurations]
            client.put_bucket_notification_configuration(
                Bucket=bucket,
                NotificationConfiguration=kept,  # type: ignore[arg-type]
            )
        except ClientError as error:
            later = error.response.get("Error", {}).get("Code") in _LATER
            if not (later or _NOT_YET in str(error)) or clock() > limit:
                raise
            logger.info("S3 does not accept it yet: %s", error)
            sleep(_PAUSE_SECONDS)
        else:
            return


def _client() -> "S3Client":
    import boto3

    return boto3.client("s3")
