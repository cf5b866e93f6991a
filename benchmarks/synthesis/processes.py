"""What whole processes use, in turn."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.synthesis import relay

APPS = Path(__file__).parent / "apps"


@dataclass(frozen=True)
class Usage:
    """What a process and those that it started used.

    Attributes:
        processor: Seconds of the processor, of user and system.
        wall: Seconds by the clock.
        peak: The peak memory of the largest of the processes, in MiB.
    """

    processor: float
    wall: float
    peak: float


@dataclass(frozen=True)
class Tool:
    """A way to write an application.

    Attributes:
        name: What it is called.
        command: The command that synthesizes it; the kind of application and its size follow.
        environment: Environment variables that it needs.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]

    def run(self, kind: str, size: int, out: Path, **environment: str) -> Usage:
        """Synthesize an application into a new folder.

        Args:
            kind: The kind of application.
            size: How many parts, stacks, handlers or routes it has.
            out: The folder, which must not exist.
            environment: Further environment variables.

        Raises:
            RuntimeError: If the synthesis failed.
        """
        variables = {**os.environ, **self.environment, "CDK_OUTDIR": str(out), **environment}
        start = time.monotonic()
        with tempfile.TemporaryFile() as printed:
            process = subprocess.Popen(
                [*self.command, kind, str(size)], env=variables, stdout=printed, stderr=printed
            )
            _pid, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                printed.seek(0)
                text = printed.read().decode(errors="replace")[-2000:]
                raise RuntimeError(f"{self.name} failed for {kind} {size}: {text}")
        mebibytes = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
        return Usage(used.ru_utime + used.ru_stime, time.monotonic() - start, mebibytes)

    def synthesize(self, kind: str, size: int, work: Path, **environment: str) -> Usage:
        """Synthesize an application, and delete what was written."""
        out = Path(tempfile.mkdtemp(dir=work)) / "cdk.out"
        try:
            return self.run(kind, size, out, **environment)
        finally:
            shutil.rmtree(out.parent)

    def round_trips(self, kind: str, size: int, work: Path) -> int:
        """Return how often Python asks Node.js in a synthesis."""
        folder = Path(tempfile.mkdtemp(dir=work))
        node = folder / "node"
        node.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{relay.__file__}" "$@"\n')
        node.chmod(0o755)
        self.synthesize(
            kind,
            size,
            work,
            NODE=os.environ.get("JSII_NODE", "node"),
            JSII_NODE=str(node),
            JSII_COUNT=str(folder / "count"),
        )
        return int((folder / "count").read_text())


def in_turn(
    tools: list[Tool], kind: str, size: int, work: Path, rounds: int
) -> dict[str, list[Usage]]:
    """Synthesize with each tool in turn, forwards and backwards.

    Args:
        tools: The tools.
        kind: The kind of application.
        size: Its size.
        work: A folder for what is written.
        rounds: How often.
    """
    used: dict[str, list[Usage]] = {tool.name: [] for tool in tools}
    for number in range(rounds):
        for tool in tools[:: 1 if number % 2 else -1]:
            used[tool.name].append(tool.synthesize(kind, size, work))
    return used


def ratio(ours: list[Usage], other: list[Usage]) -> float:
    """Return the median of the ratios of the processor's seconds, of runs beside each other."""
    return statistics.median(
        mine.processor / theirs.processor for mine, theirs in zip(ours, other, strict=True)
    )


def median(usages: list[Usage], what: str = "processor") -> float:
    """Return the median of one of the figures."""
    return float(statistics.median(getattr(usage, what) for usage in usages))
