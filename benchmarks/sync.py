"""Synchronising 2,000 small files, beside ``aws s3 sync``: ``python -m benchmarks.sync``.

Each tool is measured as a process of its own: ``sync()`` from a program, the command
`serverless-stack sync`, and the AWS CLI. The floors are what it takes to start and do nothing.
Seconds of the processor are those of the tool, without the local S3; on a machine that does other
things as well they say more than the clock.
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

from benchmarks.running import note, run_benchmark
from serverless_stack.local.cloud import LocalCloud

RUNS = int(os.environ.get("RUNS", "5"))
AWS = "aws"
CASES = ("cold", "unchanged")
BOUNDS = {
    ("cold", "command"): 0.25,
    ("unchanged", "command"): 0.45,
    ("cold", "command with a profile"): 0.75,
    ("unchanged", "command with a profile"): 0.75,
}
"""The largest ratios to the AWS CLI."""
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
    """Create files of 1 to 4 KB."""
    chance = random.Random(count)
    for number in range(count):
        path = folder / f"f{number % 50:02}" / f"page{number:05}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randint(1024, 4096)))
    return folder


def aws_cli(folder: Path) -> list[str]:
    """Install the AWS CLI in an environment of its own, and return the command."""
    uv = str(Path(sys.executable).parent / "uv")
    subprocess.run([uv, "venv", "--quiet", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", python, "--compile-bytecode", "awscli"],
        check=True,
    )
    return [python, str(folder / "bin" / "aws"), "s3", "sync", "--only-show-errors"]


@dataclass(frozen=True)
class Usage:
    """What a process used: seconds by the clock and of the processor, and its peak in MiB."""

    wall: float
    processor: float
    peak: float


def measured(command: list[str], environment: Mapping[str, str]) -> Usage:
    """Run a command in this environment alone."""
    printed = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    wall, processor, peak = printed.split()[-3:]
    return Usage(float(wall), float(processor), int(peak) / 1024)


def with_profile(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return an environment in which the keys are those of a profile in a file."""
    keys = {name: environment[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")}
    lines = [f"aws_{name.lower()} = {value}" for name, value in keys.items()]
    (folder / "credentials").write_text("\n".join(["[bench]", *lines]))
    (folder / "config").write_text(f"[profile bench]\nregion = {environment['AWS_REGION']}\n")
    left_out = {f"AWS_{name}" for name in keys} | {"AWS_REGION", "AWS_DEFAULT_REGION"}
    return {
        **{name: value for name, value in environment.items() if name not in left_out},
        "AWS_PROFILE": "bench",
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }


def main() -> None:
    """Measure and print."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work = Path(tempfile.mkdtemp(prefix="bench-sync-"))
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    (work / "app").mkdir()
    (work / "app" / "cdk.json").write_text('{"app": "true"}')
    try:
        note("installing the AWS CLI")
        aws = aws_cli(work / "aws")
        with LocalCloud.start(work / "app", name=f"bench-{os.getpid()}") as cloud:
            keys = {**os.environ, **cloud.environment(), "HOME": str(work)}
            profile = with_profile(keys, work)
            command = [str(Path(sys.executable).parent / "serverless-stack"), "sync"]
            tools = {
                AWS: (aws, keys),
                "sync()": ([sys.executable, "-c", CALL], keys),
                "command": (command, keys),
                "command with a profile": (command, profile),
            }
            measure(Console(), tools, files(work / "small", 2000), files(work / "large", 20000))
    finally:
        shutil.rmtree(work)


def measure(
    console: Console,
    tools: Mapping[str, tuple[list[str], Mapping[str, str]]],
    small: Path,
    large: Path,
) -> None:
    """Run the tools in turn and print what they used."""
    keys = tools[AWS][1]
    os.environ.update(keys)
    s3 = boto3.client("s3")
    used: dict[tuple[str, str], list[Usage]] = {}
    for run in range(RUNS):
        note(f"round {run + 1} of {RUNS}")
        for number, name in list(enumerate(tools))[:: 1 if run % 2 else -1]:
            bucket = f"bench-{number}-{run}"
            s3.create_bucket(Bucket=bucket)
            command, environment = tools[name]
            for case in CASES:
                usage = measured([*command, str(small), f"s3://{bucket}/site/"], environment)
                used.setdefault((case, name), []).append(usage)
    columns = ("2,000 files", "tool", "seconds", "ratio", "of the processor", "ratio", "bound")
    table = Table(*columns)
    for case in CASES:
        medians = {
            name: [
                statistics.median(getattr(usage, what) for usage in used[case, name])
                for what in ("wall", "processor")
            ]
            for name in tools
        }
        for name, figures in medians.items():
            pairs = zip(figures, medians[AWS], strict=True)
            cells = [text for x, aws in pairs for text in (f"{x:.2f}", f"{x / aws:.2f}")]
            bound = BOUNDS.get((case, name))
            table.add_row(case, name, *cells, "" if bound is None else f"{bound:.2f}")
    for name, command in FLOORS.items():
        usages = [measured(command, keys) for _run in range(RUNS)]
        wall, processor = (
            statistics.median(getattr(usage, what) for usage in usages)
            for what in ("wall", "processor")
        )
        table.add_row("floor", name, f"{wall:.2f}", "", f"{processor:.2f}")
    console.print(table)
    s3.create_bucket(Bucket="bench-memory")
    for case in CASES:
        note(f"peak memory, {case}")
        peaks = [
            measured(
                [*tools["command"][0], str(folder), f"s3://bench-memory/{folder.name}/"], keys
            ).peak
            for folder in (small, large)
        ]
        console.print(
            f"Peak memory of the command, {case}: {peaks[0]:.0f} MiB for 2,000 files, "
            f"{peaks[1]:.0f} MiB for 20,000 ({peaks[1] / peaks[0]:.2f}x)"
        )


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
