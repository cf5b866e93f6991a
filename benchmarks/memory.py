"""The peak memory of the function behind ContentDeployment: ``python -m benchmarks.memory``."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.running import note, run_benchmark
from benchmarks.trees import TREES, Tree
from serverless_stack._shared.content.index import index_of, to_json
from serverless_stack._shared.content.memory import LEAST_MIB, needed_mib
from serverless_stack.local.cloud import LocalCloud
from tests.operations.content.world import World
from tests.operations.invalidation.cloudfront_double import CloudFront, served

ROOT = Path(__file__).parents[1]
KEY = ".serverless-stack/site/Bench.json.gz"

# The function as Lambda runs it: a Python that loads nothing but the handler and what that needs.
FUNCTION = """
import json, sys
from serverless_stack.functions.content.handler import handler

class Context:
    log_stream_name = function_name = "bench"

    def get_remaining_time_in_millis(self):
        return 900_000

handler(json.load(sys.stdin), Context())
"""
# Between the two, because a process begins with the peak of the one that started it.
PEAK = (
    "import resource, subprocess, sys; "
    "subprocess.run([sys.executable, *sys.argv[1:]], check=True); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


@dataclass(frozen=True)
class Run:
    """A call of the function.

    Attributes:
        uploaded: How many files it uploaded.
        peak: Its peak memory, in MiB.
        seconds: How long it took.
    """

    uploaded: int
    peak: float
    seconds: float


def main() -> None:
    """Measure and print."""
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder, served(CloudFront({"E1": []})) as cloudfront:
        Path(folder, "cdk.json").write_text('{"app": "true"}')
        with LocalCloud.start(folder, name=f"bench-{os.getpid()}") as cloud:
            os.environ.update(cloud.environment())
            os.environ["AWS_ENDPOINT_URL_CLOUDFRONT"] = cloudfront
            measure(Console(), TREES, Path(folder))


def measure(console: Console, trees: tuple[Tree, ...], work: Path) -> None:
    """Deploy each tree to a bucket of its own, then the same names with other bytes."""
    columns = ("tree", "first, MiB", "all changed", "ratio", "needed", "seconds")
    table = Table(*columns, title="Peak memory of the function behind ContentDeployment")
    peaks: list[float] = []
    for tree in trees:
        note(tree.name)
        world = World(tree.name)
        runs = [deploy(world, tree, seed, work) for seed in (1, 2)]
        peaks.append(max(run.peak for run in runs))
        table.add_row(
            tree.name,
            *(f"{run.peak:.0f}" for run in runs),
            f"{peaks[-1] / peaks[0]:.2f}",
            f"{needed_mib(tree.count)}",
            " + ".join(f"{run.seconds:.0f}" for run in runs),
        )
    console.print(table)
    console.print(
        f"The most is {max(peaks):.0f} MiB, {max(peaks) / LEAST_MIB:.2f} of the {LEAST_MIB} MiB "
        "that ContentDeployment lets the function have at least"
    )


def deploy(world: World, tree: Tree, seed: int, work: Path) -> Run:
    """Call the function in a process of its own.

    Raises:
        RuntimeError: If it did not deploy every file.
    """
    packed = work / "files.zip"
    tree.write(packed, seed)
    s3 = world.s3
    s3.upload_file(str(packed), world.assets, f"{seed}.zip")
    index = to_json(index_of(packed)).encode()
    s3.put_object(Bucket=world.assets, Key=f"{seed}.json", Body=index)
    packed.unlink()
    answer = f"answer-{seed}"
    place = {"Bucket": world.assets, "Key": answer}
    event = {
        "RequestType": "Create" if seed == 1 else "Update",
        "RequestId": str(seed),
        "StackId": "arn:stack",
        "LogicalResourceId": "Content",
        "ResponseURL": s3.generate_presigned_url("put_object", Params=place),
        "ResourceProperties": properties(world, seed),
    }
    start = time.monotonic()
    printed = subprocess.run(
        [sys.executable, "-c", PEAK, "-c", FUNCTION],
        input=json.dumps(event),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        cwd=ROOT,
    ).stdout
    seconds = time.monotonic() - start
    answered = json.loads(s3.get_object(Bucket=world.assets, Key=answer)["Body"].read())
    uploaded = answered["Data"].get("Uploaded")
    if answered["Status"] != "SUCCESS" or uploaded != tree.count:
        raise RuntimeError(f"{tree.name}: {answered}")
    return Run(uploaded, int(printed.split()[-1]) / 1024, seconds)


def properties(world: World, seed: int) -> dict[str, object]:
    """What the resource asks for."""
    assets = world.assets
    return {
        "Sources": [
            {
                "Bucket": assets,
                "Key": f"{seed}.zip",
                "IndexBucket": assets,
                "IndexKey": f"{seed}.json",
            }
        ],
        "Destination": {"Bucket": world.bucket, "Prefix": "site/"},
        "ManifestKey": KEY,
        "Owner": "Bench",
        "CacheControl": [{"Pattern": "*", "CacheControl": "no-cache"}],
        "Documents": ["*.html"],
        "Distributions": [
            {
                "Id": "E1",
                "PathPrefix": "",
                "ExcludePaths": ["/api/*"],
                "QueryStrings": "false",
                "IndexDocument": "index.html",
            }
        ],
        "MaxPaths": "30",
        "WaitSeconds": "0",
        "GracePeriodDays": "7",
        "RemovalPolicy": "destroy",
    }


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
