import pytest

from serverless_stack.local.progress import Phases, PlainReport, SilentReport


def test_plain_report_prints_beginning_and_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    phases = Phases(PlainReport())
    with phases.phase("synth"):
        phases.detail("not in a log")
    phases.note("a note")
    with pytest.raises(ValueError, match="no"), phases.phase("deploy"):
        raise ValueError("no")
    with pytest.raises(KeyboardInterrupt), phases.phase("destroy"):
        raise KeyboardInterrupt
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "synth ...",
        "synth done after 0.0 s",
        "a note",
        "deploy ...",
        "deploy failed after 0.0 s",
        "destroy ...",
        "destroy stopped after 0.0 s",
    ]
    assert [phase.name for phase in phases.done] == ["synth", "deploy", "destroy"]


@pytest.mark.parametrize(("verbose", "expected"), [(False, ""), (True, "  line\n")])
def test_plain_report_prints_output_if_verbose(
    capsys: pytest.CaptureFixture[str], verbose: bool, expected: str
) -> None:
    PlainReport(verbose=verbose).output("line")
    assert capsys.readouterr().out == expected


def test_silent_report_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    phases = Phases(SilentReport())
    with phases.phase("synth"):
        phases.detail("x")
        phases.note("y")
    assert capsys.readouterr().out == ""
    assert phases.done[0].seconds >= 0
