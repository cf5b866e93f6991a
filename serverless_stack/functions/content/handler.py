"""The function behind ``ContentDeployment``."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from serverless_stack._shared.content.index import from_json
from serverless_stack._shared.content.rules import CacheRule, TagRule
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
from serverless_stack.operations.content.deployment import THREADS, Deployment
from serverless_stack.operations.content.errors import OutOfTimeError
from serverless_stack.operations.content.manifest import Journal
from serverless_stack.operations.content.removal import delete, release
from serverless_stack.operations.content.stores.s3 import s3_client
from serverless_stack.operations.content.target import Source, Target

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_RESERVE_SECONDS = 60
_MAX_HAND_OVERS = 12
_MAX_SECONDS = 55 * 60  # CloudFormation waits an hour
_MAX_WAIT_SECONDS = 50 * 60
_PERMISSION_SECONDS = 90
_Result = TypeVar("_Result")


def handler(event: Event, context: Context) -> None:
    """Answer CloudFormation, in this call or in one to which this one hands over.

    Args:
        event: The request; with ``HandOver`` it was handed over by an earlier call.
        context: The context of the call.
    """
    removes = event.get("RequestType") == "Delete"
    work = (lambda: _removed(event)) if removes else (lambda: _deployed(event, context))
    answered(event, context, _place(event), work)


def _place(event: Event) -> str:
    """Return the id of the resource; that of before if the properties are incomplete."""
    try:
        properties = Request.parse(event).properties
        destination = mapping_of(properties["Destination"])
        return f"{destination['Bucket']}/{destination['Prefix']}#{properties['Owner']}"
    except (KeyError, TypeError):
        return str(event.get("PhysicalResourceId") or event["LogicalResourceId"])


def _deployed(event: Event, context: Context) -> Mapping[str, Json] | None:
    """Deploy, or hand over when the time is up."""
    request = Request.parse(event)
    properties, client = request.properties, s3_client(THREADS)
    target = _patiently(lambda: target_of(properties, client))
    billed: list[int] = []
    began = float(str(event.get("Began") or time.time()))
    following: dict[str, Json] = {**event, "Began": began}

    def left() -> float:
        return context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS

    def wait_until() -> float:
        # Called when the invalidations are sent; a call that goes on waiting has it already.
        wait = float(str(properties["WaitSeconds"]))
        following.setdefault("WaitUntil", min(time.time() + wait, began + _MAX_WAIT_SECONDS))
        return float(str(following["WaitUntil"]))

    def invalidated(journal: Journal, keys: Sequence[str]) -> None:
        billed.append(invalidate(properties, journal, keys, left=left, wait_until=wait_until))

    deployment = Deployment(
        client, target, invalidated, time_is_up=lambda: left() <= 0, checkpoint=_log
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


def _removed(event: Event) -> Mapping[str, Json]:
    """Delete the files or leave them, as the properties say; the sources may be gone."""
    try:
        properties = Request.parse(event).properties
        client = s3_client(THREADS)
        target = target_of({**properties, "Sources": [], "GracePeriodDays": ""}, client)
        policy = properties["RemovalPolicy"]
    except (KeyError, TypeError, ValueError) as error:
        # No deployment began with such properties. A failure would keep the stack from going.
        logger.warning("nothing is removed, because the properties are incomplete: %s", error)
        return {"Removed": 0}
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    if policy == "destroy":
        try:
            return {"Removed": delete(client, target)}
        except ParamValidationError as error:
            logger.warning("nothing is removed, because there is no such bucket: %s", error)
            return {"Removed": 0}
    try:
        release(client, target)
    except (BotoCoreError, ClientError) as error:
        logger.warning("the manifest still claims the files: %s", error)
    return {"Removed": 0}


def target_of(properties: Mapping[str, Json], client: "S3Client") -> Target:
    """Return the state that the properties of the resource describe.

    Args:
        properties: The properties.
        client: A client of S3, which reads the indexes of the sources.
    """
    destination = mapping_of(properties["Destination"])
    sources = [mapping_of(source) for source in list_of(properties["Sources"])]
    key, days = properties.get("ConfigKey"), properties["GracePeriodDays"]
    return Target(
        bucket=str(destination["Bucket"]),
        prefix=str(destination["Prefix"]),
        manifest_key=str(properties["ManifestKey"]),
        owner=str(properties["Owner"]),
        sources=[_source(source, client) for source in sources],
        generated={str(key): f"{properties['ConfigJson']}\n".encode()} if key else {},
        cache_control=[
            CacheRule(str(rule["Pattern"]), str(rule["CacheControl"]))
            for rule in map(mapping_of, list_of(properties["CacheControl"]))
        ],
        documents=[*map(str, list_of(properties["Documents"])), *([str(key)] if key else [])],
        grace_period=int(str(days)) if days else None,
        tags=[
            TagRule(str(rule["Pattern"]), tuple(map(str, list_of(rule["Tags"]))))
            for rule in map(mapping_of, list_of(properties.get("Tags") or []))
        ],
        keeps_builds=properties.get("KeepsBuilds") == "true",
    )


def _source(properties: Mapping[str, Json], client: "S3Client") -> Source:
    place = str(properties["IndexBucket"]), str(properties["IndexKey"])
    index = client.get_object(Bucket=place[0], Key=place[1])["Body"].read().decode()
    return Source(str(properties["Bucket"]), str(properties["Key"]), from_json(index))


def _hand_over(event: Event, context: Context) -> None:
    """Start another call, which continues."""
    import boto3

    number = int(str(event.get("HandOver") or 0)) + 1
    if number > _MAX_HAND_OVERS or time.time() - float(str(event["Began"])) > _MAX_SECONDS:
        raise TimeoutError(f"the content is not deployed after {number} calls; deploy it again")
    logger.info(json.dumps({"handed over": number}))
    boto3.client("lambda").invoke(
        FunctionName=context.function_name,
        InvocationType="Event",
        Payload=json.dumps({**event, "HandOver": number}).encode(),
    )


def _patiently(work: Callable[[], _Result]) -> _Result:
    """Repeat what is refused at first: a new permission takes a moment to reach IAM."""
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
