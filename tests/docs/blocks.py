"""The code blocks of a page, and the commands in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(
    r"^(?P<indent> *)```(?:\{code-block\} *)?(?P<language>\S*)[^\n]*\n"
    r"(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_OPTION = re.compile(r"^ *:(\S+): *(.*)$")


@dataclass(frozen=True)
class Block:
    """A code block.

    Attributes:
        page: The page.
        line: The line of the page where it begins.
        language: Its language, or the directive in braces.
        text: Its text, without indentation.
        options: Its options, such as `class` and `caption`.
    """

    page: Path
    line: int
    language: str
    text: str
    options: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"{self.page.name}:{self.line}"


@dataclass
class Command:
    """A command of a console block.

    Attributes:
        line: What is typed.
        output: What is shown below it; `...` stands for anything.
    """

    line: str
    output: list[str] = field(default_factory=list)

    def matches(self, output: str) -> bool:
        """Return whether a command wrote what is shown; nothing shown is nothing promised."""
        if not self.output:
            return True
        shown = re.escape("\n".join(self.output)).replace(r"\.\.\.", "(?s:.*)")
        return re.fullmatch(shown, output.strip("\n")) is not None


def blocks_of(page: Path) -> Iterator[Block]:
    """List the code blocks of a page."""
    text = page.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        options: dict[str, str] = {}
        indent = len(found["indent"])
        lines = [line[indent:] for line in found["body"].splitlines()]
        while lines and (option := _OPTION.match(lines[0])):
            options[option[1]] = option[2]
            del lines[0]
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["language"], "\n".join(lines), options)


def commands_of(block: Block) -> list[Command]:
    """List the commands of a console block; a line after a backslash belongs to the one before."""
    commands: list[Command] = []
    for line in block.text.splitlines():
        if commands and commands[-1].line.endswith("\\"):
            commands[-1].line = f"{commands[-1].line[:-1].rstrip()} {line.strip()}"
        elif line.startswith("$ "):
            commands.append(Command(line[2:]))
        elif commands:
            commands[-1].output.append(line)
        elif line:
            raise ValueError(f"{block.place}: output before the first command: {line}")
    return commands
