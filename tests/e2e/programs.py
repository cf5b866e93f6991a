"""The processes below another one, found by their parents: no process can hide from that."""

import subprocess
import sys
from pathlib import Path


def programs_below(leader: int) -> dict[int, str]:
    """Give the number and the name of every process that this one or its children started."""
    parents, names = {}, {}
    for pid, parent, name in _from_proc() if sys.platform == "linux" else _from_ps():
        parents[pid] = parent
        names[pid] = name
    below = {leader}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return {pid: names[pid] for pid in below - {leader}}


def _from_proc() -> list[tuple[int, int, str]]:
    rows = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            before, _, after = (entry / "stat").read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        state, parent = after.split()[:2]
        if state not in "ZX":
            rows.append((int(entry.name), int(parent), before.partition("(")[2]))
    return rows


def _from_ps() -> list[tuple[int, int, str]]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True
    )
    rows = (line.split(maxsplit=2) for line in listing.stdout.splitlines())
    return [(int(pid), int(parent), Path(name).name) for pid, parent, name in rows]
