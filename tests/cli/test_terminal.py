import io
import re

import pytest
from rich.console import Console

from serverless_stack.cli.terminal import Terminal, report_for
from serverless_stack.local.progress import Phase, Phases, PlainReport


def console(width: int, *, terminal: bool = True) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)


def lines_of(screen: Console) -> list[str]:
    assert isinstance(screen.file, io.StringIO)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.file.getvalue())
    return [line.rstrip() for line in text.splitlines()]


def test_the_report_for_a_console() -> None:
    assert isinstance(report_for(console(80), verbose=False), Terminal)
    assert isinstance(report_for(console(80, terminal=False), verbose=False), PlainReport)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_each_phase_ends_as_a_line(width: int) -> None:
    screen = console(width)
    phases = Phases(Terminal(screen))
    with phases.phase("synth"):
        phases.detail("x" * 300)
    with pytest.raises(ValueError, match="no"), phases.phase("deploy"):
        raise ValueError("no")
    lines = lines_of(screen)
    ended = [line for line in lines if line.startswith(("✓", "✗"))]
    assert [re.sub(r"\d\.\d", "0.0", line) for line in ended] == [
        "✓ synth        0.0 s",
        "✗ deploy       0.0 s failed",
    ]
    (moving,) = [line for line in lines if "xxx" in line]
    assert len(moving) == width
    assert re.fullmatch(r"synth        \d\.\d s x", moving[2:22])
    assert moving.endswith("x…")


def test_output_of_programs_is_shown_if_verbose() -> None:
    quiet, wordy = console(80), console(80)
    Terminal(quiet).output("a [line]")
    Terminal(wordy, verbose=True).output("a [line]")
    assert lines_of(quiet) == []
    assert lines_of(wordy) == ["  a [line]"]


HOSTILE = "a\x1b]0;title\x07\x1b[2Jb\u202e [red]c[/red]\r"
SAFE = r"a\x1b]0;title\x07\x1b[2Jb\u202e [red]c[/red]\r"


def test_texts_of_apps_do_not_control_a_terminal() -> None:
    screen = console(200)
    report = Terminal(screen, verbose=True)
    report.note(HOSTILE)
    report.output(HOSTILE)
    report.begin(HOSTILE)
    report.detail(HOSTILE)
    report.end(Phase(HOSTILE, 1.0))
    assert isinstance(screen.file, io.StringIO)
    written = screen.file.getvalue()
    assert written.count(SAFE) >= 3
    assert not {"\x07", "\u202e"} & set(written)
    assert "\x1b]0" not in written


def test_texts_of_apps_do_not_control_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    report = PlainReport(verbose=True)
    report.begin(HOSTILE)
    report.note(HOSTILE)
    report.output(HOSTILE)
    report.end(Phase(HOSTILE, 1.0))
    written = capsys.readouterr().out
    assert written.count(SAFE) == 4
    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(written)
