"""Reading the events of a log group, once or again and again."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef, FilterLogEventsRequestTypeDef

OVERLAP = 30.0
"""How long an event may take to arrive, in seconds, and still be read by the next poll."""

_THROTTLED = ("ThrottlingException", "LimitExceededException", "ServiceUnavailableException")
_MAX_PAUSE = 30.0
_Key = tuple[str, int, str, int]


@dataclass(frozen=True)
class LogEvent:
    """An event of a log group.

    Attributes:
        time: When it was written.
        message: Its text, without a line break at the end.
        stream: Its log stream: one for each execution environment of a function.
    """

    time: datetime
    message: str
    stream: str


class LogReader:
    """Reads a log group. Each event is returned once, however often it is read.

    FilterLogEvents is the one call that has all streams, filters, and costs nothing; a live tail
    is billed by the minute. Events arrive late and out of order, so that each poll begins `OVERLAP`
    seconds before the newest event that it has seen.

    Args:
        client: The client of CloudWatch Logs.
        group: The name of the log group.
        since: The time of the first event, in seconds since 1970.
        pattern: A filter pattern of CloudWatch Logs. Default: all events.
        sleep: Waits a number of seconds.
    """

    def __init__(
        self,
        client: "CloudWatchLogsClient",
        group: str,
        *,
        since: float,
        pattern: str = "",
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._client = client
        self._group = group
        self._since = max(0, int(since * 1000))  # CloudWatch refuses times before 1970
        self._pattern = pattern
        self._sleep = sleep
        self._newest = self._since
        self._seen: set[_Key] = set()

    def exists(self) -> bool:
        """Return whether the log group exists: it may be created with the first event."""
        pages = self._client.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix=self._group
        )
        return any(
            group.get("logGroupName") == self._group
            for page in pages
            for group in page["logGroups"]
        )

    def read(self) -> Iterator[LogEvent]:
        """Yield the events that were not yet read, by time. A missing log group has none."""
        start = max(self._since, self._newest - int(OVERLAP * 1000))
        self._seen = {key for key in self._seen if key[1] >= start}
        # An event without an id, as the local cloud has them, is known by its place among alike.
        alike: Counter[tuple[str, int, str]] = Counter()
        newest = self._newest
        for event in self._events(start):
            stamp, message = event.get("timestamp", 0), event.get("message", "")
            text = event.get("eventId", message)
            same = (event.get("logStreamName", ""), stamp, text)
            key = (*same, alike[same])
            alike[same] += 1
            newest = max(newest, stamp)
            if key not in self._seen:
                self._seen.add(key)
                moment = datetime.fromtimestamp(stamp / 1000, UTC)
                yield LogEvent(moment, message.rstrip("\r\n"), same[0])
        self._newest = newest  # here, as a page that failed is read again

    def follow(self, pause: float) -> Iterator[LogEvent]:
        """Yield the events as they arrive, without an end.

        Args:
            pause: The seconds between two polls. Throttled calls make it longer for a while.
        """
        from botocore.exceptions import ClientError

        wait = pause
        while True:
            try:
                yield from self.read()
                wait = pause
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in _THROTTLED:
                    raise
                wait = min(wait * 2, _MAX_PAUSE)
            self._sleep(wait)

    def _events(self, start: int) -> "Iterator[FilteredLogEventTypeDef]":
        request: FilterLogEventsRequestTypeDef = {"logGroupName": self._group, "startTime": start}
        if self._pattern:
            request["filterPattern"] = self._pattern
        while True:
            try:
                answer = self._client.filter_log_events(**request)
            except self._client.exceptions.ResourceNotFoundException:
                return
            yield from answer["events"]  # may be empty before the last page
            if not answer.get("nextToken"):
                return
            request["nextToken"] = answer["nextToken"]
