"""How long the command line takes to start: ``python -m benchmarks.command_line``."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.checks import RESOURCES, large
from benchmarks.running import run_benchmark

PAIRS = 9
HELP_TARGET = 1.2
CHECK_TARGET = 0.35
_BARE = '''
import typer

app = typer.Typer()


@app.command()
def one(name: str = "") -> None:
    """Do one thing."""


@app.command()
def other(name: str = "") -> None:
    """Do another thing."""


app()
'''


def cpu_seconds(command: Sequence[str]) -> float:
    """Return the CPU time of a process and those it starts."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


def interleaved(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[float]]:
    """Return the CPU seconds of each command in some rounds, after one that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            taken = cpu_seconds(command)
            if number:
                seconds[name].append(taken)
    return seconds


def main() -> None:
    """Measure and print."""
    own = (sys.executable, "-m", "serverless_stack.cli")
    with tempfile.TemporaryDirectory(prefix="bench-command-line-") as name:
        bare, template = Path(name, "bare.py"), Path(name, "template.json")
        bare.write_text(_BARE)
        template.write_text(json.dumps(large(), indent=1))
        commands = {
            "bare": (sys.executable, str(bare), "--help"),
            "help": (*own, "--help"),
            "check": (*own, "check", str(template)),
        }
        seconds = interleaved(commands, PAIRS)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratios = {
        name: statistics.median(x / y for x, y in zip(values, seconds["bare"], strict=True))
        for name, values in seconds.items()
    }
    print(
        f"serverless-stack --help: {medians['help']:.2f} s of CPU, {ratios['help']:.2f} times a "
        f"bare Typer app's {medians['bare']:.2f} s (target: {HELP_TARGET})"
    )
    print(
        f"serverless-stack check of {RESOURCES} resources: {medians['check']:.2f} s "
        f"(target: {CHECK_TARGET} s), {ratios['check']:.2f} times the bare app's help"
    )


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
