"""Events on a terminal, in a pipe, and as JSON."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from serverless_stack.cli.commands.logs import printing
from serverless_stack.operations.logs import LogEvent

NOW = datetime.now(UTC).astimezone().replace(hour=12, minute=3, second=4, microsecond=56_000)
FAILED = json.dumps(
    {"level": "ERROR", "message": "failed\x1b[2J", "order": 7, "exception": "Trace\n  line"}
)


def shown(event: LogEvent, monkeypatch: pytest.MonkeyPatch, *, color: bool) -> str:
    """Return what a terminal of 80 columns shows."""
    screen = io.StringIO()
    console = Console(
        file=screen,
        force_terminal=True,
        width=80,
        highlight=False,
        color_system="standard" if color else None,
    )
    monkeypatch.setattr(printing, "console", lambda: console)
    monkeypatch.setattr(printing, "is_terminal", lambda stream: True)
    printing.printer(as_json=False)(event)
    return screen.getvalue()


def test_a_terminal_has_time_level_message_and_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(LogEvent(NOW, FAILED, "s"), monkeypatch, color=False)
    assert text == (
        "12:03:04.056 ERROR failed\\x1b[2J  order=7\n"
        "                   Trace\n"
        "                     line\n"
    )


def test_an_older_event_has_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    before = NOW - timedelta(days=3)
    text = shown(LogEvent(before, "hello", "s"), monkeypatch, color=False)
    assert text == f"{before:%Y-%m-%d} 12:03:04.056       hello\n"


def test_levels_are_coloured_and_the_message_is_not_dim(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(
        LogEvent(NOW, '{"level": "INFO", "message": "hello"}', "s"), monkeypatch, color=True
    )
    assert text == "\x1b[2m12:03:04.056 \x1b[0m\x1b[32mINFO \x1b[0m hello\n"


@pytest.mark.parametrize("message", ["NaN", '{"a": Infinity}', "[" * 100_000])
def test_what_is_no_json_is_a_text_in_it(message: str, capsys: pytest.CaptureFixture[str]) -> None:
    printing.printer(as_json=True)(LogEvent(NOW, message, "s"))
    assert json.loads(capsys.readouterr().out)["message"] == message


def test_a_pipe_gets_the_text_and_json_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    event = LogEvent(NOW, FAILED, "s")
    printing.printer(as_json=False)(event)
    assert capsys.readouterr().out == f"{FAILED}\n"
    printing.printer(as_json=True)(event)
    document = json.loads(capsys.readouterr().out)
    assert document["message"] == json.loads(FAILED)
    assert datetime.fromisoformat(document["time"]) == NOW
