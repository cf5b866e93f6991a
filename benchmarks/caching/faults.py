"""Lookups while a server hangs or is killed for 5 s: ``python -m benchmarks.caching.faults``."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.caching.processes import run
from benchmarks.running import note, run_benchmark
from tests.runtime.servers import Server, memcached_server, redis_server

OTHERS = ["dogpile.cache", "cashews[redis]", "aiocache[redis]", "redis", "pymemcache"]
BEFORE, AWAY, AFTER = 2.5, 5.0, 3.0
CASES = [
    ("ours", "redis"),
    ("redis-py", "redis"),
    ("dogpile.cache", "redis"),
    ("cashews", "redis"),
    ("aiocache", "redis"),
    ("ours", "memcached"),
    ("pymemcache", "memcached"),
]


def others(folder: Path) -> str:
    """Install the other libraries in a virtual environment, and return its Python."""
    uv = str(Path(sys.executable).parent / "uv")
    subprocess.run([uv, "venv", "--quiet", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    command = [uv, "pip", "install", "--quiet", "--python", python, "--compile-bytecode"]
    subprocess.run([*command, *OTHERS], check=True)
    return python


def measure(client: str, server: Server, scheme: str, fault: str, python: str) -> dict[str, object]:
    """Run a client while its server is away, and return what it saw."""
    begin = time.time() + 1.5  # the start of Python and the first connections
    at, back = begin + BEFORE, begin + BEFORE + AWAY
    end = back + AFTER

    def break_it() -> None:
        time.sleep(max(0.0, at - time.time()))
        server.hang() if fault == "hang" else server.kill()
        time.sleep(max(0.0, back - time.time()))
        server.resume() if fault == "hang" else server.restart()

    breaker = threading.Thread(target=break_it)
    breaker.start()
    url = f"{scheme}://{server.address}" + ("/0" if scheme == "redis" else "")
    words = [client, url, str(at), str(back), str(end)]
    (said,) = run("benchmarks.caching.load", [words], python)
    breaker.join()
    found: dict[str, object] = json.loads(said)
    return found


def table_of(fault: str) -> Table:
    """Return an empty table."""
    title = f"The server {'hangs' if fault == 'hang' else 'is killed'} for {AWAY:.0f} s, 8 threads"
    table = Table(
        "", "requests", "failed", "stuck", "longest", "p99 added, 1st s", "later", "back after",
        "loads of a key at once", title=title,
    )  # fmt: skip
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def main() -> None:
    """Measure and print."""
    console = Console(width=130)
    with tempfile.TemporaryDirectory() as folder:
        python = others(Path(folder, "others"))
        for fault in ("hang", "kill"):
            table = table_of(fault)
            for client, scheme in CASES:
                note(f"{fault}: {client} with {scheme}")
                made = memcached_server() if scheme == "memcached" else redis_server(Path(folder))
                with made as server:
                    own = sys.executable if client == "ours" else python
                    found = measure(client, server, scheme, fault, own)
                table.add_row(
                    f"{client} ({scheme})",
                    f"{found['requests']:,}",
                    f"{found['failed']:,}",
                    f"{found['stuck']:,}",
                    f"{found['longest']:.2f} s",
                    *(f"{1000 * float(str(found[name])):.0f} ms" for name in ("first", "later")),
                    f"{found['recovery']:.2f} s",
                    f"{found['at once']}",
                )
            console.print(table)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
