"""Runs programs side by side, each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(
    module: str, calls: Sequence[Sequence[str]], python: str = sys.executable, seconds: float = 120
) -> list[str]:
    """Run a module once per list of arguments, all at a time; return what each printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen(
            [python, "-m", module, *words], stdout=subprocess.PIPE, text=True, env=environment
        )
        for words in calls
    ]
    said = []
    for process in processes:
        said.append(process.communicate(timeout=seconds)[0])
        if process.returncode:
            raise RuntimeError(f"{module} ended with status {process.returncode}")
    return said
