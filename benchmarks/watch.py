"""Edit and see: ``python -m benchmarks.watch``."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.running import note, run_benchmark
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.watch.edit import Edit
from serverless_stack.local.watch.session import Watch
from serverless_stack.synthesis.synthesizer import Synthesizer

ROOT = Path(__file__).parents[1]
EDITS = 5
PAUSE_SECONDS = 3  # before a save, as of a person: the watch has confirmed the last one
SYNTHESES = 5
APP = """
import aws_cdk as cdk
from serverless_stack.constructs import ServerlessStack

app = cdk.App()
ServerlessStack(app, "Shop", function="handler", site="site")
app.synth()
"""


def write_app(folder: Path) -> None:
    """Write the shop without caches, with the packages that its handler requires."""
    for name in ("handler", "site"):
        shutil.copytree(ROOT / "examples" / "shop" / name, folder / name)
    (folder / "app.py").write_text(APP)
    (folder / "cdk.json").write_text(json.dumps({"app": f"{sys.executable} app.py"}))


def syntheses(console: Console) -> None:
    """Measure warm syntheses against cold ones, in turn."""
    with tempfile.TemporaryDirectory(prefix="bench-watch-") as name:
        folder = Path(name).resolve() / "app"
        folder.mkdir()
        write_app(folder)

        def cold(out: Path, program: str | None) -> None:
            shutil.rmtree(out, ignore_errors=True)
            environment = {**os.environ, "CDK_OUTDIR": str(out), "CDK_CONTEXT_JSON": "{}"}
            command = program or f"{sys.executable} app.py"
            subprocess.run(
                command, shell=True, cwd=folder, env=environment, check=True, capture_output=True
            )

        seconds: dict[str, list[float]] = {"cold": [], "warm": []}
        with Synthesizer(folder, Path(name, "home"), cold) as synthesizer:
            synthesizer.synthesize(Path(name, "out"))
            synthesizer.synthesize(Path(name, "out"))  # after the rehearsal
            for _ in range(SYNTHESES):
                note("a cold synthesis and a warm one")
                start = time.monotonic()
                cold(Path(name, "cold"), None)
                seconds["cold"].append(time.monotonic() - start)
                start = time.monotonic()
                if not synthesizer.synthesize(Path(name, "out")).is_warm:
                    raise RuntimeError("the synthesis was cold")
                seconds["warm"].append(time.monotonic() - start)
    table = Table("synthesis", "s", "warm / cold", title="Warm synthesis, without the CDK CLI")
    cold_median = statistics.median(seconds["cold"])
    for kind, values in seconds.items():
        median = statistics.median(values)
        table.add_row(kind, f"{median:.2f}", f"{median / cold_median:.2f}")
    console.print(table)


def edits(console: Console) -> None:
    """Measure from a saved file to its effect, over HTTP."""
    with tempfile.TemporaryDirectory(prefix="bench-watch-") as name:
        folder = Path(name).resolve() / "app"
        folder.mkdir()
        write_app(folder)
        note("starting the local cloud, and a first deployment")
        cloud = LocalCloud.start(folder, name="bench")
        try:
            measure_edits(console, folder, cloud)
        finally:
            cloud.stop()


def measure_edits(console: Console, folder: Path, cloud: LocalCloud) -> None:
    """Save files while a watch runs, and print how long each kind took."""
    done: list[Edit] = []
    stop = threading.Event()

    def collect() -> None:
        for edit in watch.edits(stop):
            done.append(edit)

    with Watch(cloud) as watch:
        urls = watch.deploy().urls
        thread = threading.Thread(target=collect)
        thread.start()
        handler, page = folder / "handler" / "index.py", folder / "site" / "index.html"
        source, text = handler.read_text(), page.read_text()
        api, site = urls.apis[0].url, urls.distributions[0].url

        def save_handler(number: int) -> None:
            handler.write_text(source.replace('"serverless_stack"', f'"edit {number}"'))

        def save_page(number: int) -> None:
            page.write_text(f"{text}<!-- edit {number} -->\n")

        def save_construct(number: int) -> None:
            function = f'{{"code": "handler", "memory_size": {1000 + number}}}'
            (folder / "app.py").write_text(APP.replace('"handler"', function))

        def deployments(number: int) -> bool:
            return sum(edit.result == "deployed" for edit in done) > number

        table = Table("saved", "until", "median s", "slowest", title="Edit and see")
        try:
            for what, until, count, save, is_there in (
                (
                    "handler",
                    "new answer",
                    EDITS,
                    save_handler,
                    lambda n: f"edit {n}" in body_of(api),
                ),
                ("page", "fresh page", EDITS, save_page, lambda n: f"edit {n} " in body_of(site)),
                ("construct", "deployed", 2, save_construct, deployments),
            ):
                seconds = [until_it_is_there(save, is_there, number) for number in range(count)]
                table.add_row(
                    what, until, f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}"
                )
        finally:
            stop.set()
            thread.join()
    console.print(table)


def until_it_is_there(
    save: Callable[[int], None], is_there: Callable[[int], bool], number: int
) -> float:
    """Save, and return the seconds until the effect is there."""
    note(f"edit {number}: {save.__name__}")
    time.sleep(PAUSE_SECONDS)
    start = time.monotonic()
    save(number)
    while not is_there(number):
        if time.monotonic() - start > 300:
            raise TimeoutError(f"edit {number} had no effect within 300 s: {save.__name__}")
        time.sleep(0.01)
    return time.monotonic() - start


def body_of(url: str) -> str:
    """Return the body of a page; empty if the update ended the environment of this request."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bytes(answer.read()).decode()
    except urllib.error.HTTPError:
        return ""


def main() -> int:
    """Measure and print."""
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = str(ROOT)
    console = Console()
    syntheses(console)
    edits(console)
    return 0


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
