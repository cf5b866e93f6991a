"""Event source mappings of Kinesis and DynamoDB streams.

MiniStack repeats a batch that fails for ever: it knows neither retries, bisection and partial
failures, nor where records go that failed, and one function holds up all others. See "Using Lambda
with Amazon Kinesis" and "Using Lambda with Amazon DynamoDB".
"""

import base64
import json
import logging
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_region, request_scope
from ministack.services import dynamodb, kinesis, lambda_svc

from ..triggers.answers import first_failure
from ..triggers.records import arrival, iso, sequence_number
from ..triggers.shards import Record, Settings, Shard
from .dropped_properties import store_after
from .queues import send
from .types import Properties

logger = logging.getLogger("serverless_stack.triggers")

# By account, region, id of the mapping and id of the shard.
SHARDS: dict[tuple[str, str, str, str], Shard] = {}
_TABLE_SHARD = "shardId-00000000000000000000-00000000"


@dataclass(frozen=True)
class Source:
    """One shard that a mapping reads.

    Attributes:
        arn: The ARN that the mapping names.
        shard_id: The id of the shard.
        kind: The service, as its name is in ``KinesisBatchInfo`` or ``DDBStreamBatchInfo``.
        start: The position of the oldest record.
        end: The position after the newest record.
        place: The name of the table or stream.
        stored: The records of a Kinesis shard.
    """

    arn: str
    shard_id: str
    kind: str
    start: int
    end: int
    place: str
    stored: tuple[Record, ...] = ()

    def read(self, position: int, count: int) -> list[Record]:
        """Return records as a function gets them."""
        if self.kind == "DDBStream":
            records: list[Record] = dynamodb.stream_records_since(self.place, position, count)
            return [{**record, "eventSourceARN": self.arn} for record in records]
        return [self._event(record) for record in self.stored[position : position + count]]

    def _event(self, record: Record) -> Record:
        data = record["Data"]
        if isinstance(data, str):
            data = data.encode()
            try:
                base64.b64decode(data, validate=True)
            except ValueError:
                data = base64.b64encode(data)
        else:
            data = base64.b64encode(bytes(data))
        return {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": record["PartitionKey"],
                "sequenceNumber": record["SequenceNumber"],
                "data": data.decode(),
                "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{self.shard_id}:{record['SequenceNumber']}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": "",
            "awsRegion": get_region(),
            "eventSourceARN": self.arn,
        }


def apply() -> None:
    """Apply this module's patches."""
    read_streams()
    forget_deleted_mappings()
    store_after("AWS::Lambda::EventSourceMapping", store_stream_settings)


def read_streams() -> None:
    """Read streams as AWS does, each shard in a thread of its own."""
    lambda_svc._poll_kinesis = lambda: poll("kinesis")
    lambda_svc._poll_dynamodb_streams = lambda: poll("dynamodb")


def forget_deleted_mappings() -> None:
    """Drop the state of a mapping that is deleted."""
    release = lambda_svc._release_esm_poll_state

    def release_shards(mapping_id: str) -> None:
        for key in [key for key in SHARDS if key[2] == mapping_id]:
            SHARDS.pop(key, None)
        release(mapping_id)

    lambda_svc._release_esm_poll_state = release_shards


def store_stream_settings(mapping_id: str, props: Properties) -> None:
    """Store properties of a mapping that MiniStack drops or reads as text."""
    mapping = lambda_svc._esms[mapping_id]
    is_queue = ":sqs:" in str(mapping["EventSourceArn"])
    mapping["Enabled"] = str(props.get("Enabled", True)).lower() == "true"
    mapping["BatchSize"] = int(props.get("BatchSize") or (10 if is_queue else 100))
    if props.get("StartingPositionTimestamp") is not None:
        mapping["StartingPositionTimestamp"] = float(props["StartingPositionTimestamp"])


def poll(service: str) -> bool:
    """Send what is due; return whether anything was."""
    sent = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        arn = str(mapping.get("EventSourceArn", ""))
        if f":{service}:" not in arn or not mapping.get("Enabled", True):
            continue
        with request_scope(account, region):
            function = function_of(mapping)
            if function is None:
                continue
            for source in sources(service, arn):
                sent = poll_shard((account, region), mapping, function, source) or sent
    return sent


def function_of(mapping: Record) -> Record | None:
    """Return the function of a mapping, by the ARN that its context shows."""
    function, config = lambda_svc._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )
    if function is None or config is None:
        return None
    called: Record = lambda_svc._execution_record_for_config(
        function, {**config, "FunctionArn": mapping["FunctionArn"]}
    )
    return called


