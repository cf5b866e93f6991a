import io
import re

import pytest
from rich.console import Console

from serverless_stack.cli.terminal import Terminal, report_for
from serverless_stack.local.progress import Phases, Plain


def console(width: int, *, terminal: bool = True) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)


def lines_of(screen: Console) -> list[str]:
    assert isinstance(screen.file, io.StringIO)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.file.getvalue())
    return [line.rstrip() for line in text.splitlines()]


def test_the_report_for_a_console() -> None:
    assert isinstance(report_for(console(80), verbose=False), Terminal)
    assert isinstance(report_for(console(80, terminal=False), verbose=False), Plain)


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
