"""Log events as lines to read: the text and JSON formats of Lambda, and those of its loggers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_LEVEL = "TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL"
_STAMP = r"\d{4}-\d\d-\d\dT[\d:.]+Z"
# Python's runtime writes "[INFO]\ttime\trequest\ttext", Node's "time\trequest\tINFO\ttext".
_PYTHON = re.compile(rf"\[({_LEVEL})\]\t{_STAMP}\t\S*\t(.*)", re.DOTALL)
_NODE = re.compile(rf"{_STAMP}\t\S+\t({_LEVEL})\t(.*)", re.DOTALL)
_BRACKETS = re.compile(rf"\[({_LEVEL})\]\s+(.*)", re.DOTALL)
_PLATFORM = re.compile(
    r"(START|END) RequestId: (?P<request>\S+).*|(INIT_START|INIT_REPORT|EXTENSION|XRAY) .*"
)
_REPORT = re.compile(r"REPORT RequestId: \S+\s+(?P<rest>.*)", re.DOTALL)

_MESSAGE_KEYS = ("message", "msg", "errorMessage")
_LEVEL_KEYS = ("level", "log_level", "levelname", "severity")
_DETAIL_KEYS = ("exception", "stack_trace", "stackTrace", "trace", "errorStack")
# What Lambda and Powertools add to each line, and the console shows elsewhere.
_HIDDEN = frozenset(
    {
        "timestamp", "time", "location", "service", "cold_start", "function_name",
        "function_memory_size", "function_arn", "function_request_id", "xray_trace_id",
        "sampling_rate", "requestId", "AWSRequestId", "logger", "exception_name", "_aws",
        "correlation_id",
    }
)  # fmt: skip
_METRICS = {
    "durationMs": "{:g} ms",
    "billedDurationMs": "billed {:g} ms",
    "initDurationMs": "init {:g} ms",
    "maxMemoryUsedMB": "memory {:g} MB",
    "memorySizeMB": "of {:g} MB",
}


@dataclass(frozen=True)
class Line:
    """An event to read.

    Attributes:
        text: The message.
        level: Its level in capital letters. Empty if it has none.
        fields: The other values of a structured event.
        details: The lines of a stack trace.
        is_platform: Whether Lambda wrote it, not the function.
    """

    text: str
    level: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    is_platform: bool = False


def parse(message: str) -> Line:
    """Return an event as a line to read. A text in no known format stays as it is."""
    if message.startswith("{"):
        try:
            document = json.loads(message)
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict):
            return _structured(document)
    if (report := _REPORT.fullmatch(message)) is not None:
        return Line(
            f"report {', '.join(report['rest'].split(chr(9))).strip(' ,')}", "", {}, (), True
        )
    if _PLATFORM.fullmatch(message) is not None:
        return Line(message.replace("\t", " "), is_platform=True)
    if (node := _NODE.fullmatch(message)) is not None:
        return _text(node[2], node[1])
    if (python := _PYTHON.fullmatch(message) or _BRACKETS.fullmatch(message)) is not None:
        return _text(python[2], python[1])
    return _text(message, "")


def _text(message: str, level: str) -> Line:
    first, *rest = re.split(r"\r\n|\r|\n", message)
    return Line(first, level, {}, tuple(rest))


def _structured(document: Mapping[str, object]) -> Line:
    record = document.get("record")
    kind = str(document.get("type", ""))
    if kind.startswith("platform.") and isinstance(record, Mapping):
        return Line(_platform(kind.removeprefix("platform."), record), is_platform=True)
    level_key = _first(document, _LEVEL_KEYS)
    text_key = _first(document, _MESSAGE_KEYS)
    details = [line for key in _DETAIL_KEYS for line in _details(document.get(key))]
    special = {level_key, text_key, *_DETAIL_KEYS, *_HIDDEN}
    fields = {key: _value(value) for key, value in document.items() if key not in special}
    text = "" if text_key is None else _value(document[text_key])
    if not text and "_aws" in document:
        text = "metrics"
    first, *more = re.split(r"\r\n|\r|\n", text)
    level = "" if level_key is None else str(document[level_key]).upper()
    return Line(first, level, fields, (*more, *details))


def _platform(kind: str, record: Mapping[str, object]) -> str:
    metrics = record.get("metrics")
    parts = []
    if isinstance(metrics, Mapping):
        for key, form in _METRICS.items():
            value = metrics.get(key)
            if isinstance(value, int | float):
                parts.append(form.format(value))
    status = record.get("status")
    if isinstance(status, str) and status != "success":
        parts.append(status)
    return f"{kind} {', '.join(parts)}".strip().replace(", of ", " of ")


def _first(document: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    return next((key for key in keys if key in document), None)


def _details(value: object) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, list):
        return [line for each in value for line in str(each).splitlines()]
    return []


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
