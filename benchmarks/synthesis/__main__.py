"""Synthesis beside CDK alone, in Python and TypeScript: ``python -m benchmarks.synthesis``.

Whole processes run in turn, each into a new folder. Ratios are medians over the rounds, of seconds
of the processor of all processes of a synthesis, so that they hold on a busy machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.running import run_benchmark
from benchmarks.synthesis import measures, page
from benchmarks.synthesis.packages import write_packages
from benchmarks.synthesis.processes import APPS, Tool, in_turn
from benchmarks.synthesis.results import Results
from benchmarks.synthesis.typescript import compile_twin

ROOT = Path(__file__).parents[2]
GROWTHS = {
    "stacks": (1, 5, 10, 20),
    "handlers": (1, 10, 30, 40),
    "functions": (1, 100, 200),
    "routes": (60, 200),
}
STEPS = ("readme", "settings", "trips", *GROWTHS)


def tools_in(work: Path) -> list[Tool]:
    """Return this library and its twins; that in TypeScript only if npm could install CDK.

    Args:
        work: A folder for what they need.
    """
    variables = {
        "CDK_VALIDATION": "false",
        "PACKAGES": str(work / "packages"),
        "PYTHONPATH": str(ROOT),
    }
    python = sys.executable
    tools = [
        Tool("ours", (python, str(APPS / "ours.py")), variables),
        Tool("Python", (python, str(APPS / "plain.py")), variables),
    ]
    print("npm installs CDK and TypeScript for the twin in TypeScript", flush=True)
    twin = compile_twin(work / "typescript")
    if twin is None:
        print("npm could not install them: there is no twin in TypeScript", flush=True)
    else:
        # `node` of a virtual environment is a program in Python, which costs more than Node.js.
        show = ["node", "-p", "process.execPath"]
        node = subprocess.run(show, check=True, capture_output=True, text=True).stdout.strip()
        tools.append(Tool("TypeScript", (node, str(twin)), variables))
    return tools


def settings_of(ours: Tool) -> list[Tool]:
    """Return this library with settings of Python that make a process faster.

    Args:
        ours: This library as it is.
    """
    python, app = ours.command
    no_collection = (
        "import gc, runpy, sys; gc.disable(); sys.argv = sys.argv[1:]; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    return [
        ours,
        Tool("ours, -O", (python, "-O", app), ours.environment),
        Tool("ours, gc.disable()", (python, "-c", no_collection, app), ours.environment),
        Tool("ours, both", (python, "-O", "-c", no_collection, app), ours.environment),
    ]


def measure(work: Path, arguments: argparse.Namespace, console: Console) -> Results | None:
    """Measure and print step by step; None if the twins create other resources than this library.

    Args:
        work: A folder for what is written.
        arguments: The arguments of the command.
        console: Where the tables are printed.
    """
    tools = tools_in(work)
    ours, *twins = tools
    write_packages(ours, work / "packages")
    found = measures.compare(ours, twins, work)
    if found:
        print("The twins create other resources:", *found, sep="\n", file=sys.stderr)
        return None
    print("The twins create the same resources", flush=True)
    results = Results()
    if "readme" in arguments.only:
        results.readme = in_turn(tools, "parts", len(measures.PARTS), work, arguments.rounds)
        results.show(console, "readme")
    if "settings" in arguments.only:
        results.settings = in_turn(
            settings_of(ours), "parts", len(measures.PARTS), work, arguments.rounds
        )
        results.show(console, "settings")
    if "trips" in arguments.only:
        results.trips = measures.round_trips(tools[:2], work)
        results.show(console, "trips")
    for kind, sizes in GROWTHS.items():
        if kind in arguments.only:
            print(f"Now {', '.join(map(str, sizes))} {kind}", flush=True)
            results.growths[kind] = measures.growth(
                tools, kind, sizes, work, arguments.growth_rounds
            )
    if results.growths:
        results.show(console, "growth")
    return results


def main() -> int:
    """Measure and print; 1 if the twins create other resources."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7, help="for the README's application")
    parser.add_argument("--growth-rounds", type=int, default=3, help="for larger applications")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=STEPS, help="what to measure")
    parser.add_argument("--write", type=Path, help="the page of the documentation to write")
    arguments = parser.parse_args()
    if arguments.write and set(arguments.only) != set(STEPS):
        parser.error("`--write` needs all figures, got: `--only`")
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory(prefix="bench-synthesis-") as folder:
        results = measure(Path(folder), arguments, Console())
    if results is None:
        return 1
    if arguments.write:
        arguments.write.write_text(page.text(results, arguments.write.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
