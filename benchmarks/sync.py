"""Syncing 2,000 small files, beside ``aws s3 sync``: ``python -m benchmarks.sync``."""

import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import boto3
from rich.console import Console
from rich.table import Table

from serverless_stack.local.cloud import LocalCloud

RUNS = 3
ROOT = Path(__file__).parents[1]
PEAK = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, "
    "stdout=subprocess.DEVNULL); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
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


def timed(command: list[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Run a command; gives its seconds and its peak memory in MiB."""
    start = time.monotonic()
    said = subprocess.run(
        [sys.executable, "-c", PEAK, *command],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return time.monotonic() - start, int(said.split()[-1]) / 1024


def main() -> None:
    """Measure and print."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    console = Console()
    work = Path(tempfile.mkdtemp(prefix="bench-sync-"))
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    (work / "app").mkdir()
    (work / "app" / "cdk.json").write_text('{"app": "true"}')
    try:
        theirs = aws_cli(work / "aws")
        ours = [sys.executable, "-m", "serverless_stack.cli", "sync"]
        small, large = files(work / "small", 2000), files(work / "large", 20000)
        with LocalCloud.start(work / "app", name=f"bench-{os.getpid()}") as cloud:
            measure(console, cloud.environment(), ours, theirs, small, large)
    finally:
        shutil.rmtree(work)


def measure(
    console: Console,
    environment: dict[str, str],
    ours: list[str],
    theirs: list[str],
    small: Path,
    large: Path,
) -> None:
    """Run both tools in turn and print their seconds."""
    os.environ.update(environment)
    s3 = boto3.client("s3")
    seconds: dict[tuple[str, str], list[float]] = {}
    for run in range(RUNS):
        for name, command in (("ours", ours), ("aws", theirs))[:: 1 if run % 2 else -1]:
            bucket = f"bench-{name}-{run}"
            s3.create_bucket(Bucket=bucket)
            for case in ("cold", "unchanged"):
                took, _peak = timed([*command, str(small), f"s3://{bucket}/site/"], environment)
                seconds.setdefault((case, name), []).append(took)
    table = Table("2,000 files", "aws s3 sync", "ours", "ratio", title="Sync, seconds")
    for case in ("cold", "unchanged"):
        own, other = (statistics.median(seconds[case, name]) for name in ("ours", "aws"))
        table.add_row(case, f"{other:.2f}", f"{own:.2f}", f"{own / other:.2f}")
    console.print(table)
    s3.create_bucket(Bucket="bench-memory")
    peaks = [
        timed([*ours, str(folder), f"s3://bench-memory/{folder.name}/"], environment)[1]
        for folder in (small, large)
    ]
    console.print(
        f"Peak memory: {peaks[0]:.0f} MiB for 2,000 files, {peaks[1]:.0f} MiB for 20,000 "
        f"({peaks[1] / peaks[0]:.2f}x)"
    )


if __name__ == "__main__":
    main()
