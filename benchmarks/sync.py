"""Syncing 2,000 small files, beside ``aws s3 sync``: ``python -m benchmarks.sync``.

Each tool is measured as a process of its own: ``sync()`` from a program, the command
`serverless-stack sync`, and the AWS CLI. The floors are what each of them takes to start and do
nothing. Seconds of the processor are those of the tool, without the local S3; they tell more than
the clock on a machine that does other things as well.
"""

import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3
from rich.console import Console
from rich.table import Table

from serverless_stack.local.cloud import LocalCloud

RUNS = 5
CALL = (
    "import sys; from serverless_stack.operations.sync import location, sync; "
    "done = sync(location(sys.argv[1]), location(sys.argv[2])).result; "
    "sys.exit(bool(done and done.failures))"
)
FLOORS = {
    "a Python that does nothing": [sys.executable, "-c", ""],
    "importing sync()": [sys.executable, "-c", "import serverless_stack.operations.sync"],
    "importing Typer": [sys.executable, "-c", "import typer"],
    "a botocore client of S3": [
        sys.executable,
        "-c",
        "import botocore.session as b; b.get_session().create_client('s3')",
    ],
}
ROOT = Path(__file__).parents[1]
MEASURE = (
    "import resource, subprocess, sys, time; start = time.monotonic(); "
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
    "wall = time.monotonic() - start; used = resource.getrusage(resource.RUSAGE_CHILDREN); "
    "print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)"
)


def files(folder: Path, count: int) -> Path:
    """Make files of 1 to 4 KB."""
    chance = random.Random(count)
    for number in range(count):
        path = folder / f"f{number % 50:02}" / f"page{number:05}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randint(1024, 4096)))
    return folder


def aws_cli(folder: Path) -> list[str]:
    """Install the AWS CLI in an environment of its own; gives the command."""
    uv = str(Path(sys.executable).parent / "uv")
    subprocess.run([uv, "venv", "--quiet", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", python, "--compile-bytecode", "awscli"],
        check=True,
    )
    return [python, str(folder / "bin" / "aws"), "s3", "sync", "--only-show-errors"]


@dataclass(frozen=True)
class Took:
    """What a process took: seconds of the clock and of the processor, and its peak in MiB."""

    wall: float
    processor: float
    peak: float


def timed(command: list[str], environment: Mapping[str, str]) -> Took:
    """Run a command."""
    said = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    wall, processor, peak = said.split()[-3:]
    return Took(float(wall), float(processor), int(peak) / 1024)


def main() -> None:
    """Measure and print."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    console = Console()
    work = Path(tempfile.mkdtemp(prefix="bench-sync-"))
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    (work / "app").mkdir()
    (work / "app" / "cdk.json").write_text('{"app": "true"}')
    try:
        tools = {
            "aws": aws_cli(work / "aws"),
            "sync()": [sys.executable, "-c", CALL],
            "command": [str(Path(sys.executable).parent / "serverless-stack"), "sync"],
        }
        small, large = files(work / "small", 2000), files(work / "large", 20000)
        with LocalCloud.start(work / "app", name=f"bench-{os.getpid()}") as cloud:
            measure(console, cloud.environment(), tools, small, large)
    finally:
        shutil.rmtree(work)


def measure(
    console: Console,
    environment: dict[str, str],
    tools: Mapping[str, list[str]],
    small: Path,
    large: Path,
) -> None:
    """Run the tools in turn and print what they took."""
    os.environ.update(environment)
    s3 = boto3.client("s3")
    took: dict[tuple[str, str], list[Took]] = {}
    for run in range(RUNS):
        for name in list(tools)[:: 1 if run % 2 else -1]:
            bucket = f"bench-{name.strip('()')}-{run}"
            s3.create_bucket(Bucket=bucket)
            for case in ("cold", "unchanged"):
                command = [*tools[name], str(small), f"s3://{bucket}/site/"]
                took.setdefault((case, name), []).append(timed(command, environment))
    table = Table("2,000 files", "tool", "seconds", "ratio", "of the processor", "ratio")
    for case in ("cold", "unchanged"):
        walls, processors = (
            {
                name: statistics.median(vars(each)[what] for each in took[case, name])
                for name in tools
            }
            for what in ("wall", "processor")
        )
        for name in tools:
            ratios = [f"{each[name] / each['aws']:.2f}" for each in (walls, processors)]
            row = [f"{walls[name]:.2f}", ratios[0], f"{processors[name]:.2f}", ratios[1]]
            table.add_row(case, name, *row)
    for name, command in FLOORS.items():
        runs = [timed(command, environment) for _run in range(RUNS)]
        wall, processor = (
            statistics.median(vars(r)[w] for r in runs) for w in ("wall", "processor")
        )
        table.add_row("floor", name, f"{wall:.2f}", "", f"{processor:.2f}", "")
    console.print(table)
    s3.create_bucket(Bucket="bench-memory")
    for name in ("sync()", "command"):
        for case in ("cold", "unchanged"):
            peaks = [
                timed(
                    [*tools[name], str(folder), f"s3://bench-memory/{name}/{folder.name}/"],
                    environment,
                ).peak
                for folder in (small, large)
            ]
            console.print(
                f"Peak memory, {name}, {case}: {peaks[0]:.0f} MiB for 2,000 files, "
                f"{peaks[1]:.0f} MiB for 20,000 ({peaks[1] / peaks[0]:.2f}x)"
            )


if __name__ == "__main__":
    main()