def sources(service: str, arn: str) -> Iterator[Source]:
    """Yield the shards of a stream; none if there is no such stream."""
    if service == "dynamodb":
        name = arn.split(":table/")[-1].split("/")[0]
        table = dynamodb._tables.get(name)
        if table and table.get("LatestStreamArn") == arn:
            start, end = dynamodb.stream_start_position(name), dynamodb.stream_end_position(name)
            yield Source(arn, _TABLE_SHARD, "DDBStream", start, end, name)
        return
    name = arn.split(":stream/")[-1].split("/")[0]
    stream = kinesis._streams.get(name)
    if stream and stream["StreamStatus"] == "ACTIVE":
        for shard_id, shard in stream["shards"].items():
            records = tuple(shard["records"])
            yield Source(arn, shard_id, "Kinesis", 0, len(records), name, records)


def poll_shard(scope: tuple[str, str], mapping: Record, function: Record, source: Source) -> bool:
    """Read and send a batch of a shard if one is due; return whether one is."""
    key = (*scope, str(mapping["UUID"]), source.shard_id)
    shard = SHARDS.get(key)
    if shard is None:
        shard = SHARDS[key] = Shard(first_position(mapping, source))
    settings = Settings.of(mapping)
    shard.position = max(shard.position, source.start)
    available = source.end - shard.position
    if not shard.is_due(available, settings, time.time()):
        return False
    if not shard.batches:
        read = source.read(shard.position, settings.batch_size)
        shard.read(lambda_svc._apply_filter_criteria(read, mapping), len(read))
        if not shard.batches:
            return True
    shard.busy = True
    lambda_svc._dispatch_esm_batch(
        f"{mapping['UUID']}/{source.shard_id}",
        send_batch,
        shard,
        settings,
        mapping,
        function,
        source,
    )
    return True


def first_position(mapping: Record, source: Source) -> int:
    """Return where a mapping begins to read a shard."""
    where = mapping.get("StartingPosition", "LATEST")
    if source.kind == "DDBStream":
        known = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"])
        if known is not None:
            return int(known)
    if where == "AT_TIMESTAMP":
        since = float(mapping.get("StartingPositionTimestamp") or 0)
        times = [float(record["ApproximateArrivalTimestamp"]) for record in source.stored]
        return next((place for place, arrived in enumerate(times) if arrived >= since), source.end)
    created = float(mapping.get("LastModified") or 0)
    if where == "LATEST" and source.kind == "Kinesis":
        times = [float(record["ApproximateArrivalTimestamp"]) for record in source.stored]
        return next((place for place, at in enumerate(times) if at >= created), source.end)
    return source.start


def send_batch(
    shard: Shard, settings: Settings, mapping: Record, function: Record, source: Source
) -> None:
    """Send the first batch of a shard to a function."""
    result: Record = {}

    def call(records: list[Record]) -> int | None:
        result.clear()
        result.update(lambda_svc._execute_function(function, {"Records": records}))
        reports = "ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or [])
        failed = None
        if result.get("error"):
            failed = 0
        elif reports:
            failed = first_failure(result.get("body"), [sequence_number(item) for item in records])
        mapping["LastProcessingResult"] = (
            "OK" if failed is None else "PROBLEM: Function call failed"
        )
        return failed

    def give_up(records: list[Record], condition: str, attempts: int) -> None:
        on_failure = (mapping.get("DestinationConfig") or {}).get("OnFailure") or {}
        destination = on_failure.get("Destination")
        if destination:
            described = failure(mapping, function, source, records, condition, attempts, result)
            send(str(destination), json.dumps(described))
        logger.warning(
            "%s gave up %s records of %s: %s",
            mapping["FunctionName"],
            len(records),
            source.arn,
            condition,
        )

    try:
        shard.send(settings, call, give_up, arrival, time.time())
    finally:
        shard.busy = False


def failure(
    mapping: Record,
    function: Record,
    source: Source,
    records: list[Record],
    condition: str,
    attempts: int,
    result: Record,
) -> dict[str, Any]:
    """Return what a destination for failures gets: where the records are, not the records."""
    config = function.get("config") or function
    return {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": mapping["FunctionArn"],
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": config.get("Version", "$LATEST"),
            **({"functionError": "Unhandled"} if result.get("error") else {}),
        },
        "version": "1.0",
        "timestamp": iso(time.time()),
        f"{source.kind}BatchInfo": {
            "shardId": source.shard_id,
            "startSequenceNumber": sequence_number(records[0]),
            "endSequenceNumber": sequence_number(records[-1]),
            "approximateArrivalOfFirstRecord": iso(arrival(records[0])),
            "approximateArrivalOfLastRecord": iso(arrival(records[-1])),
            "batchSize": len(records),
            "streamArn": source.arn.split("/consumer/")[0],
        },
    }
