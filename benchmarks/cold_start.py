"""What a cold start imports, with and without byte code: ``python -m benchmarks.cold_start``."""

import os
import platform
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.handlers import SHOP, copy_handler
from benchmarks.running import run_benchmark
from serverless_stack.constructs.function.installation import LambdaPlatform
from serverless_stack.constructs.function.packaging import Package, package
from serverless_stack.constructs.function.requirements import find_requirements

RUNS = 7
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
CACHING = "serverless_stack.runtime.caching"
S3 = "serverless_stack.runtime.objects import ObjectStore; ObjectStore('bucket').client"
IMPORTS = {
    "the shop's handler": "import index",
    "RedisStore, first use": (
        f"from {CACHING} import RedisStore as S; S.from_url('redis://127.0.0.1:1')\nimport redis"
    ),
    "MemcachedStore, first use": (
        f"from {CACHING} import MemcachedStore as S; S.from_url('memcached://127.0.0.1:1')\n"
        "import pymemcache.client.base"
    ),
    "ObjectStore, and its S3 client": f"from {S3}",
    "ObjectStore, without a use": "import serverless_stack.runtime.objects",
    "LazyLoading, without a store": f"from {CACHING} import LazyLoading",
}
# Lambda's runtime has loaded these before a handler.
PROGRAM = """
import http.client, json, logging, sys, time
sys.path[:0] = [{folder!r}]
sys.path.append({packages!r})
start = time.process_time()
{statement}
print((time.process_time() - start) * 1000)
"""


def milliseconds(folder: Path, statement: str) -> float:
    """Return the processor time of a statement in a new interpreter."""
    packages = sysconfig.get_paths()["purelib"]  # boto3, which Lambda has
    program = PROGRAM.format(folder=str(folder), packages=packages, statement=statement)
    environment = {
        **os.environ,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "ORDERS_BUCKET": "orders",
        "BUCKET_NAME": "bucket",
    }
    done = subprocess.run(
        [sys.executable, "-B", "-S", "-c", program],
        capture_output=True,
        check=True,
        text=True,
        env=environment,
        cwd=folder,
    )
    return float(done.stdout)


def unpacked(built: Package, folder: Path) -> Path:
    """Unpack a package as Lambda does."""
    with zipfile.ZipFile(built.archive) as archive:
        archive.extractall(folder)
    return folder


def main() -> None:
    """Measure in turn and print."""
    if sys.platform != "linux":
        raise SystemExit("the wheels for Lambda's platform can be imported on Linux only")
    with tempfile.TemporaryDirectory() as name:
        os.environ["SERVERLESS_STACK_CACHE"] = str(Path(name, "cache"))
        source = copy_handler(SHOP, Path(name, "handler"))
        lambda_platform = LambdaPlatform(PYTHON, platform.machine())
        built = {
            is_compiled: package(
                source, find_requirements(source), lambda_platform, bytecode=is_compiled
            )
            for is_compiled in (False, True)
        }
        folders = {key: unpacked(each, Path(name, str(key))) for key, each in built.items()}
        taken: dict[tuple[str, bool], list[float]] = {}
        for run in track(range(RUNS + 1), "Importing", transient=True):
            for title, statement in IMPORTS.items():
                for is_compiled, folder in folders.items():
                    found = milliseconds(folder, statement)
                    if run:  # the first one reads from the disk
                        taken.setdefault((title, is_compiled), []).append(found)
        print_tables(taken, built)


def print_tables(taken: dict[tuple[str, bool], list[float]], built: dict[bool, Package]) -> None:
    """Print the medians, and the sizes of the packages."""
    table = Table("import", "without, ms", "with, ms", "ratio", title=f"Byte code, Python {PYTHON}")
    for title in IMPORTS:
        plain, compiled = (statistics.median(taken[title, key]) for key in (False, True))
        table.add_row(title, f"{plain:.0f}", f"{compiled:.0f}", f"{compiled / plain:.2f}")
    console = Console()
    console.print(table)
    sizes = Table("size", "without, MB", "with, MB", "ratio", title="The package of the shop")
    for title, size in {
        "unzipped": {key: each.size for key, each in built.items()},
        "zip file": {key: each.archive.stat().st_size for key, each in built.items()},
    }.items():
        ratio = size[True] / size[False]
        sizes.add_row(title, f"{size[False] / 1e6:.1f}", f"{size[True] / 1e6:.1f}", f"{ratio:.2f}")
    console.print(sizes)


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
