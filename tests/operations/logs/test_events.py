"""Reading and following a log group, with a double of CloudWatch Logs."""

import itertools
from collections.abc import Sequence
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from serverless_stack.operations.logs import LogReader
from serverless_stack.operations.logs.events import OVERLAP

GROUP = "/aws/lambda/shop"
START = 1_700_000_000.0
Event = dict[str, object]


def event(seconds: float, message: str, *, number: str = "", stream: str = "a") -> Event:
    stamp = int((START + seconds) * 1000)
    known = {"eventId": number} if number else {}
    return {"timestamp": stamp, "message": message, "logStreamName": stream, **known}


class Logs:
    """A reader, and the answers that its polls get."""

    def __init__(self, pattern: str = "") -> None:
        self.client: Any = boto3.client(
            "logs", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        self.stub = Stubber(self.client)
        self.stub.activate()
        self.pauses: list[float] = []
        self.reader = LogReader(
            self.client, GROUP, since=START, pattern=pattern, sleep=self.pauses.append
        )

    def answer(self, events: Sequence[Event], *, token: str = "", start: object = ANY) -> None:
        given: dict[str, object] = {"events": list(events)}
        if token:
            given["nextToken"] = token
        self.stub.add_response(
            "filter_log_events", given, {"logGroupName": GROUP, "startTime": start}
        )

    def fail(self, code: str) -> None:
        self.stub.add_client_error("filter_log_events", code, http_status_code=400)

    def read(self) -> list[str]:
        return [each.message for each in self.reader.read()]


def test_a_beginning_before_1970_is_the_first_that_aws_takes() -> None:
    logs = Logs()
    logs.reader = LogReader(logs.client, GROUP, since=-1.0)
    logs.answer([event(0, "one")], start=0)
    assert logs.read() == ["one"]


def test_pages_are_read_to_the_end_even_if_one_is_empty() -> None:
    logs = Logs()
    request = {"logGroupName": GROUP, "startTime": int(START * 1000)}
    for events, given, token in [
        ([event(0, "one\n", number="1")], {}, "x"),
        ([], {"nextToken": "x"}, "y"),
        ([event(1, "two", number="2")], {"nextToken": "y"}, ""),
    ]:
        answer: dict[str, object] = {"events": events, **({"nextToken": token} if token else {})}
        logs.stub.add_response("filter_log_events", answer, {**request, **given})
    assert logs.read() == ["one", "two"]


def test_a_poll_looks_back_for_late_events_and_repeats_none() -> None:
    logs = Logs()
    first, second = event(0, "first", number="1"), event(100, "second", number="2")
    late = event(80, "late", number="3")
    logs.answer([first, second], start=int(START * 1000))
    logs.answer([late, second], start=int((START + 100 - OVERLAP) * 1000))
    logs.answer([late, second], start=int((START + 100 - OVERLAP) * 1000))
    assert [logs.read(), logs.read(), logs.read()] == [["first", "second"], ["late"], []]
    logs.stub.assert_no_pending_responses()


def test_alike_events_without_an_id_are_counted() -> None:
    logs = Logs()
    tick = event(0, "tick")
    logs.answer([tick, tick])
    logs.answer([tick, tick, tick, event(0, "tick", stream="b")])
    assert [logs.read(), logs.read()] == [["tick", "tick"], ["tick", "tick"]]


def test_what_was_read_is_forgotten_when_no_poll_returns_it() -> None:
    logs = Logs()
    for minute in range(50):
        logs.answer([event(60 * minute, f"{minute}", number=f"{minute}")])
        assert logs.read() == [f"{minute}"]
    assert len(logs.reader._seen) <= 2


def test_a_missing_group_has_no_events() -> None:
    logs = Logs()
    logs.fail("ResourceNotFoundException")
    assert logs.read() == []


@pytest.mark.parametrize(("groups", "expected"), [([GROUP], True), ([f"{GROUP}-2"], False)])
def test_whether_the_group_exists(groups: list[str], expected: bool) -> None:
    logs = Logs()
    answer = {"logGroups": [{"logGroupName": name} for name in groups]}
    logs.stub.add_response("describe_log_groups", answer, {"logGroupNamePrefix": GROUP})
    assert logs.reader.exists() is expected


def test_following_waits_longer_while_it_is_throttled_and_loses_nothing() -> None:
    logs = Logs()
    logs.fail("ResourceNotFoundException")  # the group is created by the first event
    logs.answer([event(0, "one", number="1")], token="x")
    logs.fail("ThrottlingException")  # the second page
    logs.fail("ThrottlingException")
    logs.answer([event(0, "one", number="1"), event(1, "two", number="2")])
    logs.answer([event(2, "three", number="3")])
    followed = logs.reader.follow(1)
    messages = [each.message for each in itertools.islice(followed, 3)]
    assert messages == ["one", "two", "three"]
    assert logs.pauses == [1, 2, 4, 1]


def test_following_ends_with_an_error_that_waiting_does_not_mend() -> None:
    logs = Logs()
    logs.fail("AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        next(logs.reader.follow(1))


def test_the_filter_pattern_is_sent() -> None:
    logs = Logs(pattern="ERROR")
    expected = {"logGroupName": GROUP, "startTime": ANY, "filterPattern": "ERROR"}
    logs.stub.add_response("filter_log_events", {"events": []}, expected)
    assert logs.read() == []
