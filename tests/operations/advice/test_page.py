"""The page about choosing a cache is up to date."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serverless_stack.cli.main import application
from serverless_stack.operations.advice import NEEDS, OPTIONS, fact

PAGE = (Path(__file__).parents[3] / "docs" / "guides" / "choosing-a-cache.md").read_text("utf-8")


def table() -> str:
    """Return the current table; copy it from a failure into the page."""
    head = ["need", "meaning", *(option.title for option in OPTIONS)]
    rows = [head, ["---"] * len(head)]
    for need in NEEDS:
        fits = [fact(need, option).fit.value for option in OPTIONS]
        rows.append([f"`{need.name}`", need.meaning.rstrip("."), *fits])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_table_on_the_page_is_current() -> None:
    shown = "".join(re.findall(r"^\|.*\n", PAGE, re.MULTILINE))
    assert shown == table()


def test_the_screen_on_the_page_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command, screen = re.findall(r"```(?:console|text)\n(.*?)```", PAGE, re.DOTALL)
    arguments = command.removeprefix("$ serverless-stack ").split()
    said = CliRunner().invoke(application(), arguments).output
    assert screen == "".join(f"{line.rstrip()}\n" for line in said.splitlines())


def test_the_page_names_the_last_essential_need() -> None:
    (named,) = re.findall(r"The needs up to `([a-z-]+)` are essential", PAGE)
    essential = [need.name for need in NEEDS if need.essential]
    assert named == essential[-1]
    assert [need.name for need in NEEDS][: len(essential)] == essential
