"""The pages about the command line say what the commands say."""

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest

from serverless_stack.cli.statuses import ExitStatus
from tests.cli.every_command import commands

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    path = DOCS / "_extensions" / "commands.py"
    spec = importlib.util.spec_from_file_location("commands", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_has_each_command_and_option(extension: ModuleType) -> None:
    parts = re.split(r"^##+ ", extension.reference(), flags=re.MULTILINE)
    sections = {part.partition("\n")[0]: part for part in parts if part}
    for words, command in commands().items():
        section = sections[words]
        for parameter in command.params:
            for option in parameter.opts:
                name = option if option.startswith("-") else str(parameter.metavar)
                assert f"`{name}`" in section, (words, name)
        assert "**With `--json`**: " in section
        assert "**Exit status**: " in section
        assert f"serverless-stack {words}" in section.partition("```console")[2]


def test_the_page_of_exit_codes_has_each_command_and_status(extension: ModuleType) -> None:
    rows = extension.statuses()
    for words in commands():
        assert f"| [`{words}`](cli.md#{words.replace(' ', '-')}) |" in rows
    page = (DOCS / "reference" / "exit-codes.md").read_text("utf-8")
    documented = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    assert [int(number) for number in documented] == [int(status) for status in ExitStatus]


def test_the_marks_are_on_their_pages(extension: ModuleType) -> None:
    for mark, page in extension.MARKS.items():
        assert mark in (DOCS / f"{page}.md").read_text("utf-8").splitlines()


@pytest.mark.parametrize("words", tuple(commands()))
def test_examples_use_options_that_exist(words: str) -> None:
    command = commands()[words]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    text = " ".join((command.help or "").split("\n"))
    ends = r"  | \(|Example: |JSON: |Exit status: "
    examples = re.findall(rf"serverless-stack ((?:(?!{ends}).)+)", text)
    assert examples
    for example in examples:
        line = example.partition(" | ")[0].rstrip('")')
        arguments = shlex.split(line)
        if arguments[: len(words.split())] == words.split():
            used = {each.partition("=")[0] for each in arguments if each.startswith("--")}
            assert used <= known


def test_pages_use_commands_and_options_that_exist() -> None:
    pages = [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))]
    lines = []
    for page in pages:
        if "_build" not in page.parts:
            text = re.sub(r"\\\n *", "", page.read_text("utf-8"))  # lines that go on
            found = re.findall(r"^\$? *serverless-stack (.+)", text, re.MULTILINE)
            lines += [(page.name, line) for line in found]
    assert len(lines) > 20
    assert [(page, line, why) for page, line in lines if (why := unknown_in(line))] == []


def unknown_in(line: str) -> str:
    """Return what a command line has that does not exist."""
    arguments = shlex.split(re.split(r" [|>&;]|  #|\)\"", line)[0], comments=True)
    words = next(
        (name for name in (" ".join(arguments[:2]), arguments[0]) if name in commands()), None
    )
    if words is None:
        return "" if arguments[0].startswith("--") else f"no command {arguments[0]}"
    known = {option for parameter in commands()[words].params for option in parameter.opts}
    used = {each.partition("=")[0] for each in arguments if re.match("--?[a-z]", each)}
    return ", ".join(sorted(used - known - {"--help"}))


@pytest.mark.parametrize("line", ["local fly", "lss", "rb s3://a --forse", "check --deep | cat"])
def test_what_does_not_exist_is_found(line: str) -> None:
    assert unknown_in(line)


def test_the_row_of_an_option(extension: ModuleType) -> None:
    command = commands()["rb"]
    rows = [extension.row_of(parameter, set()) for parameter in command.params]
    assert "| `--force` | Delete its objects as well. |" in rows
    assert "| `BUCKET` | s3://bucket |" in rows
