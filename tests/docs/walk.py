"""A person who follows a page: types its commands, and makes its edits."""

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.docs.blocks import Block, Command, commands_of

_SECONDS = 300.0


class Shell:
    """One shell, in which a page's commands run one after the other.

    Args:
        folder: Where it begins.
        environment: Its environment variables.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self._environment = folder, environment

    def run(self, line: str) -> tuple[int, str]:
        """Run a command, and return its exit status and output. `cd` and `export` last."""
        state = self.folder.parent / ".state"
        script = f"{line}\nstatus=$?\npwd >{state}.folder\nenv -0 >{state}.env\nexit $status\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        self.folder = Path(Path(f"{state}.folder").read_text().strip())
        pairs = Path(f"{state}.env").read_text().split("\0")
        self._environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        return done.returncode, done.stdout

    def start(self, line: str, log: Path) -> "subprocess.Popen[bytes]":
        """Start a command in another terminal."""
        with log.open("wb") as file:
            return subprocess.Popen(
                ["bash", "-c", f"exec {line}"],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def edit(folder: Path, block: Block) -> None:
    """Make the change that a diff shows: its lines are in the file once, one after the other."""
    path = folder / block.options["caption"]
    lines = block.text.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    text = path.read_text("utf-8")
    assert text.count(before) == 1, f"{block.place}: not once in {path.name}:\n{before}\n{text}"
    path.write_text(text.replace(before, after), "utf-8")


class Walk:
    """A page that is followed to its end.

    Blocks of the class `setup` are skipped, those of `fails` must fail, those of `eventually` are
    tried until their output is right, and those of `background` run in another terminal until a
    block of the class `interrupt`.

    Args:
        shell: Where the commands run.
        words: What is replaced in each block, such as a port of the page by a free one.
    """

    def __init__(self, shell: Shell, words: dict[str, str]) -> None:
        self._shell, self._words = shell, words
        self._others: list[subprocess.Popen[bytes]] = []
        self.screens: dict[str, str] = {}

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        kind = block.options.get("class", "")
        if block.language == "diff":
            edit(self._shell.folder, block)
        elif kind == "interrupt":
            self.end()
        elif block.language == "console" and kind != "setup":
            for command in commands_of(self._with_words(block)):
                if kind == "background":
                    self._start(command, block)
                else:
                    self._type(command, block, kind)

    def end(self) -> None:
        """Press Ctrl-C in the other terminals."""
        for process in self._others:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.wait(60)
        self._others.clear()

    def _type(self, command: Command, block: Block, kind: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while True:
            status, output = self._shell.run(command.line)
            if command.matches(output) and (status != 0) == (kind == "fails"):
                self.screens[command.line] = output
                return
            if kind != "eventually" or time.monotonic() > deadline:
                raise AssertionError(f"{block.place}: $ {command.line}: {status}\n{output}")
            time.sleep(0.3)

    def _start(self, command: Command, block: Block) -> None:
        log = self._shell.folder.parent / f"background-{len(self._others)}.log"
        process = self._shell.start(command.line, log)
        self._others.append(process)
        deadline = time.monotonic() + _SECONDS
        while "Watching" not in log.read_text("utf-8", "replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                text = log.read_text("utf-8", "replace")
                raise AssertionError(f"{block.place}: $ {command.line}:\n{text}")
            time.sleep(0.2)

    def _with_words(self, block: Block) -> Block:
        text = block.text
        for word, other in self._words.items():
            text = text.replace(word, other)
        return Block(block.page, block.line, block.language, text, block.options)
