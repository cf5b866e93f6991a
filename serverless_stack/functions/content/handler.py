"""The function behind ``ContentDeployment``."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from serverless_stack._shared.content.index import from_json
from serverless_stack._shared.content.rules import CacheRule
from serverless_stack.functions.content.invalidating import invalidate
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
from serverless_stack.operations.content.deployment import (
    THREADS,
    Deployment,
    OutOfTimeError,
    delete,
    release,
)
from serverless_stack.operations.content.manifest import Pending
from serverless_stack.operations.content.target import Source, Target

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_RESERVE_SECONDS = 60
_MOST_HAND_OVERS = 12
_LONGEST_SECONDS = 55 * 60  # CloudFormation waits an hour
_LONGEST_WAIT_SECONDS = 50 * 60
_PERMISSION_SECONDS = 90


def handler(event: Event, context: Context) -> None:
    """Answer CloudFormation, in this call or in one to which this one hands over.

    Args:
        event: Its request; with ``HandOver`` it was handed over by an earlier call.
        context: The context of the call.
    """
    request = Request.parse(event)
    asked = request.properties
    destination = mapping_of(asked["Destination"])
    place = f"{destination['Bucket']}/{destination['Prefix']}#{asked['Owner']}"
    answered(event, context, place, lambda: _run(event, request, context))


def _run(event: Event, request: Request, context: Context) -> Mapping[str, Json] | None:
    client = s3_client()
    asked = request.properties
    if request.kind == "Delete":
        return {"Removed": _removed(asked, client)}
    target = _patiently(lambda: target_of(asked, client))
    billed: list[int] = []
    began = float(str(event.get("Began") or time.time()))
    following: dict[str, Json] = {**event, "Began": began}

    def left() -> float:
        return context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS

    def wait_until() -> float:
        # Asked when the invalidations are sent; a call that goes on waiting has it already.
        until = min(time.time() + float(str(asked["WaitSeconds"])), began + _LONGEST_WAIT_SECONDS)
        following.setdefault("WaitUntil", until)
        return float(str(following["WaitUntil"]))

    def invalidated(pending: Pending, keys: Sequence[str]) -> None:
        billed.append(invalidate(asked, pending, keys, left=left, wait_until=wait_until))

    deployment = Deployment(
        client,
        target,
        invalidated,
        time_is_up=lambda: left() <= 0,
        checkpoint=_log,
    )
    try:
        result = deployment.run()
    except OutOfTimeError:
        _hand_over(following, context)
        return None
    return {
        "Version": result.version,
        "Uploaded": result.uploaded,
        "Removed": result.removed,
        "PathsBilled": sum(billed),
    }


def _removed(asked: Mapping[str, Json], client: "S3Client") -> int:
    """Delete the files or leave them, as is wanted; the sources may be gone."""
    target = target_of({**asked, "Sources": []}, client)
    if asked["RemovalPolicy"] == "destroy":
        return delete(client, target)
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        release(client, target)
    except (BotoCoreError, ClientError) as error:
        logger.warning("the manifest still claims the files: %s", error)
    return 0


def s3_client() -> "S3Client":
    """A client with a connection for every thread."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        config=Config(
            max_pool_connections=THREADS + 4,
            connect_timeout=10,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 8},
        ),
    )


def target_of(asked: Mapping[str, Json], client: "S3Client") -> Target:
    """Read what is wanted from the properties of the resource.

    Args:
        asked: The properties.
        client: A client of S3, which reads the indexes of the sources.

    Returns:
        What is wanted.
    """
    destination = mapping_of(asked["Destination"])
    sources = [mapping_of(each) for each in list_of(asked["Sources"])]
    key, days = asked.get("ConfigKey"), asked["GracePeriodDays"]
    return Target(
        bucket=str(destination["Bucket"]),
        prefix=str(destination["Prefix"]),
        manifest_key=str(asked["ManifestKey"]),
        owner=str(asked["Owner"]),
        sources=[_source(each, client) for each in sources],
        generated={str(key): f"{asked['ConfigJson']}\n".encode()} if key else {},
        cache_control=[
            CacheRule(str(each["Pattern"]), str(each["CacheControl"]))
            for each in map(mapping_of, list_of(asked["CacheControl"]))
        ],
        documents=[*map(str, list_of(asked["Documents"])), *([str(key)] if key else [])],
        grace_period=int(str(days)) if days else None,
    )


def _source(asked: Mapping[str, Json], client: "S3Client") -> Source:
    index = client.get_object(Bucket=str(asked["IndexBucket"]), Key=str(asked["IndexKey"]))
    entries = from_json(index["Body"].read().decode())
    return Source(str(asked["Bucket"]), str(asked["Key"]), entries)


def _hand_over(event: Event, context: Context) -> None:
    """Let another call go on."""
    import boto3

    number = int(str(event.get("HandOver") or 0)) + 1
    if number > _MOST_HAND_OVERS or time.time() - float(str(event["Began"])) > _LONGEST_SECONDS:
        raise TimeoutError(f"the content is not deployed after {number} calls; deploy it again")
    logger.info(json.dumps({"handed over": number}))
    boto3.client("lambda").invoke(
        FunctionName=context.function_name,
        InvocationType="Event",
        Payload=json.dumps({**event, "HandOver": number}).encode(),
    )


def _patiently(work: Callable[[], Target]) -> Target:
    """Repeat what is refused at first: IAM may not know yet what was allowed a moment ago."""
    from botocore.exceptions import ClientError

    limit = time.monotonic() + _PERMISSION_SECONDS
    while True:
        try:
            return work()
        except ClientError as error:
            refused = error.response.get("Error", {}).get("Code") in ("AccessDenied", "403")
            if not refused or time.monotonic() > limit:
                raise
            time.sleep(3)


def _log(step: str) -> None:
    if " " not in step or step == "new documents":
        logger.info(json.dumps({"done": step}))
