"""Printing log events: to read on a terminal, raw in a pipe, or as lines of JSON."""

import json
from collections.abc import Callable
from datetime import datetime

from rich.console import Console
from rich.text import Text

from serverless_stack._shared.text import visible_line
from serverless_stack.cli.commands.logs.lines import parse
from serverless_stack.cli.terminal import console, is_terminal
from serverless_stack.operations.logs import LogEvent

_STYLES = {
    "TRACE": "dim",
    "DEBUG": "dim",
    "INFO": "green",
    "WARN": "yellow",
    "WARNING": "yellow",
    "ERROR": "bold red",
    "FATAL": "bold red",
    "CRITICAL": "bold red",
}
_LEVEL_WIDTH = 5
_SHORT = {"WARNING": "WARN", "CRITICAL": "FATAL"}


def printer(*, as_json: bool) -> Callable[[LogEvent], None]:
    """Return what prints an event: lines of JSON, readable lines on a terminal, else its text."""
    if as_json:
        return _print_json
    shown = console()
    if not is_terminal(shown):
        return _print_raw
    return lambda event: _print_line(shown, event)


def _print_json(event: LogEvent) -> None:
    try:
        message = json.loads(event.message, parse_constant=_no_json)
    except (ValueError, RecursionError):
        message = event.message
    time = event.time.isoformat(timespec="milliseconds")
    print(json.dumps({"time": time, "stream": event.stream, "message": message}), flush=True)


def _no_json(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _print_raw(event: LogEvent) -> None:
    print(event.message, flush=True)


def _print_line(shown: Console, event: LogEvent) -> None:
    line = parse(event.message)
    time = event.time.astimezone()
    today = time.date() == datetime.now().astimezone().date()
    stamp = time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S")
    text = Text().append(f"{stamp}.{time.microsecond // 1000:03d} ", "dim")
    if line.is_platform:
        text.append(f"{'':{_LEVEL_WIDTH}} {visible_line(line.text)}", "dim")
    else:
        level = visible_line(line.level)
        short = _SHORT.get(level, level)
        text.append(f"{short:{_LEVEL_WIDTH}}", _STYLES.get(level, "")).append(" ")
        text.append(visible_line(line.text.expandtabs()))
        for name, value in line.fields.items():
            text.append(f"  {visible_line(name)}=", "cyan").append(visible_line(value))
    shown.print(text, soft_wrap=True)
    indent = " " * (len(stamp) + _LEVEL_WIDTH + 6)
    for detail in line.details:
        shown.print(Text(f"{indent}{visible_line(detail.expandtabs())}", "dim"), soft_wrap=True)
