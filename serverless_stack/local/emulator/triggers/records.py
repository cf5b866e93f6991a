"""What the records of Kinesis and DynamoDB streams say of themselves."""

import time

from .shards import Record


def sequence_number(record: Record) -> str:
    """Return the sequence number of a record."""
    if "kinesis" in record:
        return str(record["kinesis"]["sequenceNumber"])
    return str(record["dynamodb"]["SequenceNumber"])


def arrival(record: Record) -> float:
    """Return when a record was written."""
    if "kinesis" in record:
        return float(record["kinesis"]["approximateArrivalTimestamp"])
    return float(record["dynamodb"]["ApproximateCreationDateTime"])


def iso(moment: float) -> str:
    """Return a time as AWS writes it."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment % 1 * 1000):03d}Z"
