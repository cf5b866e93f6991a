"""The commands that the documentation shows exist, with their options; so do the files it names."""

import re
import shlex
from functools import cache

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from serverless_stack.cli.main import application
from tests.docs.blocks import blocks_of, commands_of
from tests.docs.site import ROOT

DOCS = ROOT / "docs"
PAGES = [path for path in sorted(DOCS.rglob("*.md")) if "_build" not in path.parts]
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
# Directives of Sphinx show no code of their own.
DIRECTIVES = re.compile(r"\{[\w:-]+\}")
GLOBAL = ("--help", "--version", "--install-completion")
# Programs of others, whose options are theirs.
OTHERS = {
    ".",
    "aws",
    "cd",
    "cdk",
    "curl",
    "docker",
    "echo",
    "eval",
    "export",
    "find",
    "git",
    "jq",
    "make",
    "npm",
    "npx",
    "openssl",
    "pip",
    "pytest",
    "python",
    "python3",
    "uv",
}


def test_every_block_has_a_language_that_is_checked() -> None:
    known = {"python", "javascript", "json", "yaml", "sql", "console", "text", "diff"}
    unknown = [
        f"{block.place}: {block.language or '(none)'}"
        for block in BLOCKS
        if block.language not in known and not DIRECTIVES.fullmatch(block.language)
    ]
    assert unknown == []


@cache
def _program() -> TyperGroup:
    program = typer.main.get_command(application())
    assert isinstance(program, TyperGroup)
    return program


def commands_in(line: str) -> list[list[str]]:
    """Return the words of each command of a pipeline or list; quoted text is one word."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in reader:
        if word in ("|", "&&", ";", "||"):
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


def problems_of(line: str) -> list[str]:
    """List what is wrong with a command line."""
    return [problem for words in commands_in(line) if (problem := problem_of(words))]


def problem_of(words: list[str]) -> str:
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        del words[0]
    if not words or words[0] != "serverless-stack":
        return "" if not words or words[0] in OTHERS else f"unknown program {words[0]}"
    rest = [word for word in words[1:] if word not in GLOBAL]
    command: object = _program()
    while isinstance(command, TyperGroup) and rest:
        if rest[0] not in command.commands:
            return f"no such command: {rest[0]}"
        load = getattr(command, "load", command.commands.__getitem__)
        command, rest = load(rest[0]), rest[1:]
    return _problem_of_options(command, rest) if isinstance(command, TyperCommand) else ""


def _problem_of_options(command: TyperCommand, words: list[str]) -> str:
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    for word in words:
        if word in (">", ">>"):
            break
        name = word.partition("=")[0]
        if re.fullmatch(r"--?[a-z][\w-]*", name) and name not in known | {"--help"}:
            return f"{command.name} has no option {name}"
    return ""


def test_commands_and_their_options_exist() -> None:
    problems = [
        f"{block.place}: $ {command.line}: {problem}"
        for block in BLOCKS
        if block.language == "console"
        for command in commands_of(block)
        for problem in problems_of(command.line)
    ]
    assert problems == []


def test_a_wrong_command_is_found() -> None:
    wrong = "cd shop && serverless-stack local deploy --cdn-prot 1 | jq '.a | .b'"
    assert problems_of(wrong) == ["deploy has no option --cdn-prot"]
    assert problems_of("serverless-stack lokal") == ["no such command: lokal"]
    assert problems_of("serverless-stak") == ["unknown program serverless-stak"]
    assert problems_of("serverless-stack local deploy --cdn-port 8080  # a port") == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_files_that_a_page_names_are_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    named = re.findall(r"`((?:docs|examples|tests|benchmarks)/[\w./-]+)`", text)
    written = {"docs/_build"}  # by `make docs`
    missing = [path for path in linked + named if not (ROOT / path).exists()]
    assert set(missing) <= written
    assert named or linked


def test_readmes_of_folders_name_pages_that_are_there() -> None:
    for path in (ROOT / "serverless_stack").rglob("*.md"):
        for page in re.findall(r"`(docs/[\w./-]+)`", path.read_text("utf-8")):
            found = (ROOT / page).exists() or list(ROOT.glob(f"{page}-*"))
            assert found, f"{path.relative_to(ROOT)}: {page}"
