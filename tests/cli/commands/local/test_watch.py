import json
from pathlib import Path

import pytest

from serverless_stack.cli.commands.local.watch import show
from serverless_stack.cli.output import Output
from serverless_stack.local.progress import Phase
from serverless_stack.local.watch.edit import Edit

APP = Path("/an/app")


@pytest.fixture
def updated() -> Edit:
    return Edit(
        (APP / "handler" / "index.py",),
        "updated",
        [Phase("synth", 0.61), Phase("publish", 0.12), Phase("update", 0.14)],
        0.91,
        ("Shop/Function", "Shop/Other", "Shop/Third"),
    )


@pytest.fixture
def failed() -> Edit:
    log = f'  File "{APP}/app.py", line 7, in <module>\n    stack(\nTypeError: no such argument\n'
    return Edit((APP / "app.py",), "failed", seconds=0.4, error="the app failed", log=log)


def test_an_edit_is_a_line(updated: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    show(Output(), updated, APP)
    assert capsys.readouterr().out == (
        "✓ handler/index.py  Shop/Function, Shop/Other and 1 more updated in 0.9 s "
        "(synth 0.6, publish 0.1, update 0.1)\n"
    )


def test_a_step_of_no_time_is_not_in_the_line(
    updated: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    updated.steps = [Phase("package", 0.049), Phase("synth", 0.05)]
    show(Output(), updated, APP)
    assert capsys.readouterr().out.endswith(" updated in 0.9 s (synth 0.1)\n")


def test_a_failure_has_its_place_below(failed: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    show(Output(quiet=True), failed, APP)
    assert capsys.readouterr().err == (
        "✗ app.py  failed in 0.4 s\n"
        "  app.py:7: TypeError: no such argument\n"
        "    stack(\n"
        "  The last good version goes on serving.\n"
    )


def test_a_synthesis_serves_nothing(
    updated: Edit, failed: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    updated.result = "unchanged"
    show(Output(), updated, APP, unchanged="unchanged", kept="cdk.out is as it was.")
    show(Output(), failed, APP, kept="")
    shown = capsys.readouterr().out
    assert "✓ handler/index.py  unchanged in 0.9 s" in shown
    assert "serving" not in shown


def test_quiet_shows_failures_alone(updated: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    show(Output(quiet=True), updated, APP)
    assert capsys.readouterr() == ("", "")


def test_json_has_a_line_for_each(
    updated: Edit, failed: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    for edit in (updated, failed):
        show(Output(as_json=True), edit, APP)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "files": ["handler/index.py"],
        "result": "updated",
        "seconds": 0.91,
        "steps": {"synth": 0.61, "publish": 0.12, "update": 0.14},
        "subjects": ["Shop/Function", "Shop/Other", "Shop/Third"],
        "notes": [],
        "error": "",
    }
    assert second["error"] == "app.py:7: TypeError: no such argument\n  stack("
