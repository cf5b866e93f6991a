"""A command's screen on a terminal of 80 columns, as HTML with our own colours."""

import fcntl
import html
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

COLUMNS, ROWS = 80, 60
_ESCAPE = re.compile(r"\x1b\[(\??[\d;]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b.")
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_ATTRIBUTES = {1: "bold", 2: "dim"}

Cell = tuple[str, frozenset[str]]
Step = tuple[str, Callable[[], None]]
_SECONDS = 180.0  # to wait for what a command writes next


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    steps: Sequence[Step] = (),
) -> tuple[int, str]:
    """Run a command on a terminal, and return its exit status and what it wrote.

    Args:
        command: The command.
        folder: Where it runs.
        environment: Its variables, besides those of this process.
        steps: What to do, one after the other, each after the command has written a text. After
            the last one, Ctrl-C is pressed.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    variables = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    variables |= {"TERM": "xterm", "PYTHONUNBUFFERED": "1", **environment}
    for name in ("COLUMNS", "LINES", "FORCE_COLOR", "COLORTERM", "CI", "GITHUB_ACTIONS"):
        variables.pop(name, None)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    written, seen, waiting = bytearray(), 0, list(steps)
    try:
        while block := _read(ours, process):
            written += block
            if waiting and waiting[0][0].encode() in written[seen:]:
                seen = len(written)
                waiting.pop(0)[1]()
                if not waiting:
                    os.killpg(process.pid, signal.SIGINT)
    except OSError:  # how Linux reports that nobody holds the other end any more
        pass
    os.close(ours)
    return process.wait(), written.decode("utf-8")


def _read(terminal: int, process: "subprocess.Popen[bytes]") -> bytes:
    if not select.select([terminal], [], [], _SECONDS)[0]:
        os.killpg(process.pid, signal.SIGINT)
        raise RuntimeError(f"{process.args!r} has been silent for {_SECONDS:.0f} s")
    return os.read(terminal, 1 << 16)


class Screen:
    """What a terminal shows after it received a text; it scrolls without end.

    Args:
        text: What a program wrote.
    """

    def __init__(self, text: str) -> None:
        self.lines: list[list[Cell]] = [[]]
        self._row, self._column = 0, 0
        self._style: frozenset[str] = frozenset()
        position = 0
        for escape in _ESCAPE.finditer(text):
            self._write(text[position : escape.start()])
            if escape[2]:
                self._control(escape[1], escape[2])
            position = escape.end()
        self._write(text[position:])

    def _write(self, text: str) -> None:
        for character in text:
            if character == "\r":
                self._column = 0
            elif character == "\n":
                self._move(self._row + 1)
            elif character >= " ":
                line = self.lines[self._row]
                line += [(" ", frozenset())] * (self._column - len(line))
                line[self._column : self._column + 1] = [(character, self._style)]
                self._column += 1

    def _move(self, row: int) -> None:
        self._row = max(row, 0)
        self.lines += [[] for _ in range(self._row + 1 - len(self.lines))]

    def _control(self, parameters: str, command: str) -> None:
        if parameters.startswith("?"):
            return  # the cursor is hidden or shown
        numbers = [int(each or 0) for each in parameters.split(";")]
        if command == "m":
            self._set_style(numbers)
        elif command == "K":
            line = self.lines[self._row]
            del line[0 if numbers[0] == 2 else self._column :]
        elif command in "AB":
            self._move(self._row + max(numbers[0], 1) * (-1 if command == "A" else 1))
        elif command == "G":
            self._column = max(numbers[0], 1) - 1
        else:
            raise ValueError(f"unknown control sequence: {parameters}{command}")

    def _set_style(self, numbers: list[int]) -> None:
        for number in numbers:
            if number == 0:
                self._style = frozenset()
            elif number in _ATTRIBUTES:
                self._style |= {_ATTRIBUTES[number]}
            elif number == 22:
                self._style -= set(_ATTRIBUTES.values())
            elif 30 <= number <= 39 or 90 <= number <= 97:
                self._style -= set(_COLOURS)
                if number != 39:
                    self._style |= {_COLOURS[number % 10]}

    def text(self) -> str:
        """Return the lines without colours, and without empty ones at the end."""
        lines = ["".join(character for character, _style in line).rstrip() for line in self.lines]
        return "\n".join(lines).rstrip() + "\n"

    def html(self) -> str:
        """Return the lines with a class for each colour."""
        lines = ["".join(_spans(line)).rstrip() for line in self.lines]
        return "\n".join(lines).rstrip()


def _spans(line: list[Cell]) -> Iterator[str]:
    for style, cells in groupby(line, key=lambda cell: cell[1]):
        text = html.escape("".join(character for character, _style in cells), quote=False)
        shown = style - {"black", "white"}
        yield f'<span class="{" ".join(sorted(shown))}">{text}</span>' if shown else text


def figure(title: str, commands: Sequence[tuple[str, Screen]]) -> str:
    """Return a terminal with commands and their screens, for a page of the documentation."""
    prompt = '<span class="prompt">$ </span>'
    parts = [
        f'{prompt}<span class="bold">{html.escape(command, quote=False)}</span>\n{screen.html()}'
        for command, screen in commands
    ]
    return (
        f'<figure class="terminal">\n<figcaption>{html.escape(title)}</figcaption>\n'
        f'<pre tabindex="0" role="region" aria-label="{html.escape(title)}">'
        + "\n".join(part.rstrip() for part in parts)
        + "</pre>\n</figure>\n"
    )


def command_line(line: str) -> list[str]:
    """Return the arguments that run a command line of ours with this Python."""
    program, *arguments = line.split()
    if program != "serverless-stack":
        raise ValueError(f"`line` must begin with serverless-stack, got: {line}")
    return [sys.executable, "-m", "serverless_stack.cli", *arguments]
