"""Write the reference of the command line from the commands themselves."""

import re
from collections.abc import Iterator, Set
from typing import Any

from sphinx.application import Sphinx
from typer.main import get_command

from serverless_stack.cli.group import LazyGroup, leaves
from serverless_stack.cli.main import application

MARKS = {"% the commands": "reference/cli", "% the exit statuses": "reference/exit-codes"}
_WORD = re.compile(r"(?<![\w`-])(--[a-z][\w-]*|[A-Z]{2,})(?![\w`-])")
_KEY = re.compile(r"\b[a-z][a-z_]+(?=[,.;]| and )")
_STATUS = re.compile(r",\s+(?=\d+ )")


def application_group() -> LazyGroup:
    """Return the group of all commands."""
    group = get_command(application())
    assert isinstance(group, LazyGroup)
    return group


def each_command() -> Iterator[tuple[str, Any]]:
    """List the commands that run, each with its words."""
    group = application_group()
    for name in group.registry:
        yield from leaves(name, group.load(name))


def reference() -> str:
    """Return a section for each command."""
    parts = []
    before = ""
    for words, command in each_command():
        first = words.partition(" ")[0]
        if first != words and first != before:
            parts += [f"## {first}", group_help(first)]
        before = first
        level = "###" if first != words else "##"
        parts += [f"{level} {words}", *section(words, command)]
    return "\n\n".join(parts)


def group_help(name: str) -> str:
    """Return what the commands of a group are for."""
    return application_group().registry[name].help


def section(words: str, command: Any) -> Iterator[str]:  # noqa: ANN401
    """Write what a command does, its examples, arguments and options, JSON and exit statuses."""
    paragraphs = [" ".join(text.split()) for text in (command.help or "").split("\n\n")]
    names = {str(parameter.metavar).rstrip(".") for parameter in command.params}
    text: dict[str, list[str]] = {"Example: ": [], "JSON: ": [], "Exit status: ": [], "": []}
    for paragraph in paragraphs:
        kind = next(mark for mark in text if paragraph.startswith(mark))
        text[kind].append(paragraph.removeprefix(kind))
    yield from (marked(each, names) for each in text[""])
    usage = " ".join(piece for piece in usage_of(command))
    yield f"```text\nserverless-stack {words} {usage}\n```"
    if text["Example: "]:
        lines = [example(line) for line in text["Example: "]]
        yield "```console\n" + "\n".join(lines) + "\n```"
    rows = [row for parameter in command.params if (row := row_of(parameter, names))]
    yield "\n".join(["| Argument or option | Meaning |", "| --- | --- |", *rows])
    for document in text["JSON: "]:
        keys = marked(_KEY.sub(r"`\g<0>`", document))
        yield f"**With `--json`**: {keys}"
    for statuses in text["Exit status: "]:
        yield f"**Exit status**: {marked(statuses)}"


def usage_of(command: Any) -> Iterator[str]:  # noqa: ANN401
    """Return the pieces of a command line: options, then arguments."""
    yield "[OPTIONS]"
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            yield parameter.metavar if parameter.required else f"[{parameter.metavar}]"


def row_of(parameter: Any, names: Set[str]) -> str:  # noqa: ANN401
    """Return the row of an argument or option."""
    if parameter.hidden:
        return ""
    name = ", ".join(f"`{option}`" for option in parameter.opts)
    if parameter.param_type_name == "argument":
        name = f"`{parameter.metavar}`"
    elif not parameter.is_flag:
        kind = parameter.type.name.partition(" ")[0].replace("str", "text")
        name += f" `{parameter.metavar or kind.upper()}`"
    text = marked(parameter.help or "", names)
    default = parameter.default
    if isinstance(parameter.show_default, str):
        text += f" Default: {parameter.show_default}."
    elif default is not None and default is not False and str(default) and default != []:
        text += f" Default: `{getattr(default, 'value', default)}`."
    choices = getattr(parameter.type, "choices", None)
    if choices:
        values = ", ".join(f"`{getattr(each, 'value', each)}`" for each in choices)
        text += f" One of {values}."
    return f"| {cell(name)} | {cell(text)} |"


def example(line: str) -> str:
    """Return an example as it is typed, with what it is in a comment."""
    found = re.fullmatch(r"(.*?serverless-stack .*?) \(([^()]+)\)", line)
    return f"$ {line}" if found is None else f"# {found[2]}\n$ {found[1]}"


def statuses() -> str:
    """Return a row for each command, with its exit statuses."""
    rows = ["| Command | Exit status |", "| --- | --- |"]
    for words, command in each_command():
        text = " ".join((command.help or "").split("Exit status: ")[-1].split())
        listed = "<br>".join(marked(each) for each in _STATUS.split(text.rstrip(".")))
        rows.append(f"| [`{words}`](cli.md#{words.replace(' ', '-')}) | {cell(listed)} |")
    return "\n".join(rows)


def marked(text: str, names: Set[str] = frozenset()) -> str:
    """Return Markdown in which options, and some names in capitals, are code."""

    def code(found: re.Match[str]) -> str:
        word = found[0]
        return f"`{word}`" if word in names or word.startswith("-") else word

    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else _WORD.sub(code, part.replace("*", "\\*"))
        for part in parts
    )


def cell(text: str) -> str:
    """Return a text for a cell of a table."""
    return text.replace("|", "\\|")


def _write(app: Sphinx, name: str, source: list[str]) -> None:
    for mark, page in MARKS.items():
        if name == page:
            made = reference() if mark == "% the commands" else statuses()
            source[0] = source[0].replace(mark, made)


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages while they are read."""
    app.connect("source-read", _write)
    return {"parallel_read_safe": True}
