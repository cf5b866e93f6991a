"""What is read of each format of a log event."""

import json

import pytest

from serverless_stack.cli.commands.logs.lines import Line, parse

POWERTOOLS = {
    "level": "INFO",
    "location": "write_note:41",
    "message": "note written",
    "timestamp": "2026-11-29 08:53:11,461+0000",
    "service": "Shop",
    "cold_start": False,
    "function_request_id": "a8514d3a",
    "note": "welcome",
    "characters": 2,
}
TRACE = 'Traceback (most recent call last):\n  File "index.py"\nValueError: x'
REPORT = {
    "time": "2026-11-29T08:53:11.461Z",
    "type": "platform.report",
    "record": {
        "requestId": "a",
        "status": "timeout",
        "metrics": {"durationMs": 3.5, "billedDurationMs": 4, "maxMemoryUsedMB": 40},
    },
}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("plain text", Line("plain text")),
        ("{broken", Line("{broken")),
        ('{"a":' * 100_000, Line('{"a":' * 100_000)),
        ("[1, 2]", Line("[1, 2]")),
        (
            json.dumps(POWERTOOLS),
            Line("note written", "INFO", {"note": "welcome", "characters": "2"}),
        ),
        (
            json.dumps({"level": "error", "message": "failed", "exception": TRACE}),
            Line("failed", "ERROR", {}, tuple(TRACE.splitlines())),
        ),
        (
            json.dumps(
                {"log_level": "ERROR", "errorMessage": "x", "stackTrace": ["  a\n", "  b\n"]}
            ),
            Line("x", "ERROR", {}, ("  a", "  b")),
        ),
        (json.dumps({"_aws": {}, "orders": 1}), Line("metrics", "", {"orders": "1"})),
        (
            "[ERROR]\t2026-11-29T08:53:11.461Z\ta8514d3a\tfailed\n  twice",
            Line("failed", "ERROR", {}, ("  twice",)),
        ),
        (
            "[ERROR] ValueError: x\rTraceback (most recent call last):\r  a",
            Line("ValueError: x", "ERROR", {}, ("Traceback (most recent call last):", "  a")),
        ),
        ("2026-11-29T08:53:11.461Z\ta8514d3a\tWARN\tslow", Line("slow", "WARN")),
        (
            "START RequestId: a8514d3a Version: $LATEST",
            Line("START RequestId: a8514d3a Version: $LATEST", is_platform=True),
        ),
        (
            "REPORT RequestId: a\tDuration: 3 ms\tBilled Duration: 4 ms\t",
            Line("report Duration: 3 ms, Billed Duration: 4 ms", is_platform=True),
        ),
        (
            json.dumps(REPORT),
            Line("report 3.5 ms, billed 4 ms, memory 40 MB, timeout", is_platform=True),
        ),
    ],
)
def test_an_event_is_read(message: str, expected: Line) -> None:
    assert parse(message) == expected
